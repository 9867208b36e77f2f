/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_FEED_H
#define SKEP_PRODUCER_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "producer/push/check.h"
#include "producer/push/source.h"
#include "queue/put.h"

/* The good lines of a source as records in pieces, from any record on: a push that lost its server goes back
 * to what the server has. Each record gets skep's header line (task/header.h): its place among the lines and
 * the time, unless it is to go raw. */
struct skep_feed {
    struct skep_source *source; /* borrowed */
    struct skep_check *check;   /* borrowed; bad lines are left out; NULL: there are none */
    bool is_raw;
    const char *job; /* set after init: said in the line of each record; NULL: none; borrowed */
    uint64_t n_next; /* number of the next record */
    struct skep_buf bytes;
    struct skep_bytes records[SKEP_PUT_PIECE];
    size_t ends[SKEP_PUT_PIECE];
    struct feed_mark {
        uint64_t number;
        struct skep_source_place place;
    } marks[2 * SKEP_PUT_WINDOW]; /* where the last pieces began: a ring */
    size_t n_marks;
};

/* SOURCE may stand anywhere: the feed begins at its beginning. */
void skep_feed_init(struct skep_feed *feed, struct skep_source *source, struct skep_check *check,
                    bool is_raw);
void skep_feed_release(struct skep_feed *feed);

/* The next records: at most MAX (1 to SKEP_PUT_PIECE), fewer when they are large. Valid until the next call.
 *
 *   SKEP_EMPTY    there are no more
 *   SKEP_E_NOMEM, and what skep_source_next fails with */
SKEP_MUST_USE skep_status skep_feed_next(struct skep_feed *feed, size_t max,
                                         const struct skep_bytes **records_out, size_t *n_out,
                                         struct skep_error *err);

/* Go to record NUMBER. SKEP_EMPTY: there are fewer. */
SKEP_MUST_USE skep_status skep_feed_seek(struct skep_feed *feed, uint64_t number, struct skep_error *err);

#endif
