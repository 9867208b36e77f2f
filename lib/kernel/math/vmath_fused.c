/* SPDX-License-Identifier: MIT */
#include "kernel/math/vmath_levels.h"

#if defined(__x86_64__)

#define VL_FUSED
#include "kernel/math/vmath_lanes_plain.h"
#include "kernel/math/vmath_map.inc"

const struct skep_vmath skep_vmath_fused = VMATH_TABLE;

#endif
