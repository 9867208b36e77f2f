/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_PUSH_H
#define SKEP_PRODUCER_RUN_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "producer/push/feed.h"
#include "producer/run/gather.h"
#include "producer/push/source.h"
#include "queue/conn.h"
#include "queue/put.h"

/* The tasks of a run on their way into its queue. They go under a name, so that after any failure and any
 * death the push goes on exactly where it was. The queue is kept short, so that the server's memory is
 * bounded whatever the number of tasks.
 *
 * A hole is a task without result although the queue is empty: the server lost its memory, or somebody else
 * collected the result. Holes are pushed again. */
struct skep_run_push {
    struct skep_conn *conn; /* borrowed; for this alone */
    struct skep_put put;
    struct skep_feed feed;
    const struct skep_gather *gather; /* borrowed: which tasks have results */
    uint64_t n_tasks;
    uint64_t n_seen;     /* records the feed has given */
    uint64_t bytes_seen; /* and their size */
    size_t piece;        /* records at once: fewer after the queue was full, so that they fit in */
    bool is_ready;       /* the server has said what it has */
    bool is_done;        /* everything is in */
    bool is_filling;     /* pushes holes only */
    int64_t depth;       /* of the queue, as last heard */
};

/* SOURCE has N_TASKS good lines. SKEP_E_USAGE */
SKEP_MUST_USE skep_status skep_run_push_init(struct skep_run_push *push, struct skep_conn *conn,
                                             const char *queue, struct skep_source *source,
                                             const struct skep_gather *gather, uint64_t n_tasks,
                                             struct skep_error *err);
void skep_run_push_release(struct skep_run_push *push); /* zeroed is fine */

/* Push a little, if the queue has room (that it has none is no failure). To be called again and again; after
 * a failure too, unless it is final.
 *
 *   SKEP_E_IO         the task file changed or cannot be read
 *   SKEP_E_CONFLICT   the server has more tasks of this push than there are
 *   and what lib/queue fails with */
SKEP_MUST_USE skep_status skep_run_push_step(struct skep_run_push *push, struct skep_error *err);

/* Whether the next step would push, as far as we know. */
bool skep_run_push_has_room(const struct skep_run_push *push);

/* The server has died or was out of reach: ask it again what it has. */
void skep_run_push_doubt(struct skep_run_push *push);

/* The queue is empty and results are missing: push their tasks again. */
SKEP_MUST_USE skep_status skep_run_push_fill(struct skep_run_push *push, struct skep_error *err);

#endif
