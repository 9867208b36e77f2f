/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_PLAN_PARTS_H
#define SKEP_RUN_PLAN_PARTS_H

#include "npy/slice.h"
#include "run/compute.h"
#include "run/plan.h"
#include "run/plan_args.h"
#include "run/plan_filter.h"
#include "run/plan_inputs.h"

/* What the files of a plan share. */

enum { SKEP_PLAN_KEEP_BYTES = 64 << 20 }; /* of the arena, from task to task */

struct skep_plan {
    const struct skep_run *run;
    const struct skep_sweep *sweep;
    const struct skep_kernel *kernel;
    struct skep_arena *arena;
    struct skep_plan_input inputs[SKEP_SWEEP_MAX_INPUTS];
    struct skep_out_map maps[SKEP_SWEEP_MAX_OUTS];
    struct skep_slice of[SKEP_SWEEP_MAX_OUTS]; /* n is 0: all of the value */
    struct skep_plan_filter filter;

    /* of the chunk */
    bool is_open;
    int64_t lo, hi;
    struct skep_arena_mark before; /* what the arena held before the chunk */
    struct skep_arena_mark mark;   /* what it holds before each task */
    struct skep_axes *axes;
    struct skep_plan_args args;

    /* of the task */
    struct skep_computation computation;
    int64_t wanted;         /* position */
    bool goes_plainly;      /* its arguments were not to be had the fast way */
    struct skep_view *told; /* where the shape of its value goes */
    int64_t position;       /* of POINT; -1: none */
    struct skep_point point;
};

/* Make output K ready. SKEP_E_BAD_ARGS */
SKEP_MUST_USE skep_status skep_plan_set_up_out(struct skep_plan *plan, int k, struct skep_error *err);

/* Let plan->point be that of POSITION, which has INDEX. Reads the files of @arrays: to be called under the
 * protection of run/fault.h. */
void skep_plan_locate(struct skep_plan *plan, int64_t position, int64_t index);

#endif
