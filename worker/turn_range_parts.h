/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_TURN_RANGE_PARTS_H
#define SKEP_WORKER_TURN_RANGE_PARTS_H

#include "index_work.h"
#include "slot.h"

/* The turn of a part of a range job that is under way (turn_range.c), and the verdicts on its positions. With
 * the slot's lock. */
struct skep_range_turn {
    struct skep_slot *slot;
    struct skep_lane *lane;
    struct skep_chunk *chunk;
    struct skep_known_sweep *known;
    struct skep_index_work work; /* what verdicts are made from */
    double time_s;               /* a position may run so long */
    int64_t now_ns, sealed_ns, told_ns;
    int64_t run_ns; /* in kernels */
    int64_t n_run, n_counted;
    bool is_slow; /* tasks take so long that reading the clock once more is nothing */
    bool is_over; /* nothing more of this chunk */
    const struct skep_result_output *output; /* what the last position has printed; NULL: nothing */
};

void skep_turn_range_count(struct skep_range_turn *turn, enum skep_metric metric, int64_t n);

/* Which index comes at POSITION; the position itself where the sweep cannot be read. */
int64_t skep_turn_range_index(const struct skep_range_turn *turn, int64_t position);

/* The position that was added last has failed, or its result is wanted. */
void skep_turn_range_settle(struct skep_range_turn *turn, int64_t index, const struct skep_outcome *outcome,
                            int64_t ran_ns);

/* The next position has failed. */
void skep_turn_range_fail(struct skep_range_turn *turn, int64_t index, const struct skep_outcome *outcome,
                          int64_t ran_ns);

/* Nothing of this chunk can be done, for one and the same reason. It is given to some of its positions, a
 * hundred at most, each with its own tries, and the rest goes back. */
void skep_turn_range_fail_some(struct skep_range_turn *turn, skep_status status,
                               const struct skep_error *err);

/* Whether its one position must not run: it has crashed too often, or used up its tries. Then it is settled.
 */
bool skep_turn_range_is_unrun(struct skep_range_turn *turn);

#endif
