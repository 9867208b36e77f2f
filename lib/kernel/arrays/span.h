/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_ARRAYS_SPAN_H
#define SKEP_KERNEL_ARRAYS_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"
#include "kernel/cpu.h"
#include "kernel/math/exact.h"
#include "kernel/math/twofold.h"

/* The innermost loops of the reductions, over elements that lie side by side, once for each level of vector
 * instructions.
 *
 * The levels give the same bits in all but sum and dot, and there they give true statements: what a twofold
 * number proves at one level it cannot contradict at another. */

enum { SKEP_SPAN = 2048 }; /* elements at a time, at most: with a copy of them they fit the nearest cache */

/* The elements around their middle: their mean is CENTRE + shift / n, and the sum of the squared distances
 * from it is squares - shift^2 / n. (The corrected two-pass algorithm: T. F. Chan, G. H. Golub,
 * R. J. LeVeque, "Algorithms for computing the sample variance", 1983, eq. 1.7.) */
struct skep_moments {
    double centre;  /* about their mean */
    double shift;   /* sum of x - centre */
    double squares; /* sum of (x - centre)^2 */
};

/* Bins of one width, as numpy.linspace makes their edges: edge i is i step + first, the last one LAST. */
struct skep_grid {
    double first, last;
    double step; /* of the edges */
    double norm; /* bins per unit of x */
    int32_t n;
};

struct skep_spans {
    struct skep_twofold (*sum)(const double *x, int64_t n);
    struct skep_twofold (*dot)(const double *x, const double *y, int64_t n);
    void (*moments)(const double *x, int64_t n, struct skep_moments *moments_out); /* 0 < n <= SKEP_SPAN */

    /* The least and the greatest element and the greatest distance from 0, NaN left out: +inf, -inf, 0 when
     * there is no other; and whether there was one. The sign of a 0 is arbitrary. */
    double (*min)(const double *x, int64_t n, bool *has_nan_out);
    double (*max)(const double *x, int64_t n, bool *has_nan_out);
    double (*absmax)(const double *x, int64_t n, bool *has_nan_out);

    int64_t (*find)(const double *x, int64_t n, double value); /* the first that equals VALUE, or -1 */
    int64_t (*count_nan)(const double *x, int64_t n);
    int64_t (*count_finite)(const double *x, int64_t n);
    bool (*has_nan)(const double *x, int64_t n);

    void (*widen)(const float *x, int64_t n, double *out); /* f4 as f8 */

    /* A X + Y, both operations rounded. OUT may be X or Y. */
    void (*axpy)(double a, const double *x, const double *y, int64_t n, double *out);

    /* For each element the bin it is in, or grid->n where it is in none (NaN too). As numpy.histogram does
     * it: a product says about where, comparing with the two edges there says exactly. */
    void (*find_bins)(const struct skep_grid *grid, const double *x, int64_t n, int32_t *bins_out);

    /* Of 0 < n <= SKEP_SPAN whole numbers of DTYPE. */
    skep_wide (*sum_whole)(const void *x, enum skep_dtype dtype, int64_t n);
    void (*range_whole)(const void *x, enum skep_dtype dtype, int64_t n, skep_wide *min_out,
                        skep_wide *max_out);
};

extern const struct skep_spans skep_spans_plain;
#if defined(__x86_64__)
extern const struct skep_spans skep_spans_avx2;
extern const struct skep_spans skep_spans_avx512;
#endif

/* Those of LEVEL; those of the plain level where this architecture has no others. */
const struct skep_spans *skep_spans_at(enum skep_cpu_level level);

#endif
