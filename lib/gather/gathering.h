/* SPDX-License-Identifier: MIT */
#ifndef SKEP_GATHER_GATHERING_H
#define SKEP_GATHER_GATHERING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "npy/roots.h"
#include "queue/acks.h"
#include "sweep/gather.h"
#include "sweep/sweep.h"

/* The gatherer of one job: acks from its queue (queue/acks.h) are applied to its files (sweep/gather.h), and
 * confirmed as soon as no crash can lose more than it would without them: what slots of this machine wrote
 * themselves lies in the same page cache as what the gatherer knows of it; values that travelled are synced
 * first. For whoever has a moment: the session that began the job, or a child of a
 * worker. Whoever dies in between leaves everything to the next one.
 *
 *     skep_gathering_open
 *     skep_gathering_step ...        until is_over
 *     skep_gathering_finish
 *     skep_gathering_close           at any time */
enum { SKEP_GATHERING_REST_MS = 20, SKEP_GATHERING_SHORT_REST_MS = 5 };

struct skep_gathering {
    struct skep_conn *conn; /* borrowed, as SWEEP and ROOTS are */
    const struct skep_sweep *sweep;
    const struct skep_roots *roots;
    struct skep_acks acks;
    struct skep_gatherer files; /* counts, and the words of conflicts */
    bool is_open;
    bool is_over;       /* every task is over and every ack is applied: finish */
    size_t n_in_hand;   /* acks that were applied and are to be confirmed */
    int64_t n_applied;  /* acks so far */
    int64_t n_bad;      /* of them none at all: dropped */
    int64_t sync_at_ms; /* monotonic: when the next sync is worth its time */
    int64_t came_at_ms; /* when the last ack did */
};

/* CONN is open or will be opened.
 *
 *   SKEP_E_CONFLICT        somebody else gathers, or the files are another job's
 *   SKEP_E_ARRAY_MISSING   the files are not here
 *   and what skep_gatherer_open and skep_acks_init say; it is closed then */
SKEP_MUST_USE skep_status skep_gathering_open(struct skep_gathering *gathering, struct skep_conn *conn,
                                              const char *queue, const char *job,
                                              const struct skep_sweep *sweep, const struct skep_roots *roots,
                                              struct skep_error *err);

/* Confirm what was applied, read on, apply. Syncs now and then: a disk that is slow to do it is asked less
 * often, at least every second; while something must be safe before it is confirmed, nothing is read till
 * then. To be called at least every second, or somebody else takes over.
 *
 *   SKEP_OK           something came
 *   SKEP_EMPTY        nothing did: rest (skep_gathering_rest_ms), unless is_over
 *   SKEP_E_CONFLICT   somebody else gathers by now
 *   SKEP_E_OUTPUT     a file cannot be written or is gone; what was read is not lost
 *   and what a connection says: a transient failure is followed by another step */
SKEP_MUST_USE skep_status skep_gathering_step(struct skep_gathering *gathering, struct skep_error *err);

/* How long: shorter while acks come fast, for till they are read the server has to keep them. */
int skep_gathering_rest_ms(const struct skep_gathering *gathering);

/* The server has forgotten the job and it was put again: nothing is in hand any more, and its list begins at
 * its head. What was applied before stays applied. */
SKEP_MUST_USE skep_status skep_gathering_begin_anew(struct skep_gathering *gathering, struct skep_error *err);

/* The outputs' part of the end: everything is on the disk, marked as complete where no index is missing, and
 * reduced into VALUE as skep_gathering_finish has it. Nothing is told to a queue: for outputs of which no job
 * is left. */
SKEP_MUST_USE skep_status skep_gathering_complete(struct skep_gathering *gathering, struct skep_buf *value,
                                                  struct skep_error *err);

/* The job's last words, once is_over: the outputs are marked as complete where no index is missing; then the
 * sweep's reduction is computed (VALUE, JSON, stays empty where there is none, or something is missing) and
 * told to the queue. A reduction that fails is told in ERR's words to the log, and the job ends without its
 * value. May be called again after a transient failure. */
SKEP_MUST_USE skep_status skep_gathering_finish(struct skep_gathering *gathering, struct skep_buf *value,
                                                struct skep_error *err);

/* Sync, confirm and give the place back to others, as far as that is possible now. Zeroed is fine. */
void skep_gathering_close(struct skep_gathering *gathering);

#endif
