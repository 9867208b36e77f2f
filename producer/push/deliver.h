/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_DELIVER_H
#define SKEP_PRODUCER_DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "producer/push/feed.h"
#include "producer/cli/progress.h"
#include "queue/put.h"

/* The records of a feed into a queue, through every failure that passes: a server that went away and comes
 * back, a queue that is full. The server counts what it has of the push in the same step that stores it, and
 * after a failure the delivery goes on from that count. */
struct skep_deliver {
    struct skep_put put;            /* begun by the caller */
    struct skep_feed *feed;         /* borrowed */
    struct skep_progress *progress; /* borrowed */
    uint64_t n_records;             /* that the feed will give */
    double wait_s;                  /* patience with a server out of reach */
    uint64_t n_before;              /* that the server had of this push when the delivery began */
    bool has_begun;                 /* the server has said so */
    bool fails_when_full;           /* instead of waiting for room */
    size_t piece;   /* records in a piece: fewer while the queue is full, so that they fit in */
    char note[256]; /* why nothing moves; the progress line borrows it */
};

/* Deliver all. put.offset says how many are in, whatever comes.
 *
 *   SKEP_E_USAGE   the server has more of this push than there are records
 *   SKEP_E_FULL    fails_when_full
 *   SKEP_STOPPED   the user asked to stop
 *   SKEP_E_IO, SKEP_E_NOMEM   the feed cannot be read
 *   and what the server refuses, or the last words of one that did not come back in time */
SKEP_MUST_USE skep_status skep_deliver_all(struct skep_deliver *deliver, struct skep_error *err);

#endif
