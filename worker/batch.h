/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_BATCH_H
#define SKEP_WORKER_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "queue/holder.h"
#include "spent.h"

/* The tasks that a slot holds, in the order taken:
 *
 *     first            n_settled            n_tasks
 *       | settled, to be told | running, then unstarted |
 *
 * Verdicts may be told to the server in the middle of a batch, so that finished results do not wait behind a
 * long task; `first` then moves on. */
struct skep_batch {
    struct skep_arena arena; /* the records */
    struct skep_buf bytes;   /* results, retries, dead letters */
    size_t first, n_settled, n_tasks;
    unsigned crashes; /* of its one task, when that is a suspect */
    const char *crash_info;
    int64_t started_ms; /* monotonic */
    bool has_cancelled;
    bool is_cancelled[SKEP_BATCH_MAX]; /* when has_cancelled */
    struct skep_bytes tasks[SKEP_BATCH_MAX];
    struct skep_settled settled[SKEP_BATCH_MAX];
    struct skep_spent spents[SKEP_BATCH_MAX];     /* likewise; texts are in bytes */
    struct skep_verdict verdicts[SKEP_BATCH_MAX]; /* of the cycle under way */
};

void skep_batch_init(struct skep_batch *batch);
void skep_batch_release(struct skep_batch *batch);

/* Start over with what a cycle has taken; everything of before has been settled. The records are copied.
 *   SKEP_E_NOMEM   the tasks are the batch's, but fit for being given back only */
SKEP_MUST_USE skep_status skep_batch_fill(struct skep_batch *batch, const struct skep_cycle_reply *reply,
                                          int64_t now_ms, struct skep_error *err);

/* The cycle that tells what is settled and gives back all that comes after the first N_KEPT unsettled tasks.
 * Its verdicts are memory of the batch. */
struct skep_cycle skep_batch_make_cycle(struct skep_batch *batch, size_t n_kept);

/* That cycle was sent: the N tasks that it gives back may be somebody else's by now. */
void skep_batch_gave_back(struct skep_batch *batch, size_t n);

/* It has been applied: N verdicts of it. */
void skep_batch_told(struct skep_batch *batch, size_t n);

#endif
