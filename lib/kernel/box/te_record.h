/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_TE_RECORD_H
#define SKEP_KERNEL_BOX_TE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* What the box kernels count over: n points in three columns,
 *
 *     points k = 0 ... n-1:   (next, past, source)[k] = (x[k+1], x[k], y[k])
 *
 * Two values of a column are close when the double fabs(a - b) is less than the column's radius (or equal to
 * it, when inclusive). A difference that is NaN is never close. */
enum { SKEP_TE_NEXT, SKEP_TE_PAST, SKEP_TE_SOURCE, SKEP_TE_COLUMNS };

struct skep_te_record {
    const double *columns[SKEP_TE_COLUMNS]; /* each without gaps */
    double radius[SKEP_TE_COLUMNS];
    int64_t n;
    int64_t
        exclude; /* points less than this far apart in time are no pair; 0: a point is a pair with itself */
    bool is_inclusive;
};

/* The N elements of an f8 view from element FIRST on, STRIDE apart, without gaps: the view's own memory where
 * it has none, else a copy in the call's arena. */
SKEP_MUST_USE skep_status skep_te_column(struct skep_call *call, const struct skep_view *view, int64_t first,
                                         int64_t stride, int64_t n, const double **column_out,
                                         struct skep_error *err);

/* Multiply each radius with the standard deviation (n-1 in the denominator) of its column. It is 0 for fewer
 * than two points, and NaN for a column that holds a NaN or an infinity, which then has no close values. */
SKEP_MUST_USE skep_status skep_te_scale(const struct skep_call *call, struct skep_te_record *record);

#endif
