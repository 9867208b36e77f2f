/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_RUN_H
#define SKEP_RUN_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "npy/cache.h"
#include "npy/roots.h"
#include "task/header.h"
#include "task/record.h"
#include "task/result.h"

/* One task: read the record, find the kernel, open the arrays, check, compute, put the value where it
 * belongs. */

struct skep_run {
    const struct skep_roots *inputs;  /* where references are looked up; borrowed */
    const struct skep_roots *outputs; /* where `out` is written; borrowed */
    struct skep_npy_cache *cache;     /* borrowed */
    struct skep_limits limits;
    bool syncs_outputs;      /* fsync an output before its task counts as done */
    const atomic_uint *stop; /* told to kernels; NULL: nobody can stop them */
};

/* Everything that is known about a record before it runs. Strings live in the arena it was read into. */
struct skep_work {
    struct skep_header header;
    const char *body; /* the record without skep's lines (all of it if they are wrong) */
    size_t body_n;
    struct skep_task task;            /* task.kernel is NULL when the record could not be read */
    const struct skep_kernel *kernel; /* NULL: not found, or not read */
    const char *id;                   /* the record's, the header's, or made up; never NULL */
    bool is_id_made_up;
    skep_status status; /* SKEP_OK, or why it cannot run: E_BAD_RECORD, E_UNKNOWN_KERNEL, E_NOMEM */
    struct skep_error err;
};

/* Read BYTES. Cannot fail: what is wrong is in work_out->status. BYTES must live as long as the work. */
void skep_work_read(const struct skep_run *run, const char *bytes, size_t n, struct skep_arena *arena,
                    struct skep_work *work_out);

/* What came of it. */
struct skep_outcome {
    skep_status status;
    struct skep_result_value value; /* when SKEP_OK; memory of the arena */
    struct skep_error err;          /* when not */
    double retry_after_s;           /* when not, and the kernel has asked for it; else 0 */
    /* Monotonic: when its arguments were there, and when the kernel was over; 0: it did not come so far. */
    int64_t bound_ns, computed_ns;
};

/* The word for it that belongs to a task: causes are a closed list, and memory that could not be had inside
 * skep is `memory-limit`. */
skep_status skep_outcome_cause(skep_status status);

/* Whether a plain task's `out` (NULL: none) names a whole .npy file: what is wrong with it is said before
 * hours of work, not after.
 *
 *   SKEP_E_BAD_ARGS */
SKEP_MUST_USE skep_status skep_run_check_out(const char *out, struct skep_error *err);

/* What the task asks for, without computing it: the memory of ARENA that its arguments have taken by then is
 * in it. work->status must be SKEP_OK. Fails as the binding of its arguments does (bind.h). */
SKEP_MUST_USE skep_status skep_run_cost(const struct skep_run *run, const struct skep_work *work,
                                        struct skep_arena *arena, struct skep_cost *cost_out,
                                        struct skep_error *err);

/* Compute. Cannot fail: a failure is an outcome. work->status must be SKEP_OK. */
void skep_run_work(const struct skep_run *run, const struct skep_work *work, struct skep_arena *arena,
                   struct skep_outcome *outcome_out);

#endif
