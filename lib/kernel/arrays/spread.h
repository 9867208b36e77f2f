/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_ARRAYS_SPREAD_H
#define SKEP_KERNEL_ARRAYS_SPREAD_H

#include "kernel/arrays/total.h"

/* How far the elements spread around their mean: for var, std and stats. */

/* A variance as SQUARE 2^(2 exponent), so that the root of one that no double holds can be had. */
struct skep_variance {
    double square;
    int exponent;
};

/* In one pass: the moments of each piece around its own middle, put together by the formula of T. F. Chan,
 * G. H. Golub, R. J. LeVeque ("Algorithms for computing the sample variance", 1983, eq. 2.1), mean and sum of
 * squares in double the precision. */
struct skep_spread {
    int64_t n;
    double mean, mean_lo;
    double squares, squares_lo; /* of the distances from the mean, summed */
    int64_t offset;             /* i8 and u8: what is taken off each, the first one's bits */
    bool has_specials;          /* infinities or NaN: the spread is NaN */
};

void skep_spread_init(const struct skep_reduce *reduce, void *state);
void skep_spread_add(const struct skep_reduce *reduce, void *state, const void *x, int64_t n);

/* With N - DDOF below the line; NaN where that is not positive. False: it is too close to the ends of the
 * range of doubles for this method. */
bool skep_spread_read(const struct skep_spread *spread, int64_t ddof, struct skep_variance *variance_out);

/* In three passes, plainly: the largest magnitude, for a scale; the exact mean in twice the precision; the
 * squares of the distances from it in twice the precision. */
struct skep_spread_plain {
    int pass;
    int64_t n;
    double top;
    int exponent; /* elements are scaled by 2^-exponent */
    struct skep_exact sum;
    double mean, mean_lo;
    struct skep_twofold squares;
    int64_t offset;
    bool has_specials;
};

void skep_spread_plain_init(const struct skep_reduce *reduce, void *state);
void skep_spread_plain_add(const struct skep_reduce *reduce, void *state, const void *x, int64_t n);

/* To be called after each pass: whether another is wanted. */
bool skep_spread_plain_again(struct skep_spread_plain *spread);
void skep_spread_plain_read(const struct skep_spread_plain *spread, int64_t ddof,
                            struct skep_variance *variance_out);

double skep_variance_var(struct skep_variance variance);
double skep_variance_std(struct skep_variance variance);

/* The ends of a reduction whose value is OF the variance, each for its way. */
typedef double (*skep_variance_of)(struct skep_variance variance);
skep_status skep_spread_finish(const struct skep_reduce *reduce, void *state, skep_variance_of of,
                               struct skep_reduced *out);
skep_status skep_spread_plain_finish(const struct skep_reduce *reduce, void *state, skep_variance_of of,
                                     struct skep_reduced *out);

/* Initialisers of the two reductions, which differ only in how they end. */
#define SKEP_SPREAD_PLAIN(finish_with)                                                                       \
    {                                                                                                        \
        .value_dtype = skep_reduce_to_f8, .takes_nan = true, .takes_ddof = true, .drops_nan = true,          \
        .state_size = sizeof(struct skep_spread_plain), .init = skep_spread_plain_init,                      \
        .add = skep_spread_plain_add, .finish = (finish_with), .seconds = 2e-8                               \
    }
#define SKEP_SPREAD_FAST(finish_with, plain)                                                                 \
    {                                                                                                        \
        .value_dtype = skep_reduce_to_f8, .takes_nan = true, .takes_ddof = true, .drops_nan = true,          \
        .state_size = sizeof(struct skep_spread), .init = skep_spread_init, .add = skep_spread_add,          \
        .finish = (finish_with), .exact = (plain), .seconds = 4e-10                                          \
    }

#endif
