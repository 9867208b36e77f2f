/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_HAND_H
#define SKEP_WORKER_HAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "chunk.h"

#define SKEP_KEEP_ALL ((size_t)SKEP_SWEEP_MAX_TASKS) /* for N_KEPT below: nothing goes back */

/* What a slot holds of a queue: plain tasks, or a part of a range job, never both. Whoever talks to the queue
 * need not know which. */
struct skep_hand {
    bool is_range; /* the chunk is what counts, and the batch keeps its record */
    struct skep_batch batch;
    struct skep_chunk chunk;
};

void skep_hand_init(struct skep_hand *hand);
void skep_hand_release(struct skep_hand *hand);

/* Take what a cycle has taken; all of before has been told.
 *   SKEP_E_NOMEM   it is the hand's, but fit for being given back only */
SKEP_MUST_USE skep_status skep_hand_fill(struct skep_hand *hand, const struct skep_cycle_reply *reply,
                                         int64_t now_ms, struct skep_error *err);

bool skep_hand_is_empty(const struct skep_hand *hand);

/* How many tasks were taken with it. */
int64_t skep_hand_count_taken(const struct skep_hand *hand);

/* There is something to be told, or to be given back when but N_KEPT unsettled tasks are kept. */
bool skep_hand_has_news(const struct skep_hand *hand, size_t n_kept);

/* The cycle that does; its memory is the hand's. */
struct skep_cycle skep_hand_make_cycle(struct skep_hand *hand, size_t n_kept);

/* What the tasks that this cycle settles have used, into ACCOUNT. */
void skep_hand_account(struct skep_hand *hand, struct skep_account *account);

/* That was sent: what it gives back may be somebody else's by now. How many tasks. */
int64_t skep_hand_gave_back(struct skep_hand *hand, const struct skep_cycle *cycle);

/* It has been applied, N verdicts on plain tasks with it. */
void skep_hand_told(struct skep_hand *hand, size_t n);

/* The server says where the range ends (-1: there is none). How many tasks are lost to us. */
int64_t skep_hand_cut(struct skep_hand *hand, int64_t range_hi);

#endif
