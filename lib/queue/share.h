/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_SHARE_H
#define SKEP_QUEUE_SHARE_H

#include <stdbool.h>
#include <stddef.h>

/* Which of several queues a slot serves next: pure arithmetic, no clock, no connection.
 *
 * By weight: every queue that has work gets its part of the slot's *time*, however long its tasks are. Or
 * strictly: the first that has work.
 *
 * Queues are numbered in the order of the settings. The caller says which of them have work (or may have it),
 * asks for the next, and says afterwards how much time it took. */

enum { SKEP_SHARE_MAX = 16 };

struct skep_share_queue {
    double weight;
    double at;     /* virtual time: seconds taken, divided by the weight */
    bool has_work; /* as far as the caller knows */
};

struct skep_share {
    bool is_strict;
    size_t n;
    struct skep_share_queue queues[SKEP_SHARE_MAX];
};

/* N queues (1 to SKEP_SHARE_MAX) with these WEIGHTS (above 0), none of which has work. TURN: the number of
 * this slot. Slots that start at the same moment then start with different queues, in the proportion of the
 * weights: with tasks that take an hour nobody waits an hour for his turn. */
void skep_share_init(struct skep_share *share, size_t n, const unsigned *weights, bool is_strict,
                     unsigned turn);

/* A queue that had no work has not saved up time meanwhile: it begins where the others are, and comes next.
 */
void skep_share_set_work(struct skep_share *share, size_t queue, bool has_work);

/* The queue to serve next; -1 when none has work. */
int skep_share_next(const struct skep_share *share);

/* That queue (or another one) was served for so long. */
void skep_share_spend(struct skep_share *share, size_t queue, double seconds);

#endif
