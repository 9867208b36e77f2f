/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_REDUCE_H
#define SKEP_KERNEL_EXPR_REDUCE_H

#include "kernel/expr/job.h"
#include "kernel/math/exact.h"

/* Many elements into one number. Sums and means are exact sums, rounded once (exact.h); of whole numbers in
 * 128 bits. min and max are those of the expressions: NaN passes, -0 lies below +0. All of them are
 * independent of order. */

struct skep_expr_reduction {
    enum skep_expr_reduce how;
    enum skep_dtype dtype;        /* of the elements that come */
    struct skep_exact sum;        /* of f8 */
    __extension__ __int128 whole; /* of i8 */
    bool is_empty;
    union skep_expr_number extreme;
};

/* The dtype in which elements of DTYPE have to come: f8 or i8 for sums, DTYPE itself for extremes. */
enum skep_dtype skep_expr_reduce_dtype(enum skep_expr_reduce how, enum skep_dtype dtype);

void skep_expr_reduction_init(struct skep_expr_reduction *r, enum skep_expr_reduce how,
                              enum skep_dtype dtype);

/* N elements that lie side by side. */
void skep_expr_reduction_add(struct skep_expr_reduction *r, const void *x, int64_t n);

/* The result for COUNT elements in all.
 *
 *   SKEP_E_NUMERIC   the sum of whole numbers leaves 64 bits
 *   SKEP_E_BAD_ARGS  mean, min or max of nothing */
SKEP_MUST_USE skep_status skep_expr_reduction_read(struct skep_expr_reduction *r, int64_t count,
                                                   struct skep_value *value_out, struct skep_error *err);

#endif
