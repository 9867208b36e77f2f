/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_VMATH_H
#define SKEP_KERNEL_MATH_VMATH_H

#include <stdint.h>

#include "kernel/cpu.h"

/* Elementary functions over arrays of doubles. OUT may be X (or Y); otherwise it must not overlap them. Any
 * alignment, any N >= 0. No state, no memory: safe from any thread.
 *
 * Each element depends on its own argument alone, and has the same bits at every level, on every machine and
 * with every compiler that follows IEEE 754. Special values (zeros and their signs, infinities, NaN,
 * denormals, poles) are those of C99 Annex F; a NaN argument comes back quiet and otherwise as it was, a NaN
 * made from numbers is the positive one. The bounds of the errors are in README.md. */
typedef void (*skep_map_f8)(const double *x, double *out, int64_t n);
typedef void (*skep_map2_f8)(const double *x, const double *y, double *out, int64_t n);

struct skep_vmath {
    skep_map_f8 exp, expm1;
    skep_map_f8 log, log1p, log2, log10;
    skep_map_f8 sin, cos, tan; /* radians, any size */
    skep_map_f8 arcsin, arccos, arctan;
    skep_map_f8 sinh, cosh, tanh;
    skep_map2_f8 arctan2; /* the angle of (y, x): the first argument is the ordinate, as in C */
    skep_map2_f8 pow;     /* x to the power y */
};

/* The functions for LEVEL, which the machine must have (skep_cpu_has). */
const struct skep_vmath *skep_vmath_at(enum skep_cpu_level level);

#endif
