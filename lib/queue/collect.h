/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_COLLECT_H
#define SKEP_QUEUE_COLLECT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/holder.h"
#include "queue/keys.h"

/* A consumer of results. It reads the head of the output list, stores what it read where it is safe, and then
 * confirms: only then do the results leave the list. A consumer that dies in between loses nothing; the next
 * one sees the same results again. One consumer at a time: a mark with a short life keeps a second one out.
 */
enum { SKEP_COLLECT_MARK_MS = 3000 };

struct skep_collector {
    struct skep_conn *conn;
    struct skep_keys keys;
    char token[SKEP_WORKER_NAME_BYTES];
    int64_t base;   /* collected by everybody when the results in hand were read; -1 before the first read */
    size_t n_taken; /* results in hand */
    int64_t n_left; /* length of the list, as last heard */
    uint64_t n_calls; /* answered so far: the next one carries its number, so that it counts once */
};

SKEP_MUST_USE skep_status skep_collector_init(struct skep_collector *collector, struct skep_conn *conn,
                                              const char *queue, struct skep_error *err);

/* Confirm the first N_STORED of the results in hand and read up to WANT more (those in hand that are not
 * confirmed come again). RESULTS_OUT has room for WANT; memory of the connection. Connects if need be; after
 * a transient failure call it again with the same N_STORED. SKEP_E_CONFLICT  somebody else reads this list,
 * or has collected what was in hand and what the connection says */
SKEP_MUST_USE skep_status skep_collect(struct skep_collector *collector, size_t n_stored, size_t want,
                                       struct skep_bytes *results_out, size_t *n_out, struct skep_error *err);

/* Wait for results without taking any: SKEP_OK when there is one, SKEP_EMPTY when TIMEOUT_MS has passed. Must
 * be shorter than the mark's life. */
SKEP_MUST_USE skep_status skep_collect_wait(struct skep_collector *collector, int timeout_ms,
                                            struct skep_error *err);

/* Confirm the first N_STORED and give the mark back. */
SKEP_MUST_USE skep_status skep_collect_leave(struct skep_collector *collector, size_t n_stored,
                                             struct skep_error *err);

#endif
