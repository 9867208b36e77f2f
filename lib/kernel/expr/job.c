/* SPDX-License-Identifier: MIT */
#include "kernel/expr/job.h"

/* Extend the shape of JOB by that of VIEW. False: they do not fit. */
static bool broadcast(struct skep_expr_job *job, const struct skep_view *view)
{
    int ndim = job->ndim > view->ndim ? job->ndim : view->ndim;

    for (int i = 1; i <= ndim; i++) { /* from the last axis on; writing runs ahead of reading, upwards */
        int64_t a = i <= job->ndim ? job->shape[job->ndim - i] : 1;
        int64_t b = i <= view->ndim ? view->shape[view->ndim - i] : 1;
        if (a != b && a != 1 && b != 1) {
            return false;
        }
    }
    for (int i = 0; i < ndim && job->ndim < ndim; i++) {
        int own = ndim - 1 - i - (ndim - job->ndim);
        job->shape[ndim - 1 - i] = own >= 0 ? job->shape[own] : 1;
    }
    job->ndim = ndim;
    for (int i = 1; i <= view->ndim; i++) {
        if (job->shape[ndim - i] == 1) {
            job->shape[ndim - i] = view->shape[view->ndim - i];
        }
    }
    return true;
}

static skep_status add_array(struct skep_expr_job *job, const struct skep_expr_node *node,
                             struct skep_error *err)
{
    const struct skep_array_item *item = &job->tree.vars[node->array];
    const struct skep_view *view = &item->view;
    char of_item[80];
    char of_job[80];

    if (broadcast(job, view)) {
        return SKEP_OK;
    }
    return skep_expr_fail(&job->tree, node->at, SKEP_E_BAD_ARGS, err,
                          "%.40s has shape %s, which does not fit %s of what stands before it", item->name,
                          skep_shape_format(view->ndim, view->shape, of_item, sizeof of_item),
                          skep_shape_format(job->ndim, job->shape, of_job, sizeof of_job));
}

skep_status skep_expr_find_shape(struct skep_expr_job *job, struct skep_error *err)
{
    const struct skep_expr_tree *tree = &job->tree;

    job->ndim = 0;
    for (int i = 0; i < tree->n_nodes; i++) {
        if (tree->nodes[i].op == SKEP_EXPR_ARRAY) {
            skep_status st = add_array(job, &tree->nodes[i], err);
            if (st != SKEP_OK) {
                return st;
            }
        }
    }
    job->count = skep_shape_count(job->ndim, job->shape);
    if (job->count < 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "expr: the arrays broadcast to more than 2^63 elements");
    }
    return SKEP_OK;
}

struct skep_value skep_expr_number_value(enum skep_dtype dtype, union skep_expr_number number)
{
    struct skep_value value;

    if (dtype == SKEP_B1) {
        value.kind = SKEP_VALUE_BOOL;
        value.boolean = number.i8 != 0;
    } else if (dtype == SKEP_F4 || dtype == SKEP_F8) {
        value.kind = SKEP_VALUE_F64;
        value.f64 = number.f8;
    } else {
        value.kind = SKEP_VALUE_I64;
        value.i64 = number.i8;
    }
    return value;
}
