/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_EXACT_H
#define SKEP_KERNEL_MATH_EXACT_H

#include <stdbool.h>
#include <stdint.h>

/* A sum of doubles without any rounding, read as a double when it is complete: the result is the exact sum
 * rounded once, so it does not depend on the order of the additions and no cancellation hurts it. The idea is
 * that of R. M. Neal, "Fast exact summation using small and large superaccumulators" (2015), section 2.
 *
 * Infinities and NaN go by IEEE 754: infinities of both signs, or any NaN, make NaN. A zero sum is +0.0. */
enum { SKEP_EXACT_LIMBS = 68 };

struct skep_exact {
    int64_t limbs[SKEP_EXACT_LIMBS]; /* the sum is that of limbs[i] 2^(32 i - 1074) */
    unsigned pending;                /* additions since the carries were last passed on */
    bool has_plus_inf, has_minus_inf, has_nan;
};

void skep_exact_init(struct skep_exact *sum); /* zero */
void skep_exact_add(struct skep_exact *sum, double x);

/* The N doubles of a run that is STRIDE elements apart. Up to 2^63 additions in all. */
void skep_exact_add_run(struct skep_exact *sum, const double *x, int64_t stride, int64_t n);

/* The sum, rounded to nearest, ties to even; beyond the range of doubles it is an infinity. May be called in
 * between: adding can go on. */
double skep_exact_round(struct skep_exact *sum);

#endif
