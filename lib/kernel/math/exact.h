/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_EXACT_H
#define SKEP_KERNEL_MATH_EXACT_H

#include <stdbool.h>
#include <stdint.h>

/* A sum of doubles, products of doubles and whole numbers without any rounding, read as a double when it is
 * complete: the result is the exact sum rounded once, so it does not depend on the order of the additions and
 * no cancellation hurts it. The idea is that of R. M. Neal, "Fast exact summation using small and large
 * superaccumulators" (2015), section 2.
 *
 * Infinities and NaN go by IEEE 754: infinities of both signs, or any NaN, make NaN. A zero sum is +0.0.
 * Up to 2^63 additions in all. Results are rounded to nearest, ties to even; beyond the range of doubles they
 * are infinities. Reading may happen in between: adding can go on. */
enum { SKEP_EXACT_LIMBS = 136 };

__extension__ typedef __int128 skep_wide;

struct skep_exact {
    int64_t limbs[SKEP_EXACT_LIMBS]; /* the sum is that of limbs[i] 2^(32 i - 2176) */
    unsigned pending;                /* additions since the carries were last passed on */
    bool has_plus_inf, has_minus_inf, has_nan;
};

void skep_exact_init(struct skep_exact *sum); /* zero */
void skep_exact_add(struct skep_exact *sum, double x);
void skep_exact_add_product(struct skep_exact *sum, double x, double y);
void skep_exact_add_whole(struct skep_exact *sum, skep_wide x);

/* The N doubles of a run that is STRIDE elements apart. */
void skep_exact_add_run(struct skep_exact *sum, const double *x, int64_t stride, int64_t n);

double skep_exact_round(struct skep_exact *sum); /* the sum */
double skep_exact_round_quotient(struct skep_exact *sum,
                                 uint64_t divisor);   /* the sum / DIVISOR, which is not 0 */
double skep_exact_round_root(struct skep_exact *sum); /* the square root of the sum, which is not negative */

#endif
