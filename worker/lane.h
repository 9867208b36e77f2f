/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_LANE_H
#define SKEP_WORKER_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "books.h"
#include "hand.h"
#include "page.h"
#include "prints.h"
#include "queue/backoff.h"
#include "queue/holder.h"

/* A slot's way to one of its queues: a connection, an incarnation, the tasks that it holds from there. Every
 * call here is one try. One that fails for a passing reason says when the next makes sense; other lanes are
 * served meanwhile. */

enum skep_lane_state {
    SKEP_LANE_NEW,      /* the server does not know us yet */
    SKEP_LANE_OPEN,     /* may have tasks: ask */
    SKEP_LANE_IDLE,     /* had none; the wait for one is under way */
    SKEP_LANE_HELD_OFF, /* taking is not allowed: the agent tells when it is again */
    SKEP_LANE_LEFT      /* nothing of ours is there any more */
};

struct skep_lane {
    enum skep_lane_state state;
    int slot; /* for the log */
    const char *queue;
    struct skep_page_lane *page;
    struct skep_metrics *metrics; /* of the slot */
    struct skep_conn *conn;       /* owned */
    struct skep_holder holder;
    struct skep_hand hand;
    struct skep_prints prints;     /* what its tasks have printed, to be told */
    struct skep_books books;       /* what they have used */
    struct skep_cycle_reply reply; /* to the last cycle */
    size_t asked;                  /* so many tasks the last cycle was to take */
    struct skep_backoff cycle_backoff, wait_backoff;
    bool is_wait_refused; /* it was the wait that failed */
    int64_t retry_at_ms;  /* monotonic: the server is unwell, leave it alone until then; 0: it is well */
    size_t want;          /* what was asked for last */
    double task_s;        /* how long a task takes, smoothed; 0: not known */
    int64_t skew_ms;      /* Redis TIME minus our monotonic clock */
};

/* CONN becomes the lane's, as soon as there is one. HOST is borrowed, as are the others. */
void skep_lane_init(struct skep_lane *lane, const char *host, int slot, const char *queue,
                    struct skep_page_lane *page, struct skep_metrics *metrics);

/* Make ourselves known to the server: from NEW to OPEN. */
SKEP_MUST_USE skep_status skep_lane_register(struct skep_lane *lane, struct skep_error *err);

/* Settle what is finished, give back what is not, take as many tasks as make half a second of work, LIMIT at
 * most: plain ones, or of a range job. A cycle of before that is still under way is brought to its end first.
 * What was taken is in the hand; when it is nothing, the wait for a task begins, or the lane is held off. */
SKEP_MUST_USE skep_status skep_lane_take(struct skep_lane *lane, int64_t limit, struct skep_error *err);

/* Settle what is finished, and give back all but the first N_KEPT of the rest. */
SKEP_MUST_USE skep_status skep_lane_tell(struct skep_lane *lane, size_t n_kept, struct skep_error *err);

/* What tasks have printed goes with every cycle, in front of it. This tells it now, if the connection is not
 * in the middle of something. */
bool skep_lane_can_tell_prints(const struct skep_lane *lane);
SKEP_MUST_USE skep_status skep_lane_tell_prints(struct skep_lane *lane, struct skep_error *err);

/* Settle, give back, and be gone. */
SKEP_MUST_USE skep_status skep_lane_leave(struct skep_lane *lane, struct skep_error *err);

/* Is the wait of an idle lane over? Then it is open. SKEP_OK also when it is not. */
SKEP_MUST_USE skep_status skep_lane_look(struct skep_lane *lane, struct skep_error *err);

/* Somebody says that it is worth asking again, though the lane is held off or waits. */
void skep_lane_wake(struct skep_lane *lane);

/* Any of these failed with ST. True: for a passing reason, which has been logged and counted; retry_at_ms is
 * set, and ERR is as good as new. */
bool skep_lane_forgive(struct skep_lane *lane, skep_status st, const char *doing, struct skep_error *err);

/* Whether something is finished, held or under way that the server should hear of. */
bool skep_lane_has_news(const struct skep_lane *lane);

/* The server is well, as far as we know, or it is time to try again. */
bool skep_lane_is_due(const struct skep_lane *lane, int64_t now_ms);

/* N tasks took so long. */
void skep_lane_learn(struct skep_lane *lane, double spent_s, size_t n_tasks);

/* N of its tasks are done; or such a verdict was given on one. */
static inline void skep_lane_count_done(struct skep_lane *lane, int64_t n)
{
    skep_metrics_add(lane->metrics, SKEP_METRIC_TASKS_DONE, (uint64_t)n);
    atomic_fetch_add_explicit(&lane->page->n_done, n, memory_order_relaxed);
}

static inline void skep_lane_count_verdict(struct skep_lane *lane, enum skep_verdict_kind kind)
{
    skep_settle_count(lane->metrics, kind);
    atomic_fetch_add_explicit(&lane->page->n_done, kind == SKEP_DONE, memory_order_relaxed);
    atomic_fetch_add_explicit(&lane->page->n_failed, kind == SKEP_RETRY || kind == SKEP_BURY,
                              memory_order_relaxed);
}

/* The number of the next task in the hand (of a range: of all of it) among all that this incarnation held. */
int64_t skep_lane_number(const struct skep_lane *lane);

#endif
