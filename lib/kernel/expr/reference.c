/* SPDX-License-Identifier: MIT */
/* The plain way: for each element of the result, every node of the tree in turn, as scalar.h says. */
#include <inttypes.h>

#include "kernel/expr/job.h"
#include "kernel/expr/reduce.h"
#include "kernel/expr/scalar.h"
#include "kernel/expr/window.h"

/* The value of node I at element AT of the result, from the values of the nodes before it. */
static skep_status compute_node(const struct skep_expr_job *job, int i, int64_t at,
                                union skep_expr_number *values, struct skep_error *err)
{
    const struct skep_expr_tree *tree = &job->tree;
    const struct skep_expr_node *node = &tree->nodes[i];
    union skep_expr_number x[SKEP_EXPR_MAX_OPERANDS];

    if (node->op == SKEP_EXPR_NUMBER) {
        values[i] = node->number;
        return SKEP_OK;
    }
    if (node->op == SKEP_EXPR_ARRAY) {
        struct skep_expr_window window;
        skep_expr_window_init(&window, &tree->vars[node->array].view, job->ndim, job->shape);
        values[i] = skep_expr_load(&tree->vars[node->array].view, skep_expr_window_locate(&window, at));
        return SKEP_OK;
    }
    for (int k = 0; k < skep_expr_ops[node->op].operands; k++) {
        bool is_condition = node->op == SKEP_EXPR_WHERE && k == 0;
        x[k] = skep_expr_convert((enum skep_dtype)tree->nodes[node->in[k]].dtype,
                                 is_condition ? SKEP_B1 : (enum skep_dtype)node->work, values[node->in[k]]);
    }
    if (!skep_expr_is_defined((enum skep_expr_op)node->op, (enum skep_dtype)node->work, x)) {
        return skep_expr_fail(tree, node->at, SKEP_E_NUMERIC, err, "%s (element %" PRId64 ")",
                              skep_expr_undefined_words((enum skep_expr_op)node->op), at);
    }
    values[i] = skep_expr_apply((enum skep_expr_op)node->op, (enum skep_dtype)node->work, x);
    return SKEP_OK;
}

/* The value of the root at element AT. */
static skep_status compute_element(const struct skep_call *call, const struct skep_expr_job *job, int64_t at,
                                   union skep_expr_number *values, struct skep_error *err)
{
    skep_status st = skep_call_is_stopped(call) ? SKEP_STOPPED : SKEP_OK;

    for (int i = 0; st == SKEP_OK && i < job->tree.n_nodes; i++) {
        st = compute_node(job, i, at, values, err);
    }
    return st;
}

/* Elements are added one by one, exactly; an extreme is compared with the one so far. */
static skep_status reduce_plainly(struct skep_call *call, const struct skep_expr_job *job,
                                  union skep_expr_number *values, struct skep_value *value_out,
                                  struct skep_error *err)
{
    enum skep_dtype dtype = skep_expr_result_dtype(job);
    enum skep_dtype wanted = skep_expr_reduce_dtype(job->reduce, dtype);
    bool is_sum = job->reduce == SKEP_EXPR_REDUCE_SUM || job->reduce == SKEP_EXPR_REDUCE_MEAN;
    union skep_expr_number x[2] = {{0}, {0}}; /* the extreme so far, and the next element */
    struct skep_expr_reduction r;
    bool is_unsure;
    skep_status st = SKEP_OK;

    skep_expr_reduction_init(&r, job->reduce, wanted, SKEP_CPU_PLAIN, false, NULL);
    for (int64_t i = 0; st == SKEP_OK && i < job->count; i++) {
        st = compute_element(call, job, i, values, err);
        if (st != SKEP_OK) {
            return st;
        }
        x[1] = skep_expr_convert(dtype, wanted, values[job->tree.n_nodes - 1]);
        if (is_sum) {
            skep_expr_reduction_add(&r, &x[1], 0, 1, 1);
        } else {
            x[0] = i == 0 ? x[1]
                          : skep_expr_apply(job->reduce == SKEP_EXPR_REDUCE_MIN ? SKEP_EXPR_MINIMUM
                                                                                : SKEP_EXPR_MAXIMUM,
                                            dtype, x);
        }
    }
    if (st == SKEP_OK && !is_sum && job->count > 0) {
        *value_out = skep_expr_number_value(dtype, x[0]);
        return SKEP_OK;
    }
    return st == SKEP_OK ? skep_expr_reduction_read(&r, job->count, value_out, &is_unsure, err) : st;
}

skep_status skep_expr_evaluate_plainly(struct skep_call *call, const struct skep_expr_job *job,
                                       struct skep_value *value_out, struct skep_error *err)
{
    enum skep_dtype dtype = skep_expr_result_dtype(job);
    union skep_expr_number *values;
    void *out;
    skep_status st = skep_call_scratch(call, job->tree.n_nodes, sizeof *values, (void **)&values, err);

    if (st == SKEP_OK && job->reduce != SKEP_EXPR_REDUCE_NONE) {
        return reduce_plainly(call, job, values, value_out, err);
    }
    st = st == SKEP_OK ? skep_call_output(call, dtype, job->ndim, job->shape, &out, value_out, err) : st;
    for (int64_t i = 0; st == SKEP_OK && i < job->count; i++) {
        st = compute_element(call, job, i, values, err);
        if (st == SKEP_OK) {
            skep_expr_store(dtype, values[job->tree.n_nodes - 1], out, i);
        }
    }
    return st;
}
