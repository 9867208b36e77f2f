/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RESTARTS_H
#define SKEP_PRODUCER_RESTARTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/backoff.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* A server and a worker of our own that die are started again, as long as something gets done in between. */
struct skep_restarts {
    int n; /* since the last progress */
    uint64_t n_done;
    struct skep_backoff backoff; /* the pause before the next one */
};

/* One more: WHO ended with STATUS (of wait(2)) when N_DONE tasks were done. NOTE gets the words for it.
 *
 *   SKEP_E_UNREACHABLE   one too many */
SKEP_MUST_USE skep_status skep_restarts_count(struct skep_restarts *restarts, const char *who, int status,
                                              uint64_t n_done, char *note, size_t note_bytes,
                                              struct skep_error *err);

/* Give the tasks of all slots of a queue back to it, at no cost to them: they are certainly dead. For a
 * private server, between two workers. Connects if need be. */
SKEP_MUST_USE skep_status skep_restarts_reap(struct skep_conn *conn, const struct skep_keys *keys,
                                             struct skep_error *err);

#endif
