/* SPDX-License-Identifier: MIT */
#include "kernel/math/normal_pairs.h"

#if defined(__x86_64__)

#define NORMAL_PAIRS skep_normal_pairs_avx2
#include "kernel/math/vmath_lanes_avx2.h"
#include "kernel/math/normal_pairs.inc"

#endif
