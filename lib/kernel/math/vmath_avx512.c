/* SPDX-License-Identifier: MIT */
#include "kernel/math/vmath_levels.h"

#if defined(__x86_64__)

#include "kernel/math/vmath_lanes_avx512.h"
#include "kernel/math/vmath_map.inc"

const struct skep_vmath skep_vmath_avx512 = VMATH_TABLE;

#endif
