/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_PLAN_REF_H
#define SKEP_RUN_PLAN_REF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "npy/slice.h"
#include "sweep/axes.h"
#include "task/node.h"

/* A reference whose slice holds variables, "eeg.npy[:,{i},0:{hi}]": understood once, so that at a point only
 * the numbers have to be put in. */

enum { SKEP_PLAN_HOLES = 16 };

struct skep_plan_hole {
    int64_t *number; /* in the slice */
    int place;       /* of the variable in a point */
    bool is_negated;
};

struct skep_plan_ref {
    const char *path;
    size_t path_n;
    struct skep_slice slice;
    struct skep_view whole; /* of the array at the path; the caller's to fill */
    int n_holes;
    struct skep_plan_hole holes[SKEP_PLAN_HOLES];
};

/* Understand TEXT; POINT is any of the sweep's. REF does not move afterwards.
 *
 *   SKEP_EMPTY    it is not of this simple kind: a variable in the path, one that is no number, bad syntax
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_plan_ref_read(const struct skep_node *text, const struct skep_point *point,
                                             struct skep_arena *arena, struct skep_plan_ref *ref);

/* Put in the numbers of POINT. False: with these the text has to be read again (a negative number, a
 * fraction, a step of 0). */
bool skep_plan_ref_set(struct skep_plan_ref *ref, const struct skep_point *point);

#endif
