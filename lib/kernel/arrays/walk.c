/* SPDX-License-Identifier: MIT */
#include "kernel/arrays/walk.h"

#include <assert.h>

void skep_walk_init(struct skep_walk *walk, const struct skep_view *view, int axis)
{
    *walk = (struct skep_walk){.view = view, .axis = axis, .length = 1, .stride = 1, .n_runs = 1};
    if (view->ndim == 0) {
        return;
    }
    assert(axis >= 0 && axis < view->ndim);
    walk->length = view->shape[axis];
    walk->stride = view->strides[axis];
    for (int i = 0; i < view->ndim; i++) {
        /* Cannot overflow where no length is 0: the view holds as many elements as the product says. */
        if (i != axis && __builtin_mul_overflow(walk->n_runs, view->shape[i], &walk->n_runs)) {
            walk->n_runs = INT64_MAX;
        }
    }
}

bool skep_walk_step(struct skep_walk *walk)
{
    const struct skep_view *view = walk->view;

    for (int i = view->ndim - 1; i >= 0; i--) {
        if (i == walk->axis) {
            continue;
        }
        walk->at += view->strides[i];
        if (++walk->index[i] < view->shape[i]) {
            return true;
        }
        walk->at -= view->strides[i] * view->shape[i];
        walk->index[i] = 0;
    }
    return false;
}
