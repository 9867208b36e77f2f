/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_PLAN_H
#define SKEP_RUN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "run/run.h"
#include "sweep/axes.h"
#include "sweep/out_map.h"
#include "sweep/sweep.h"

/* A sweep made ready to run in one slot: its kernel, and its arguments compiled, so that a task costs next to
 * nothing beside its kernel. Numbers are set in place; a reference whose slice holds variables is one slice
 * of a view; whatever else there is goes the long way, by the record that a plain task would have
 * (sweep/expand.h). Both ways give the same values and the same words.
 *
 * The life of a plan:
 *
 *     skep_plan_new                       once a job
 *     for each chunk
 *         skep_plan_begin
 *         skep_plan_run ...               each position, in order
 *         skep_plan_check                 before its values are believed; again at every tell
 *         skep_plan_end */
struct skep_plan; /* opaque */

/* RUN, SWEEP (with its arena) and ARENA are borrowed and outlive the plan. ARENA is the slot's: from begin to
 * end nobody else takes of it or resets it; memory of chunks and tasks comes from there.
 *
 *   SKEP_E_UNKNOWN_KERNEL, SKEP_E_BAD_ARGS (an argument that the kernel does not have or misses, outputs that
 *   cannot be), SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_plan_new(const struct skep_run *run, const struct skep_sweep *sweep,
                                        struct skep_arena *arena, struct skep_plan **plan_out,
                                        struct skep_error *err);
void skep_plan_free(struct skep_plan *plan); /* NULL is fine */

/* Look at the inputs again (once a chunk: positions [LO, HI)), and compare them with the fingerprints in the
 * sweep. After a failure there is nothing to end. What a filter cannot be computed of is a failure of that
 * task, but one that can be computed nowhere is one of the chunk.
 *
 *   SKEP_E_INPUT_CHANGED, SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_IO
 *   SKEP_E_NOMEM, SKEP_E_BAD_ARGS (the filter) */
SKEP_MUST_USE skep_status skep_plan_begin(struct skep_plan *plan, int64_t lo, int64_t hi,
                                          struct skep_error *err);

/* What came of the task at a position. VALUE lives until the next run. */
struct skep_point_outcome {
    skep_status status; /* SKEP_EMPTY: skipped by the filter */
    struct skep_value value;
    bool is_hit; /* looked at where the sweep stops at one: not 0, not false, not NaN (kernel/hit.h) */
    struct skep_error err;
    double retry_after_s;
    int64_t index;
};

/* Run the task at POSITION; ATTEMPT counts from 1. Cannot fail: a failure is an outcome. Its words are those
 * that the plain task would have had. SKEP_STOPPED: it was interrupted. */
void skep_plan_run(struct skep_plan *plan, int64_t position, unsigned attempt,
                   struct skep_point_outcome *outcome_out);

/* Whether the filter leaves out the task at POSITION, without running it (between begin and end). */
bool skep_plan_skips(struct skep_plan *plan, int64_t position);

/* Convert the value's part for output K (sweep->outs[k].of, dtype) into SLICE_OUT, slice_bytes of it.
 *
 *   SKEP_E_BAD_ARGS   it does not have the dtype or shape that the output's slices have; both are named */
SKEP_MUST_USE skep_status skep_plan_slice(const struct skep_plan *plan, int k, const struct skep_value *value,
                                          void *slice_out, struct skep_error *err);

/* Whether the inputs read since begin are still what they were: then everything run since is to be believed.
 *
 *   SKEP_E_INPUT_CHANGED   nothing that was run since the last check is */
SKEP_MUST_USE skep_status skep_plan_check(struct skep_plan *plan, struct skep_error *err);
void skep_plan_end(struct skep_plan *plan);

/* The number of the slice in output K of the task at POSITION. */
int64_t skep_plan_slice_number(const struct skep_plan *plan, int k, int64_t position);

/* The value of a result line of the task (for has_results and for reductions to show). SKEP_E_BAD_ARGS: too
 * large. */
SKEP_MUST_USE skep_status skep_plan_result(const struct skep_plan *plan, const struct skep_value *value,
                                           struct skep_result_value *result_out, struct skep_error *err);

/* The record that a plain task at POSITION would have, into BUF (between begin and end). */
SKEP_MUST_USE skep_status skep_plan_record(struct skep_plan *plan, int64_t position, struct skep_buf *buf,
                                           struct skep_error *err);

/* What the value of a task at POSITION will be, without computing: a view without data. SKEP_EMPTY: the
 * kernel does not say (its value is no array or number, or is known only afterwards). And what it asks for.
 * Between begin and end. */
SKEP_MUST_USE skep_status skep_plan_value(struct skep_plan *plan, int64_t position,
                                          struct skep_view *value_out, struct skep_error *err);
SKEP_MUST_USE skep_status skep_plan_cost(struct skep_plan *plan, int64_t position, struct skep_cost *cost_out,
                                         struct skep_error *err);

/* Size, time of change and the checksum of the header of the input at REF (a slice is cut off): for
 * producers. Leaves input_out->path alone.
 *
 *   as skep_npy_cache_view */
SKEP_MUST_USE skep_status skep_input_fingerprint(const struct skep_roots *roots, const char *ref, size_t n,
                                                 struct skep_sweep_input *input_out, struct skep_error *err);

/* The paths of all array arguments and axes of SWEEP that are the same at every point, without slices, each
 * once. Texts are the sweep's. Returns how many (at most SKEP_SWEEP_MAX_INPUTS are written). */
int skep_sweep_list_inputs(const struct skep_sweep *sweep, const struct skep_kernel *kernel,
                           struct skep_sweep_input *inputs_out, struct skep_arena *arena);

#endif
