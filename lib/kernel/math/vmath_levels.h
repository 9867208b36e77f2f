/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_VMATH_LEVELS_H
#define SKEP_KERNEL_MATH_VMATH_LEVELS_H

#include "kernel/math/vmath.h"

/* The tables behind skep_vmath_at. */
extern const struct skep_vmath skep_vmath_plain;
#if defined(__x86_64__)
extern const struct skep_vmath skep_vmath_fused; /* the plain one, where fused multiply-add is there */
extern const struct skep_vmath skep_vmath_avx2;
extern const struct skep_vmath skep_vmath_avx512;
#endif

#endif
