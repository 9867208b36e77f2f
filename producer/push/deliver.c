/* SPDX-License-Identifier: MIT */
#include "producer/push/deliver.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "producer/cli/connect.h"
#include "producer/cli/stop.h"

enum { DELIVER_LOOK_MS = 20 /* for room, at the least */ };

/* One try: from the server's count on, until all are in or something fails. *IS_OURS_OUT: the fault is on
 * this side. */
static skep_status deliver_try(struct skep_deliver *deliver, bool *is_ours_out, struct skep_error *err)
{
    struct skep_put *put = &deliver->put;
    skep_status st = skep_put_resume(put, err);

    *is_ours_out = false;
    if (st != SKEP_OK) {
        return st;
    }
    if (!deliver->has_begun) {
        deliver->has_begun = true;
        deliver->n_before = put->offset;
        deliver->progress->n_at_start = put->offset;
    }
    if (put->offset > deliver->n_records) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "the push %s has put in %" PRIu64
                              " tasks before, more than there are here (%" PRIu64
                              "): is it another file? Another --job NAME starts anew",
                              put->id, put->offset, deliver->n_records);
    }
    st = skep_feed_seek(deliver->feed, put->offset, err);
    while (st == SKEP_OK) {
        const struct skep_bytes *records;
        size_t n;
        if (skep_stop_is_asked()) {
            return SKEP_STOPPED;
        }
        st = skep_feed_next(deliver->feed, deliver->piece, &records, &n, err);
        *is_ours_out = st != SKEP_OK && st != SKEP_EMPTY;
        if (st == SKEP_OK) {
            st = skep_put_send(put, records, n, err);
        }
        skep_progress_update(deliver->progress, put->offset, 0);
    }
    return st == SKEP_EMPTY ? SKEP_OK : st;
}

/* The same, and what is under way is waited for: it may go in whatever failed. */
static skep_status deliver_round(struct skep_deliver *deliver, bool *is_ours_out, struct skep_error *err)
{
    skep_status st = deliver_try(deliver, is_ours_out, err);
    skep_status drained = SKEP_OK;

    if (skep_conn_is_open(deliver->put.conn)) {
        drained = skep_put_drain(&deliver->put, st == SKEP_OK ? err : NULL);
    }
    skep_progress_update(deliver->progress, deliver->put.offset, 0);
    return st != SKEP_OK ? st : drained;
}

/* Smaller pieces fit into a full queue sooner, larger ones cost less. */
static void deliver_wait_for_room(struct skep_deliver *deliver, struct skep_backoff *backoff, bool has_moved,
                                  const struct skep_error *err)
{
    struct pollfd stop = {.fd = skep_stop_fd(), .events = POLLIN};

    if (has_moved) {
        deliver->piece = deliver->piece < SKEP_PUT_PIECE / 2 ? deliver->piece * 2 : SKEP_PUT_PIECE;
    } else {
        deliver->piece = deliver->piece > 1 ? deliver->piece / 2 : 1;
    }
    snprintf(deliver->note, sizeof deliver->note, "waiting for room: %.200s",
             skep_error_text(err, SKEP_E_FULL));
    skep_progress_note(deliver->progress, deliver->note);
    (void)poll(&stop, 1, DELIVER_LOOK_MS + skep_backoff_next_ms(backoff));
}

skep_status skep_deliver_all(struct skep_deliver *deliver, struct skep_error *err)
{
    struct skep_patience patience;
    struct skep_backoff backoff = {.cap_ms = 500};

    deliver->piece = SKEP_PUT_PIECE;
    skep_patience_init(&patience, deliver->wait_s);
    patience.is_quiet = deliver->progress->is_quiet;
    for (;;) {
        const uint64_t before = deliver->put.offset;
        bool is_ours, has_moved;
        skep_status st;
        skep_error_clear(err);
        st = deliver_round(deliver, &is_ours, err);
        has_moved = deliver->put.offset != before;
        if (has_moved) {
            skep_patience_reset(&patience);
            skep_backoff_reset(&backoff);
            skep_progress_note(deliver->progress, NULL);
        }
        if (st == SKEP_OK || is_ours) {
            return st;
        }
        if (skep_stop_is_asked()) {
            return SKEP_STOPPED;
        }
        if (st == SKEP_E_FULL && !deliver->fails_when_full) {
            deliver_wait_for_room(deliver, &backoff, has_moved, err);
        } else if (st == SKEP_E_FULL || !skep_patience_wait(&patience, st, err)) {
            return skep_stop_is_asked() ? SKEP_STOPPED : st;
        }
    }
}
