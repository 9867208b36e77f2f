/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_SESSION_H
#define SKEP_PRODUCER_SWEEP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "gather/gathering.h"
#include "producer/cli/connect.h"
#include "producer/cli/progress.h"
#include "producer/run/prints.h"
#include "producer/sweep/sweep.h"
#include "producer/sweep/sweep_host.h"
#include "producer/sweep/sweep_results.h"
#include "queue/job.h"
#include "queue/range.h"

/* One session of a sweep: what is missing of its outputs is put, what comes is gathered, until the job is
 * over. What the files of this module share; others take producer/sweep/sweep.h. */
struct skep_sweep_session {
    struct skep_sweep_job *job;
    struct skep_sweep_host host; /* of a private one */
    const struct skep_server_settings *server;
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_gathering gathering; /* closed where there are no outputs, and while somebody else gathers */
    int64_t gather_again_ms;         /* when to try to be the gatherer again */
    struct skep_sweep_results results;
    struct skep_buf spec;  /* as it is put */
    struct skep_buf value; /* what the reduction gave */

    struct skep_job counts;   /* as last heard */
    int64_t look_ms;          /* when they are looked at next */
    int64_t n_over, moved_ms; /* tasks that were over when that number last changed, and when that was */
    int64_t n_before;         /* tasks that were done before this session */
    bool tries_again;         /* the job was over before this session: what it left is put again */
    bool has_shown_log;       /* of the private worker */
    bool is_idle;             /* nothing is missing, and no server knows of a job */
    int n_fills;              /* how often holes of a job without failures were put again */

    struct skep_progress progress;
    struct skep_run_prints prints; /* of a private one: what its tasks print */
    struct skep_patience patience;
    char note[256];
    int64_t began_ms;
};

/* Put the tasks that are missing (all of them where there are no outputs). To a server that had forgotten the
 * job, too: then the gathering begins anew. Repeatable.
 *
 *   SKEP_E_CONFLICT   another job has this name
 *   SKEP_E_FULL, ..., what the connection says */
SKEP_MUST_USE skep_status skep_sweep_put(struct skep_sweep_session *session, struct skep_error *err);

/* On a server that may know the job already: join it where it runs. One that is over is put again when its
 * acks are gathered.
 *
 *   SKEP_E_CONFLICT   it is being cancelled */
SKEP_MUST_USE skep_status skep_sweep_put_again(struct skep_sweep_session *session, struct skep_error *err);

/* The job is over and something is missing, because it failed, was cancelled or got lost: all of that is put
 * anew, and the dead letters of the first time go. */
SKEP_MUST_USE skep_status skep_sweep_put_after_end(struct skep_sweep_session *session,
                                                   struct skep_error *err);

/* Until the job is over and everything that came is safe.
 *
 *   SKEP_STOPPED   the user asked to stop
 *   others         it cannot go on; ERR says why */
SKEP_MUST_USE skep_status skep_sweep_loop(struct skep_sweep_session *session, struct skep_error *err);

/* After a stop of a private one: wait for the worker's end, gathering what it still gives. */
void skep_sweep_wind_down(struct skep_sweep_session *session);

/* It is over: last words to the queue, the value on standard output, what failed and the summary on standard
 * error. Returns an enum skep_exit. */
int skep_sweep_tell_end(struct skep_sweep_session *session);

/* It cannot go on (ST, ERR), or was stopped (SKEP_STOPPED): what is kept, and how to go on. */
int skep_sweep_tell_break(struct skep_sweep_session *session, skep_status st, const struct skep_error *err);

/* Positions in [0, n) with a hole in some output. */
int64_t skep_sweep_count_holes(const struct skep_sweep_session *session);

#endif
