/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_CANCEL_H
#define SKEP_QUEUE_CANCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* Cancelled jobs and tasks. A queue is never searched: what is cancelled is written down beside it, and
 * whoever takes a task asks whether it is one of those. While anything is written down the replies to cycles
 * and beats carry SKEP_FLAG_CANCELS; without the flag nobody has to ask. */

/* A task that somebody holds. */
struct skep_cancel_query {
    const char *job; /* NULL: none */
    const char *id;  /* NULL: none, as a range has none */
    /* The answer. FROM: positions of a range job at or behind it are (a hit stopped the job); -1: none. */
    bool is_cancelled;
    int64_t from;
};

/* Ask for N tasks, in one round trip whose cost grows with N alone. A cancelled one is settled with the
 * verdict SKEP_CANCEL (queue/verdicts.h) and not run; by that, and not by asking, the cancellation of an id
 * is used up. Of several tasks with a cancelled id the first is. Connects if need be. After a failure nothing
 * is known. */
SKEP_MUST_USE skep_status skep_cancel_check(struct skep_conn *conn, const struct skep_keys *keys,
                                            struct skep_cancel_query *tasks, size_t n,
                                            struct skep_error *err);

/* Write N names of jobs, or ids of tasks, down as cancelled. *WRITTEN_OUT (may be NULL): how many; a job of
 * which nothing is left needs no more than that nothing can be pushed to it. The connection is open. */
enum skep_cancel_kind { SKEP_CANCEL_JOB, SKEP_CANCEL_ID };
SKEP_MUST_USE skep_status skep_cancel_put(struct skep_conn *conn, const struct skep_keys *keys,
                                          enum skep_cancel_kind kind, const char *const *names, size_t n,
                                          int64_t *written_out, struct skep_error *err);

#endif
