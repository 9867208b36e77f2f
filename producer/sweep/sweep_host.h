/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_HOST_H
#define SKEP_PRODUCER_SWEEP_HOST_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "producer/run/embedded.h"
#include "producer/run/restarts.h"
#include "producer/run/run_worker.h"
#include "producer/sweep/sweep.h"
#include "queue/server.h"

/* What a sweep has for itself where no server is named: a private redis-server that keeps nothing on the disk
 * (the sidecars are the truth) and a worker, in a temporary folder that goes with them. */
struct skep_sweep_host {
    char folder[PATH_MAX]; /* "": there is none */
    struct skep_embedded embedded;
    struct skep_run_worker worker;
    char url[SKEP_URL_TEXT_BYTES];
    struct skep_server_settings server; /* of the private one */
    struct skep_restarts restarts;
    int64_t worker_start_ms; /* when it is to be started again */
    char note[256];          /* what was started again, and why */
};

/* Start both. Whatever comes, skep_sweep_host_close.
 *
 *   SKEP_E_UNREACHABLE   no redis-server or skep-worker, or it does not start; its log has been shown
 *   SKEP_E_IO, SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_sweep_host_open(struct skep_sweep_host *host, const struct skep_sweep_job *job,
                                               struct skep_error *err);

/* Start again what has died, N_DONE tasks being done; *NOTE_OUT says so, or is NULL. A server that was
 * started again knows nothing. CONN is to its queue.
 *
 *   SKEP_E_UNREACHABLE, SKEP_E_USAGE   it dies too often, its settings are wrong; its log has been shown
 *   SKEP_E_UNWELL, ...                 the connection's; call it again */
SKEP_MUST_USE skep_status skep_sweep_host_watch(struct skep_sweep_host *host, uint64_t n_done,
                                                struct skep_conn *conn, const struct skep_keys *keys,
                                                const char **note_out, struct skep_error *err);

/* After a stop: the worker finishes what it runs. True when it is over. */
void skep_sweep_host_stop_worker(struct skep_sweep_host *host);
bool skep_sweep_host_worker_is_over(struct skep_sweep_host *host);

/* Show the user what the worker's log says of warnings and errors. */
void skep_sweep_host_show_log(const struct skep_sweep_host *host);

void skep_sweep_host_close(struct skep_sweep_host *host); /* ends both at once; zeroed is fine */

#endif
