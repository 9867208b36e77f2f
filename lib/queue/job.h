/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_JOB_H
#define SKEP_QUEUE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/keys.h"
#include "queue/put.h"

/* A job is a push with a name: how many records it announced, how many of them are in, what became of them.
 * The numbers move in the same scripts as the tasks. Everything here needs an open connection and waits for
 * its replies. */
struct skep_job {
    char name[SKEP_JOB_NAME_BYTES];
    bool is_announced; /* else: a push that is not counted, or a name that nobody knows (n_put 0) */
    int64_t n_announced, n_put, n_done, n_failed /* for good */, n_cancelled;
    int64_t now_ms, put_ms; /* Redis TIME: now, and when the last piece came */
    int64_t cancelled_ms;   /* 0: it is not cancelled */
    bool is_dropped;        /* what workers take of it they drop */
    bool is_range;          /* it waits as ranges of tasks (queue/range.h), not as a record a task */
    bool is_stopped;        /* a range job: a hit has ended it (queue/range.h has the hit) */
    bool is_gathering;      /* a range job: some of its outputs may not be where they belong yet */
    bool is_held_up;        /* a range job: so much waits for its gatherer that nothing more of it is taken */
};

/* How many tasks it has, now that no more can come or will come; how many of them are over; all of them? */
int64_t skep_job_total(const struct skep_job *job);
int64_t skep_job_over(const struct skep_job *job);
bool skep_job_is_over(const struct skep_job *job);
bool skep_job_is_known(const struct skep_job *job);

/* "unknown", "uncounted", "pushing" (records are missing), "running", "done", "failed" (over, some for good),
 * "cancelling" (tasks of it are still to be dropped), "cancelled" (and over). What a hit has made needless
 * counts as cancelled, and the job as done. */
const char *skep_job_state(const struct skep_job *job);

/* A job that nobody knows is no error: skep_job_is_known. */
SKEP_MUST_USE skep_status skep_job_read(struct skep_conn *conn, const struct skep_keys *keys,
                                        const char *name, struct skep_job *job_out, struct skep_error *err);

/* All of them, by name. *JOBS_OUT is the caller's: skep_free. */
SKEP_MUST_USE skep_status skep_job_list(struct skep_conn *conn, const struct skep_keys *keys,
                                        struct skep_job **jobs_out, size_t *n_out, struct skep_error *err);

/* Forget its counts and how far its push was.
 *
 *   SKEP_EMPTY       nobody knows it
 *   SKEP_E_CONFLICT  it is not over, and it was not FORCED */
SKEP_MUST_USE skep_status skep_job_forget(struct skep_conn *conn, const struct skep_keys *keys,
                                          const char *name, bool is_forced, struct skep_error *err);

#endif
