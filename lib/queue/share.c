/* SPDX-License-Identifier: MIT */
/* Stride scheduling, after C. A. Waldspurger, W. E. Weihl, "Stride Scheduling: Deterministic
 * Proportional-Share Resource Management" (MIT LCS TM-528, 1995), with the time that was really used in place
 * of a quantum (section 3.2 there, "nonuniform quanta"). Who joins begins where the others are (3.1), but a
 * moment before: it is next. */
#include "queue/share.h"

#include <assert.h>

/* So small that it decides between equals only; those that start together are less than that apart. */
#define SHARE_TURN_S 1e-6

static void share_take_turns(struct skep_share *share, unsigned turns)
{
    double total = 0;

    for (size_t i = 0; i < share->n; i++) {
        share->queues[i].has_work = true;
        total += share->queues[i].weight;
    }
    for (unsigned k = 0; k < turns % (unsigned)total; k++) { /* then it begins again */
        skep_share_spend(share, (size_t)skep_share_next(share), SHARE_TURN_S);
    }
    for (size_t i = 0; i < share->n; i++) {
        share->queues[i].has_work = false;
    }
}

void skep_share_init(struct skep_share *share, size_t n, const unsigned *weights, bool is_strict,
                     unsigned turn)
{
    assert(n >= 1 && n <= SKEP_SHARE_MAX);
    *share = (struct skep_share){.n = n};
    for (size_t i = 0; i < n; i++) {
        assert(weights[i] > 0);
        share->queues[i].weight = weights[i];
    }
    share_take_turns(share, turn);
    share->is_strict = is_strict;
}

/* Where the others are: the one that is least far of those with work, or, when nobody has any, the furthest
 * of all, so that nothing of the past counts any more. */
static double share_floor(const struct skep_share *share)
{
    double least = 0, most = 0;
    bool is_any = false;

    for (size_t i = 0; i < share->n; i++) {
        const struct skep_share_queue *q = &share->queues[i];
        if (q->has_work && (!is_any || q->at < least)) {
            least = q->at;
            is_any = true;
        }
        most = q->at > most ? q->at : most;
    }
    return is_any ? least : most;
}

void skep_share_set_work(struct skep_share *share, size_t queue, bool has_work)
{
    struct skep_share_queue *q = &share->queues[queue];

    assert(queue < share->n);
    if (has_work && !q->has_work) {
        double least = share_floor(share) - SHARE_TURN_S;
        q->at = q->at > least ? q->at : least;
    }
    q->has_work = has_work;
}

int skep_share_next(const struct skep_share *share)
{
    int best = -1;

    for (size_t i = 0; i < share->n; i++) {
        const struct skep_share_queue *q = &share->queues[i];
        if (!q->has_work) {
            continue;
        }
        if (share->is_strict) {
            return (int)i;
        }
        if (best < 0 || q->at < share->queues[best].at) {
            best = (int)i;
        }
    }
    return best;
}

void skep_share_spend(struct skep_share *share, size_t queue, double seconds)
{
    struct skep_share_queue *q = &share->queues[queue];

    assert(queue < share->n && seconds >= 0);
    q->at += seconds / q->weight;
}
