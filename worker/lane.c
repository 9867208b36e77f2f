/* SPDX-License-Identifier: MIT */
#include "lane.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

enum { LANE_BATCH_MS = 500 /* of work in a batch */ };

static void lane_count(struct skep_lane *lane, enum skep_metric metric, uint64_t n)
{
    skep_metrics_add(lane->metrics, metric, n);
}

void skep_lane_init(struct skep_lane *lane, const char *host, int slot, const char *queue,
                    struct skep_page_lane *page, struct skep_metrics *metrics)
{
    lane->state = SKEP_LANE_NEW;
    lane->slot = slot;
    lane->queue = queue;
    lane->page = page;
    lane->metrics = metrics;
    skep_hand_init(&lane->hand);
    skep_books_init(&lane->books, host, slot);
    skep_prints_init(&lane->prints);
}

skep_status skep_lane_register(struct skep_lane *lane, struct skep_error *err)
{
    skep_status st;

    assert(lane->state == SKEP_LANE_NEW);
    if (lane->holder.conn == NULL) {
        st = skep_holder_init(&lane->holder, lane->conn, lane->queue, err);
        memcpy(lane->page->worker, lane->holder.worker, sizeof lane->page->worker);
    } else {
        st = skep_holder_register(&lane->holder, err);
    }
    if (st == SKEP_OK) {
        atomic_store_explicit(&lane->page->is_registered, 1, memory_order_release);
        lane->state = SKEP_LANE_OPEN;
        lane->retry_at_ms = 0;
        skep_backoff_reset(&lane->cycle_backoff);
    }
    return st;
}

/* ---- cycles ---- */

bool skep_lane_can_tell_prints(const struct skep_lane *lane)
{
    return lane->holder.conn != NULL && !lane->holder.is_pending && !lane->holder.is_waiting;
}

skep_status skep_lane_tell_prints(struct skep_lane *lane, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (lane->prints.n == 0 || !skep_lane_can_tell_prints(lane)) {
        return SKEP_OK;
    }
    if (!skep_conn_is_open(lane->conn)) {
        st = skep_conn_connect(lane->conn, err);
    }
    if (st == SKEP_OK) {
        size_t n = lane->prints.n;
        uint64_t n_lost = lane->prints.n_lost;
        st = skep_prints_tell(&lane->prints, lane->conn, &lane->holder.keys, err);
        if (st == SKEP_OK) {
            bool is_refused = lane->prints.is_refused;
            skep_rounds_count_logs(&lane->books.rounds, is_refused ? 0 : n, n_lost + (is_refused ? n : 0));
        }
    }
    return st;
}

/* A cycle of ours has been answered. */
static skep_status lane_answered(struct skep_lane *lane, struct skep_error *err)
{
    int64_t now_ms = skep_monotonic_ms();
    skep_status st = SKEP_OK;

    lane->skew_ms = lane->reply.now_ms - now_ms;
    lane->retry_at_ms = 0;
    skep_backoff_reset(&lane->cycle_backoff);
    atomic_store_explicit(&lane->page->n_cycles, (int64_t)lane->holder.n_cycles, memory_order_relaxed);
    atomic_store_explicit(&lane->page->cycle_ms, lane->reply.now_ms, memory_order_relaxed);
    skep_books_answered(&lane->books, !lane->reply.is_cut);
    if (!lane->reply.is_cut) {
        skep_hand_told(&lane->hand, lane->holder.n_settling);
        lane_count(lane, SKEP_METRIC_CYCLES, 1);
        lane_count(lane, SKEP_METRIC_CYCLE_REPLAYS, lane->reply.is_replay);
    }
    if (lane->reply.n_tasks == 0) {
        lane_count(lane, SKEP_METRIC_TASKS_CUT, (uint64_t)skep_hand_cut(&lane->hand, lane->reply.range_hi));
    } else {
        st = skep_hand_fill(&lane->hand, &lane->reply, now_ms, err);
        lane_count(lane, SKEP_METRIC_TASKS_TAKEN, (uint64_t)skep_hand_count_taken(&lane->hand));
        lane_count(lane, SKEP_METRIC_CHUNKS, lane->hand.is_range);
        skep_rounds_count_batch(&lane->books.rounds, skep_hand_count_taken(&lane->hand));
        skep_log(SKEP_LOG_DEBUG, "taken", "slot=%d queue=%s tasks=%" PRId64 " depth=%" PRId64 "%s%s",
                 lane->slot, lane->queue, skep_hand_count_taken(&lane->hand), lane->reply.depth,
                 lane->hand.is_range ? " job=" : "", lane->hand.is_range ? lane->hand.chunk.job : "");
    }
    return st;
}

static skep_status lane_finish_cycle(struct skep_lane *lane, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (lane->holder.is_pending) {
        bool was_open = skep_conn_is_open(lane->conn);
        st = skep_holder_cycle_again(&lane->holder, &lane->reply, err);
        lane->books.rounds.counts.n_reconnects += st == SKEP_OK && !was_open;
        st = st == SKEP_OK ? lane_answered(lane, err) : st;
    }
    return st;
}

/* What belongs to no task is told now and then; when nothing waits there may be no other cycle for long. */
static int64_t lane_rounds_ms(const struct skep_lane *lane, bool leaves)
{
    if (leaves) {
        return SKEP_ROUNDS_NOW_MS;
    }
    return lane->reply.depth == 0 ? SKEP_ROUNDS_SOON_MS : SKEP_ROUNDS_MS;
}

static skep_status lane_cycle(struct skep_lane *lane, size_t n_kept, size_t want, bool leaves,
                              struct skep_error *err)
{
    bool was_open = skep_conn_is_open(lane->conn);
    skep_status st = skep_lane_tell_prints(lane, err);

    if (st != SKEP_OK) {
        return st;
    }
    do { /* what is told of a range that was cut meanwhile is told anew, without what was cut off */
        struct skep_cycle cycle = skep_hand_make_cycle(&lane->hand, n_kept);
        cycle.want = want;
        cycle.range_job = lane->hand.chunk.job;
        cycle.range_want = want > 0 ? lane->hand.chunk.want : 0;
        cycle.steals = want > 0;
        cycle.leaves = leaves;
        cycle.account =
            skep_books_tell(&lane->books, &lane->hand, lane->holder.worker, lane_rounds_ms(lane, leaves));
        lane->asked = want;
        st = skep_holder_cycle(&lane->holder, &cycle, &lane->reply, err);
        lane->books.rounds.counts.n_reconnects += st == SKEP_OK && !was_open;
        if (st == SKEP_OK || lane->holder.is_pending) {
            lane_count(lane, SKEP_METRIC_TASKS_GIVEN_BACK,
                       (uint64_t)skep_hand_gave_back(&lane->hand, &cycle));
        } else {
            skep_books_not_sent(&lane->books);
        }
        st = st == SKEP_OK ? lane_answered(lane, err) : st;
    } while (st == SKEP_OK && lane->reply.is_cut);
    return st;
}

/* So many tasks make half a second, as far as we know; at most twice what was asked for before. */
static size_t lane_want(const struct skep_lane *lane, int64_t limit)
{
    size_t most = lane->want < 1 ? 1 : 2 * lane->want;
    double fits = lane->task_s > 0 ? LANE_BATCH_MS / (1000 * lane->task_s) : 1;

    if (fits < 1) {
        fits = 1;
    }
    if (fits < (double)most) {
        most = (size_t)fits;
    }
    most = (int64_t)most < limit ? most : (size_t)limit;
    return most < SKEP_BATCH_MAX ? most : SKEP_BATCH_MAX;
}

/* There was nothing to take: wait until there is. */
static skep_status lane_rest(struct skep_lane *lane, struct skep_error *err)
{
    skep_status st;

    lane->want = 1;
    if ((lane->reply.flags & (SKEP_FLAG_PAUSED | SKEP_FLAG_RESULTS_FULL)) != 0) {
        lane->state = SKEP_LANE_HELD_OFF;
        atomic_store(&lane->page->is_held_off, 1);
        return SKEP_OK;
    }
    st = skep_holder_wait_begin(&lane->holder, lane->reply.due_ms, err);
    lane->state = st == SKEP_OK ? SKEP_LANE_IDLE : SKEP_LANE_OPEN;
    return st;
}

skep_status skep_lane_take(struct skep_lane *lane, int64_t limit, struct skep_error *err)
{
    bool was_asked = lane->holder.is_pending && lane->asked > 0;
    skep_status st = lane_finish_cycle(lane, err);

    assert(lane->state == SKEP_LANE_OPEN && limit > 0);
    if (st == SKEP_OK && (!was_asked || lane->reply.is_cut)) {
        /* What was under way may have been the answer to another question. */
        lane->want = lane_want(lane, limit);
        lane->hand.chunk.want = lane->hand.chunk.want < limit ? lane->hand.chunk.want : limit;
        st = lane_cycle(lane, 0, lane->want, false, err);
    }
    if (st == SKEP_OK && lane->reply.n_tasks == 0) {
        st = lane_rest(lane, err);
    }
    return st;
}

skep_status skep_lane_tell(struct skep_lane *lane, size_t n_kept, struct skep_error *err)
{
    skep_status st = lane_finish_cycle(lane, err);

    if (st == SKEP_OK && skep_hand_has_news(&lane->hand, n_kept)) {
        st = lane_cycle(lane, n_kept, 0, false, err);
    }
    return st;
}

/* The last cycle is one of empty hands: when its reply is lost it cannot be known whether it was applied, for
 * the server has forgotten us if it was. */
static skep_status lane_sign_off(struct skep_lane *lane, struct skep_error *err)
{
    bool has_said_so = lane->holder.is_pending && lane->holder.is_leaving;
    skep_status st = lane_finish_cycle(lane, err);

    if (st != SKEP_OK || has_said_so) {
        return st;
    }
    if (skep_lane_has_news(lane)) {
        st = skep_lane_tell(lane, 0, err);
    }
    return st == SKEP_OK ? lane_cycle(lane, 0, 0, true, err) : st;
}

skep_status skep_lane_leave(struct skep_lane *lane, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (lane->state == SKEP_LANE_NEW && lane->holder.conn == NULL) {
        lane->state = SKEP_LANE_LEFT; /* the server has never heard of us */
    } else if (lane->state == SKEP_LANE_NEW) {
        st = skep_lane_register(lane, err); /* it may have; now it is sure, and can forget */
    }
    if (st == SKEP_OK && lane->state != SKEP_LANE_LEFT) {
        skep_lane_wake(lane); /* whatever comes of this try, it does not wait any more */
        st = lane_sign_off(lane, err);
    }
    if (st == SKEP_OK || st == SKEP_E_FENCED) {
        lane->state = SKEP_LANE_LEFT;
    }
    if (st == SKEP_OK) {
        /* The agent beats for it no more, and does not take its absence for a death while other lanes leave.
         */
        atomic_store_explicit(&lane->page->is_registered, 0, memory_order_release);
    }
    return st;
}

/* ---- waiting ---- */

skep_status skep_lane_look(struct skep_lane *lane, struct skep_error *err)
{
    skep_status st;

    if (lane->state != SKEP_LANE_IDLE) {
        return SKEP_OK;
    }
    st = skep_holder_wait_look(&lane->holder, err);
    if (st == SKEP_EMPTY) {
        return SKEP_OK;
    }
    lane->state = SKEP_LANE_OPEN;
    lane->is_wait_refused = st != SKEP_OK;
    if (st == SKEP_OK) {
        skep_backoff_reset(&lane->wait_backoff);
    }
    return st;
}

void skep_lane_wake(struct skep_lane *lane)
{
    if (lane->state == SKEP_LANE_IDLE || lane->state == SKEP_LANE_HELD_OFF) {
        lane->state = SKEP_LANE_OPEN;
        atomic_store(&lane->page->is_held_off, 0);
    }
}

bool skep_lane_forgive(struct skep_lane *lane, skep_status st, const char *doing, struct skep_error *err)
{
    int wait_ms;

    if (st == SKEP_E_FENCED) {
        lane->state = SKEP_LANE_LEFT; /* what we held there is somebody else's */
    }
    if (skep_status_kind(st) == SKEP_FINAL) {
        return false;
    }
    /* A full server answers every cycle and refuses every wait: the patience with waits is another one. */
    wait_ms = skep_backoff_next_ms(lane->is_wait_refused ? &lane->wait_backoff : &lane->cycle_backoff);
    lane->is_wait_refused = false;
    lane->retry_at_ms = skep_monotonic_ms() + wait_ms;
    lane_count(lane, SKEP_METRIC_REDIS_ERRORS, 1);
    skep_rounds_count_error(&lane->books.rounds, st);
    skep_log(SKEP_LOG_WARN, "redis-retry", "slot=%d queue=%s doing=%s wait_ms=%d reason=\"%s\"", lane->slot,
             lane->queue, doing, wait_ms, skep_error_text(err, st));
    skep_error_clear(err);
    return true;
}

/* ---- what is known ---- */

bool skep_lane_has_news(const struct skep_lane *lane)
{
    return lane->holder.is_pending || !skep_hand_is_empty(&lane->hand);
}

bool skep_lane_is_due(const struct skep_lane *lane, int64_t now_ms)
{
    return now_ms >= lane->retry_at_ms;
}

void skep_lane_learn(struct skep_lane *lane, double spent_s, size_t n_tasks)
{
    double each_s = spent_s / (double)(n_tasks > 0 ? n_tasks : 1);

    lane->task_s = lane->task_s > 0 ? 0.5 * (lane->task_s + each_s) : each_s;
}

int64_t skep_lane_number(const struct skep_lane *lane)
{
    size_t n_untold = lane->hand.is_range ? 0 : lane->hand.batch.n_settled - lane->hand.batch.first;

    return (int64_t)(lane->holder.n_settled + n_untold);
}
