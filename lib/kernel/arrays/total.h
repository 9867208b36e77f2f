/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_ARRAYS_TOTAL_H
#define SKEP_KERNEL_ARRAYS_TOTAL_H

#include "kernel/arrays/reduce.h"

/* The sum of the elements, for whoever wants it: whole numbers in 128 bits (2^63 elements of 64 bits do not
 * overflow them), doubles either quickly with a bound on the error, or exactly. */

enum skep_specials { SKEP_HAS_NAN = 1, SKEP_HAS_PLUS_INF = 2, SKEP_HAS_MINUS_INF = 4 };

/* Which of them are among the N elements. */
unsigned skep_find_specials(const double *x, int64_t n);

/* What they make of a sum: NaN, or an infinity. */
double skep_specials_sum(unsigned specials);

struct skep_total {
    int64_t n;
    skep_wide whole;         /* of whole numbers */
    struct skep_twofold sum; /* of doubles, infinities and NaN left out */
    unsigned specials;
};

void skep_total_init(const struct skep_reduce *reduce, void *state);
void skep_total_add(const struct skep_reduce *reduce, void *state, const void *x, int64_t n);

struct skep_total_exact {
    int64_t n;
    skep_wide whole;
    struct skep_exact sum; /* of doubles */
};

void skep_total_exact_init(const struct skep_reduce *reduce, void *state);
void skep_total_exact_add(const struct skep_reduce *reduce, void *state, const void *x, int64_t n);

/* The mean: the exact quotient, rounded once; NaN of nothing. False: the quick sum cannot tell. */
bool skep_total_mean(const struct skep_reduce *reduce, const struct skep_total *total, double *mean_out);
double skep_total_exact_mean(const struct skep_reduce *reduce, struct skep_total_exact *total);

#endif
