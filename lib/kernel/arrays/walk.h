/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_ARRAYS_WALK_H
#define SKEP_KERNEL_ARRAYS_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

/* Steps through the runs of a view: every index of all axes but one, in C order, while the caller handles
 * that one axis itself.
 *
 *     skep_walk_init(&walk, view, axis);
 *     do {
 *         ... walk.length elements from element walk.at on, walk.stride apart ...
 *     } while (skep_walk_step(&walk));
 *
 * The number of runs, walk.n_runs, may be 0; then there is no first one. A 0-dimensional view is one run of
 * one element. */
struct skep_walk {
    const struct skep_view *view;
    int axis;
    int64_t length, stride; /* of a run */
    int64_t n_runs;
    int64_t at; /* the first element of the run, counted from view->data */
    int64_t index[SKEP_MAX_DIMS];
};

void skep_walk_init(struct skep_walk *walk, const struct skep_view *view, int axis);
bool skep_walk_step(struct skep_walk *walk); /* false: that was the last run */

#endif
