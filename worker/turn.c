/* SPDX-License-Identifier: MIT */
#include "turn.h"

#include <inttypes.h>
#include <math.h>

#include "base/clock.h"
#include "base/log.h"
#include "cancelled.h"
#include "turn_output.h"
#include "turn_range.h"

enum {
    TURN_TELL_BYTES = 8 << 20, /* of results wait for the end of a batch */
    TURN_ARENA_KEEP = 64 << 20
};

static void turn_count(struct skep_slot *slot, enum skep_metric metric, uint64_t n)
{
    skep_metrics_add(&slot->page->metrics, metric, n);
}

static double turn_seconds(struct timeval tv)
{
    return (double)tv.tv_sec + (double)tv.tv_usec * 1e-6;
}

struct skep_usage skep_turn_usage(struct skep_slot *slot, int64_t run_ns)
{
    const struct rusage before = slot->usage;
    struct rusage *after = &slot->usage;

    getrusage(RUSAGE_THREAD, after);
    return (struct skep_usage){
        .run_s = (double)run_ns * 1e-9,
        .user_s = turn_seconds(after->ru_utime) - turn_seconds(before.ru_utime),
        .system_s = turn_seconds(after->ru_stime) - turn_seconds(before.ru_stime),
        .peak_rss_bytes = (int64_t)after->ru_maxrss * 1024,
        .minor_faults = after->ru_minflt - before.ru_minflt,
        .major_faults = after->ru_majflt - before.ru_majflt,
        .voluntary_switches = after->ru_nvcsw - before.ru_nvcsw,
        .involuntary_switches = after->ru_nivcsw - before.ru_nivcsw,
    };
}

void skep_turn_announce(struct skep_slot *slot, const struct skep_running *running, double time_s,
                        int64_t now_ms)
{
    struct skep_page *page = slot->page;

    slot->running = *running;
    atomic_store_explicit(&page->stop, SKEP_STOP_NONE, memory_order_relaxed);
    atomic_store_explicit(&page->started_ms, now_ms, memory_order_relaxed);
    atomic_store_explicit(&page->deadline_ms, time_s > 0 ? now_ms + (int64_t)ceil(time_s * 1000) : 0,
                          memory_order_relaxed);
    atomic_store_explicit(&page->running_lane, (int)(running->lane - slot->lanes), memory_order_relaxed);
    atomic_store_explicit(&page->position, running->sweep != NULL ? running->position : -1,
                          memory_order_relaxed);
    atomic_store_explicit(&page->running, skep_lane_number(running->lane), memory_order_release);
}

void skep_turn_announce_end(struct skep_slot *slot)
{
    atomic_store_explicit(&slot->page->running, -1, memory_order_release);
    atomic_store_explicit(&slot->page->deadline_ms, 0, memory_order_relaxed);
    slot->running.lane = NULL;
}

skep_status skep_turn_stopped(struct skep_slot *slot, double own_s, struct skep_error *err)
{
    switch (atomic_load_explicit(&slot->page->stop, memory_order_relaxed)) {
    case SKEP_STOP_TIMEOUT:
        return skep_settle_timeout(&slot->policy, own_s, err);
    case SKEP_STOP_CANCEL:
        skep_error_clear(err);
        return skep_error_set(err, SKEP_E_CANCELLED, "cancelled while it ran");
    default:
        return SKEP_STOPPED;
    }
}

/* Run the kernel, without the lock. SKEP_STOPPED: it was interrupted and is to be given back. */
static skep_status turn_compute(struct skep_slot *slot, struct skep_lane *lane, const struct skep_work *work,
                                struct skep_attempt *attempt, int64_t began_ns)
{
    struct skep_batch *batch = &lane->hand.batch;
    double own_s = work->task.timeout_s;
    const struct skep_running running = {.lane = lane,
                                         .kernel = work->task.kernel,
                                         .job = skep_settle_job(work),
                                         .id = work->id,
                                         .index = work->header.has_index ? (int64_t)work->header.index : -1,
                                         .attempt = work->header.tries + 1};
    struct skep_outcome outcome;

    skep_turn_announce(slot, &running, skep_settle_time_s(&slot->policy, own_s), began_ns / 1000000);
    pthread_mutex_unlock(&slot->lock);
    skep_run_work(&slot->run, work, &slot->arena, &outcome);
    attempt->usage = skep_turn_usage(slot, skep_monotonic_ns() - began_ns);
    /* The pacer may hold the lock while a server is silent: that is no time of the task. */
    atomic_store_explicit(&slot->page->deadline_ms, 0, memory_order_relaxed);
    pthread_mutex_lock(&slot->lock);
    if (outcome.status == SKEP_STOPPED) {
        outcome.status = skep_turn_stopped(slot, own_s, &outcome.err);
    }
    attempt->output = skep_turn_end_output(slot, (int64_t)(attempt->usage.run_s * 1e9));
    skep_turn_announce_end(slot);
    if (outcome.status == SKEP_STOPPED) {
        return SKEP_STOPPED;
    }
    attempt->finished_ms = skep_wall_ms();
    attempt->began_ns = began_ns;
    attempt->bound_ns = outcome.bound_ns;
    attempt->computed_ns = outcome.computed_ns;
    skep_log(SKEP_LOG_TRACE, "task-end", "slot=%d queue=%s id=%s outcome=%s run_s=%.6f",
             (int)slot->settings->slot, lane->queue, work->id, skep_status_word(outcome.status),
             attempt->usage.run_s);
    turn_count(slot, SKEP_METRIC_RUN_TIME, (uint64_t)(attempt->usage.run_s * 1e9));
    /* The pacer may have told what was settled before, but it does not move it. */
    skep_settle(&slot->policy, attempt, work, &outcome, &batch->bytes, &batch->settled[batch->n_settled]);
    return SKEP_OK;
}

/* The verdict did not fit. What lies before MARK is whole, and for a few words there may be room. */
static skep_status turn_settle_without_room(struct skep_slot *slot, struct skep_batch *batch,
                                            const struct skep_work *work, const struct skep_attempt *attempt,
                                            size_t mark)
{
    struct skep_outcome outcome = {.status = SKEP_E_NOMEM};

    (void)skep_error_set(&outcome.err, SKEP_E_NOMEM, "no memory for its result");
    batch->bytes.length = mark;
    batch->bytes.failed = false;
    skep_settle(&slot->policy, attempt, work, &outcome, &batch->bytes, &batch->settled[batch->n_settled]);
    if (!skep_buf_failed(&batch->bytes)) {
        return SKEP_OK;
    }
    batch->bytes.length = mark;
    batch->bytes.failed = false;
    skep_log(SKEP_LOG_ERROR, "no-memory", "slot=%d doing=result bytes=%zu", (int)slot->settings->slot, mark);
    return SKEP_E_NOMEM;
}

/* Run the next task of the batch and record its verdict. */
static skep_status turn_run_one(struct skep_slot *slot, struct skep_lane *lane)
{
    struct skep_batch *batch = &lane->hand.batch;
    const struct skep_bytes *record = &batch->tasks[batch->n_settled];
    struct skep_settled *settled = &batch->settled[batch->n_settled];
    struct skep_attempt attempt = {
        .worker = lane->holder.worker, .host = slot->host, .slot = (int)slot->settings->slot};
    struct skep_work work;
    int64_t began_ns = skep_monotonic_ns();
    size_t mark = batch->bytes.length;
    skep_status st = SKEP_OK;

    skep_arena_reset(&slot->arena, TURN_ARENA_KEEP);
    skep_work_read(&slot->run, record->bytes, record->n, &slot->arena, &work);
    work.header.is_range =
        work.header.is_range && work.body_n == 0; /* of a job that was forgotten: plain now */
    attempt.started_ms = attempt.finished_ms = skep_wall_ms();
    attempt.now_ms = began_ns / 1000000 + lane->skew_ms;
    if (batch->has_cancelled && batch->is_cancelled[batch->n_settled]) {
        skep_settle_cancelled(&attempt, &work, &batch->bytes, settled);
    } else if (!skep_settle_unrun(&slot->policy, &attempt, &work, batch->crashes, batch->crash_info,
                                  &batch->bytes, settled)) {
        st = turn_compute(slot, lane, &work, &attempt, began_ns);
        slot->n_run++;
    }
    if (st == SKEP_OK && skep_buf_failed(&batch->bytes)) {
        st = turn_settle_without_room(slot, batch, &work, &attempt, mark);
    }
    if (st == SKEP_OK) {
        skep_spent_fill(&batch->spents[batch->n_settled], &attempt, &work, settled, skep_monotonic_ns(),
                        &batch->bytes);
        batch->n_settled++;
        skep_lane_count_verdict(lane, settled->kind);
    }
    return st;
}

/* Results have become so many that they should not wait for the end of the batch. */
static skep_status turn_tell(struct skep_lane *lane, struct skep_error *err)
{
    struct skep_batch *batch = &lane->hand.batch;
    skep_status st = skep_lane_tell(lane, SKEP_KEEP_ALL, err);

    if (st == SKEP_OK && batch->first == batch->n_settled) {
        skep_buf_reset(&batch->bytes);
    }
    return st;
}

static void turn_begin(struct skep_slot *slot)
{
    skep_npy_cache_begin_batch(slot->cache);
    getrusage(RUSAGE_THREAD, &slot->usage);
    if (!slot->is_busy) {
        slot->is_busy = true;
        skep_metrics_set(&slot->page->metrics, SKEP_METRIC_SLOTS_BUSY, 1);
        skep_slot_poke(slot->poke_fd);
        skep_capture_wake(&slot->capture);
    }
}

/* Task by task. *N_RUN_OUT: so many. */
static skep_status turn_run_batch(struct skep_slot *slot, struct skep_lane *lane, int64_t *n_run_out,
                                  struct skep_error *err)
{
    struct skep_batch *batch = &lane->hand.batch;
    skep_status st = skep_cancelled_mark(slot, lane, err);

    while (st == SKEP_OK && batch->n_settled < batch->n_tasks && !slot->is_leaving_now &&
           !skep_slot_has_run_enough(slot)) {
        st = turn_run_one(slot, lane);
        ++*n_run_out;
        if (st == SKEP_OK && batch->bytes.length > TURN_TELL_BYTES) {
            st = turn_tell(lane, err);
        }
    }
    return st;
}

skep_status skep_turn_run(struct skep_slot *slot, struct skep_lane *lane, struct skep_error *err)
{
    int64_t began_ns = skep_monotonic_ns();
    int64_t n_run = 0;
    double spent_s;
    skep_status st;

    turn_begin(slot);
    if (lane->hand.is_range) {
        st = skep_turn_run_range(slot, lane, err);
    } else {
        st = turn_run_batch(slot, lane, &n_run, err);
    }
    skep_turn_sweep_output(slot, lane);
    spent_s = (double)(skep_monotonic_ns() - began_ns) * 1e-9;
    if (!lane->hand.is_range) {
        skep_lane_learn(lane, spent_s, (size_t)n_run);
    }
    skep_share_spend(&slot->share, (size_t)(lane - slot->lanes), spent_s);
    return st == SKEP_STOPPED ? SKEP_OK : st; /* what was interrupted goes back with the next cycle */
}
