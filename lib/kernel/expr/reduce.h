/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_REDUCE_H
#define SKEP_KERNEL_EXPR_REDUCE_H

#include "kernel/arrays/total.h"
#include "kernel/expr/job.h"
#include "kernel/expr/loops.h"

/* Many elements into one number. Sums and means are those of the kernels sum and mean (total.h): exact sums,
 * rounded once. min and max are minimum and maximum, element by element: NaN passes, -0 lies below +0. None
 * of them depends on the order. */

struct skep_expr_reduction {
    enum skep_expr_reduce how;
    enum skep_dtype dtype;     /* of the elements that come */
    bool is_quick;             /* sums of floats: may turn out to be unsure */
    struct skep_reduce reduce; /* what total.h wants to know: dtype and spans */
    struct skep_total total;
    struct skep_total_exact exact;
    skep_expr_loop loop; /* minimum or maximum of two blocks */
    char *block;         /* of extremes so far */
    int64_t n_block;
};

/* The dtype in which elements of DTYPE have to come: f8 or i8 for sums, DTYPE itself for extremes. */
enum skep_dtype skep_expr_reduce_dtype(enum skep_expr_reduce how, enum skep_dtype dtype);

/* BLOCK is room for as many elements as the first piece has. */
void skep_expr_reduction_init(struct skep_expr_reduction *r, enum skep_expr_reduce how, enum skep_dtype dtype,
                              enum skep_cpu_level level, bool is_quick, void *block);

/* N elements of X that lie side by side, at most SKEP_SPAN. For extremes they begin SKIPPED elements earlier
 * and are padded to N_PADDED, a multiple of SKEP_EXPR_STEP that never grows, with elements that are there
 * already. */
void skep_expr_reduction_add(struct skep_expr_reduction *r, const void *x, int64_t skipped, int64_t n,
                             int64_t n_padded);

/* The result for COUNT elements in all. A quick sum may be unsure (*IS_UNSURE_OUT): then another one that is
 * not quick must be made.
 *
 *   SKEP_E_NUMERIC   the sum of whole numbers leaves 64 bits
 *   SKEP_E_BAD_ARGS  min or max of nothing */
SKEP_MUST_USE skep_status skep_expr_reduction_read(struct skep_expr_reduction *r, int64_t count,
                                                   struct skep_value *value_out, bool *is_unsure_out,
                                                   struct skep_error *err);

#endif
