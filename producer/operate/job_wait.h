/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_JOB_WAIT_H
#define SKEP_PRODUCER_JOB_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "producer/cli/connect.h"
#include "producer/cli/progress.h"
#include "queue/job.h"

/* Until a job is over. It asks for a few numbers, once a second at most; what they cost does not depend on
 * the length of the queue. A job with arrays is over when they are: when its gatherer has said its last word.
 */
struct skep_job_wait {
    const struct skep_connect_settings *connect;
    const char *queue, *name;
    double timeout_s; /* 0: never */
    bool is_quiet;

    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_patience patience;
    struct skep_progress progress;
    int64_t end_ms;   /* monotonic; 0: never */
    int64_t moved_ms; /* when its numbers last changed, or it was last said why they do not */
    int64_t n_over;   /* then */
    struct skep_job job;
};

/* Connect and wait. The user has been told what went wrong, also that there is no such job.
 *
 *   SKEP_OK        it is over: wait->job
 *   SKEP_EMPTY     the time is
 *   SKEP_STOPPED   the user has no patience either
 *   others         as *EXIT_OUT says */
SKEP_MUST_USE skep_status skep_job_wait(struct skep_job_wait *wait, int *exit_out);
void skep_job_wait_close(struct skep_job_wait *wait);

/* The sentence of how the job stands with END behind it, unless it is quiet. */
void skep_job_wait_tell(const struct skep_job_wait *wait, const char *end);

/* The exit code of a job that is over. */
int skep_job_wait_exit(const struct skep_job_wait *wait);

/* Why nothing of a queue moves, in words that stay: "paused", "no-workers", "results-full"; NULL when the
 * queue is not the reason, or cannot be asked. */
const char *skep_job_wonder(struct skep_conn *conn, const struct skep_keys *keys);

#endif
