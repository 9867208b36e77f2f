/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_CONSUME_H
#define SKEP_PRODUCER_CONSUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "producer/cli/connect.h"
#include "producer/cli/progress.h"
#include "producer/results/sink.h"
#include "queue/collect.h"

/* Results from a queue into a sink, none lost: it reads the head of the output list, stores what it read, and
 * only then confirms, with the next request. Whoever kills it in between finds the results in the list again.
 */
struct skep_consume {
    /* what is wanted; set by the caller */
    int64_t count; /* end after so many, waiting for them; 0: do not count */
    bool follows;  /* wait for more until told to stop; else end when nothing is left (and nothing counted) */
    double timeout_s; /* end when no result has come for so long; 0: wait for ever */
    double wait_s;    /* patience with a server out of reach */
    bool is_quiet;

    struct skep_collector collector; /* begun by the caller */
    struct skep_sink *sink;          /* borrowed */
    struct skep_progress *progress;  /* borrowed */

    /* what came of it */
    uint64_t n_results; /* stored by this run */
    uint64_t n_failed;  /* of those, tasks that failed for good */
    size_t n_stored;    /* of the results in hand: to be confirmed */

    bool has_rights; /* the server lets us */
    struct skep_patience patience;
    struct skep_bytes *batch;
    uint64_t n_bytes;
    int64_t moved_ms;      /* monotonic: when the last result came */
    int64_t busy_since_ms; /* somebody else reads since; -1: nobody does */
};

/* Go on until it has what is wanted, or the user asks to stop, or it fails; then confirm what is stored,
 * whatever happened. Results in hand that are not stored stay in the queue.
 *
 *   SKEP_OK          also when it ended for time, or was asked to stop
 *   SKEP_STOPPED     standard output was closed by its reader
 *   SKEP_E_IO        the sink cannot be written
 *   SKEP_E_CONFLICT  somebody else reads the list, and goes on doing so
 *   and what the server refuses, or the last words of one that did not come back in time
 *
 * *CONFIRMED_OUT is SKEP_OK, or why the last n_stored could not be confirmed: they may come again. */
SKEP_MUST_USE skep_status skep_consume_all(struct skep_consume *consume, skep_status *confirmed_out,
                                           struct skep_error *err);

/* Whether everything that was counted on has come. */
bool skep_consume_has_all(const struct skep_consume *consume);

/* Whether it ever was the reader of the list. */
bool skep_consume_has_read(const struct skep_consume *consume);

#endif
