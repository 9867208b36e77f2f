/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_H
#define SKEP_PRODUCER_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/option.h"
#include "npy/cache.h"
#include "npy/roots.h"
#include "producer/cli/connect.h"
#include "sweep/sweep.h"

/* A sweep that is to be computed, as `skep sweep` makes it from its command line and `skep resume` from a
 * sidecar: what both hand to a session. */

struct skep_sweep_job {
    struct skep_sweep sweep; /* complete; texts in the caller's arena */
    char job[65];            /* its name on the server */
    const char *queue;
    struct skep_connect_settings connect; /* of a real server; connect says "private" where there is none */
    bool is_private;
    const char *slots;                  /* private: of the worker; NULL: one a core */
    struct skep_text_list data, output; /* folders, [NAME=]DIR; empty: the current one */
    const struct skep_roots *inputs, *outputs;
    uint64_t memory_bytes; /* of a slot of the private worker; 0: its default */
    bool is_hidden;        /* the outputs lie in a folder of the session's own and go when it ends */
    bool is_resumed;       /* outputs are there: only holes are put */
    bool is_detached;      /* return after the put */
    bool is_quiet;
    const char *results; /* file for result lines; "-": standard output; NULL: none */
};

/* Put it, watch and gather until it is over, tell the end (summary on standard error, the reduced value on
 * standard output). The outputs and sidecars have been made or checked. Returns an enum skep_exit. */
int skep_sweep_session(struct skep_sweep_job *job);

/* The same for a job that is on a server already, by name: `skep watch`. */
int skep_sweep_watch(const struct skep_connect_settings *connect, const char *queue, const char *job,
                     bool is_quiet);

#endif
