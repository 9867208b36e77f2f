/* SPDX-License-Identifier: MIT */
#include "kernel/math/vmath_levels.h"

#if defined(__x86_64__)
#define VL_NOT_FUSED /* vmath_fused.c is for the others */
#endif
#include "kernel/math/vmath_lanes_plain.h"
#include "kernel/math/vmath_map.inc"

const struct skep_vmath skep_vmath_plain = VMATH_TABLE;
