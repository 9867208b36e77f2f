/* SPDX-License-Identifier: MIT */
#include "kernel/math/vmath_levels.h"

#if defined(__x86_64__)

#include "kernel/math/vmath_lanes_avx2.h"
#include "kernel/math/vmath_map.inc"

const struct skep_vmath skep_vmath_avx2 = VMATH_TABLE;

#endif
