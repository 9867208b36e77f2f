/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_SKETCHES_STATES_H
#define SKEP_KERNEL_SKETCHES_STATES_H

#include "kernel/kernel.h"

/* The states in an argument `merge`. Each array of the list is one state, or many of them stacked along
 * leading axes, as a sweep's output has them. Any dtype of whole numbers will do: what came as JSON is i8. */
struct skep_states {
    const struct skep_arg *arg;
    int ndim;         /* of one state: 1 or 2 */
    int64_t shape[2]; /* of one state; all have the same */
    int64_t n_arrays;
    int64_t most; /* elements go from 0 to this */
};

/* Look at the arrays of MERGE, which may be absent if X is not. The range is for the caller to set before it
 * reads.
 *
 *   SKEP_E_BAD_ARGS   neither is given; not whole numbers, too few axes, or shapes that differ (named) */
SKEP_MUST_USE skep_status skep_states_init(struct skep_states *states, const struct skep_arg *x,
                                           const struct skep_arg *merge, int ndim, struct skep_error *err);

/* Take N elements of a state, from its element AT on (in C order). A state is over with its last element. */
typedef skep_status (*skep_states_take)(void *context, int64_t at, const int64_t *elements, int64_t n,
                                        struct skep_error *err);

/* All states, one after the other. A last axis of up to SKEP_STATES_PIECE comes in one piece.
 *
 *   SKEP_E_BAD_ARGS   an element out of range
 *   SKEP_STOPPED */
enum { SKEP_STATES_PIECE = 1024 };
SKEP_MUST_USE skep_status skep_states_read(const struct skep_call *call, const struct skep_states *states,
                                           skep_states_take take, void *context, struct skep_error *err);

/* Sketches agree about these arguments. */
#define SKEP_SKETCH_ARG_X                                                                                    \
    {                                                                                                        \
        .name = "x", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS, .shape_text = "[...]",               \
        .help = "The numbers, of any dtype; absent: none, where there is something to merge."                \
    }
#define SKEP_SKETCH_ARG_MERGE                                                                                \
    {                                                                                                        \
        .name = "merge", .kind = SKEP_ARG_ARRAYS, .shape_text = "list of states",                            \
        .help = "States of this kernel, each an array, or stacked along leading axes: what they have seen "  \
                "counts as seen."                                                                            \
    }

double skep_sketch_count(const struct skep_arg *x); /* elements; 0 when absent */

#endif
