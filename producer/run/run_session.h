/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_SESSION_H
#define SKEP_PRODUCER_RUN_SESSION_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "producer/run/embedded.h"
#include "producer/run/gather.h"
#include "producer/cli/progress.h"
#include "producer/run/prints.h"
#include "producer/run/restarts.h"
#include "producer/run/run_plan.h"
#include "producer/run/run_push.h"
#include "producer/run/run_state.h"
#include "producer/run/run_worker.h"
#include "queue/admin.h"
#include "queue/backoff.h"
#include "queue/collect.h"
#include "queue/server.h"

/* One session of a run: from its start or resumption to its end or interruption. It starts the private server
 * and the worker, pushes, gathers, and brings both back when they die. Everything it learns that must outlive
 * it is in the journal before the server may forget it. */
struct skep_run_session_options {
    const struct skep_run_plan *plan;
    struct skep_run_state *state;
    struct skep_server_settings server; /* of a real one: url is set, without its password */
    double wait_s;                      /* how long trouble with the server may last */
    struct skep_source *source;         /* the tasks, all checked */
    struct skep_gather *gather;         /* what earlier sessions left has been replayed */
    bool is_resumed;
    bool is_quiet;
};

enum { SKEP_RUN_WANT_LEAST = 100, SKEP_RUN_WANT_MOST = 32768 };

struct skep_run_session {
    const struct skep_run_session_options *options;
    struct skep_server_settings server; /* the private one too */
    char url[SKEP_URL_TEXT_BYTES];
    bool is_private;
    struct skep_embedded embedded;
    struct skep_run_worker worker;
    struct skep_keys keys;
    struct skep_run_push push;
    struct skep_collector collector;
    struct skep_conn *conn; /* the collector's */
    struct skep_conn *push_conn;
    struct skep_conn *bell; /* waits for results */
    bool is_bell_set;
    struct skep_queue_status slots; /* of a real server: whose keys are to be removed */
    struct skep_progress progress;
    struct skep_run_prints prints; /* what tasks print */

    int signal_fd; /* stops and deaths of children */
    int stop_fd;   /* stops only: they stay for the other one to read */
    bool holds_signals;
    sigset_t old_mask;
    int n_signals, first_signal;

    struct skep_bytes *results; /* SKEP_RUN_WANT_MOST of them */
    size_t n_in_hand;           /* gathered, not confirmed */
    size_t want;
    int64_t synced_ms;

    int64_t trouble_since_ms; /* with the server; -1: none */
    struct skep_backoff trouble_backoff;
    char note[256];
    struct skep_restarts restarts; /* of server and worker */
    int64_t worker_start_ms;       /* when it is to be started again */
    int n_fills;
    uint64_t n_done_at_fill;
    uint64_t n_done_seen; /* at the last look */
    int64_t look_ms;      /* when the queue is looked at next */
};

/* How a session ended. */
struct skep_run_session_end {
    bool has_begun; /* server and worker came up: there may be tasks on the server */
    int signal;     /* that stopped it; 0: none */
};

/* Run until every task has its result.
 *
 *   SKEP_STOPPED   a signal; what was finished has been gathered
 *   others         it cannot go on; ERR says why. The state is good for another session */
SKEP_MUST_USE skep_status skep_run_session(const struct skep_run_session_options *options,
                                           struct skep_run_session_end *end_out, struct skep_error *err);

/* The event loop of a session that has been set up (run_loop.c): until all results are there, a signal comes
 * (SKEP_STOPPED), or it cannot go on. */
SKEP_MUST_USE skep_status skep_run_loop(struct skep_run_session *session, struct skep_error *err);

/* After a stop: wait for the worker's end, gathering what it still gives. */
SKEP_MUST_USE skep_status skep_run_loop_wind_down(struct skep_run_session *session, struct skep_error *err);

/* Remove everything that the run has on a real server. */
SKEP_MUST_USE skep_status skep_run_remove_keys(struct skep_conn *conn, const struct skep_keys *keys,
                                               const struct skep_queue_status *slots, struct skep_error *err);

#endif
