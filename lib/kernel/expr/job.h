/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_JOB_H
#define SKEP_KERNEL_EXPR_JOB_H

#include "kernel/cpu.h"
#include "kernel/expr/tree.h"

/* One call of the kernel, understood: what is computed, for which elements, and what becomes of them. */

enum skep_expr_reduce {
    SKEP_EXPR_REDUCE_NONE,
    SKEP_EXPR_REDUCE_SUM,
    SKEP_EXPR_REDUCE_MEAN,
    SKEP_EXPR_REDUCE_MIN,
    SKEP_EXPR_REDUCE_MAX
};

struct skep_expr_job {
    struct skep_expr_tree tree; /* checked */
    enum skep_expr_reduce reduce;
    int ndim;
    int64_t shape[SKEP_MAX_DIMS]; /* to which all arrays of the expression broadcast */
    int64_t count;                /* of its elements */
};

/* The shape of all arrays that the nodes name, as NumPy broadcasts them, into JOB.
 *
 *   SKEP_E_BAD_ARGS  they do not fit each other; the words name the shapes */
SKEP_MUST_USE skep_status skep_expr_find_shape(struct skep_expr_job *job, struct skep_error *err);

/* Compute all elements, quickly and plainly. */
SKEP_MUST_USE skep_status skep_expr_evaluate(struct skep_call *call, const struct skep_expr_job *job,
                                             enum skep_cpu_level level, struct skep_value *value_out,
                                             struct skep_error *err);
SKEP_MUST_USE skep_status skep_expr_evaluate_plainly(struct skep_call *call, const struct skep_expr_job *job,
                                                     struct skep_value *value_out, struct skep_error *err);

/* The dtype of the result's elements, before they are reduced. */
static inline enum skep_dtype skep_expr_result_dtype(const struct skep_expr_job *job)
{
    return (enum skep_dtype)job->tree.nodes[job->tree.n_nodes - 1].dtype;
}

/* NUMBER of DTYPE as the value of a call. */
struct skep_value skep_expr_number_value(enum skep_dtype dtype, union skep_expr_number number);

/* Bytes that skep_expr_evaluate takes beside those of the value, for a text of LENGTH bytes and N_VARS vars:
 * at most so many. */
size_t skep_expr_evaluate_bytes(size_t length, int n_vars);

#endif
