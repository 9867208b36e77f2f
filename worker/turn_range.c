/* SPDX-License-Identifier: MIT */
/* A part of a range job: position by position, sealed in stretches, told at the end or when somebody should
 * hear of it before. */
#include "turn_range.h"

#include "base/clock.h"
#include "base/log.h"
#include "turn_range_parts.h"
#include "sweep/crc32c.h"
#include "sweep/order.h"
#include "turn.h"
#include "turn_output.h"

enum {
    RANGE_SEAL_MS = 20,      /* so old is at most what waits to be sealed when a long task begins */
    RANGE_TELL_MS = 500,     /* while others find work in the queue */
    RANGE_TELL_SOON_MS = 50, /* once they do not: what was stolen is heard of */
    RANGE_TELL_MANY_MS = 5,  /* when there is much to tell, which the server has to keep */
    RANGE_MANY_BYTES = 16 << 10,
    RANGE_SAMPLE = 64, /* of so many positions it is measured where the time of one went ... */
    RANGE_SLOW_US = 20 /* ... and of each one that takes so long */
};

/* ---- sealing and telling ---- */

/* Everything run so far is to be believed now; or nothing that was run since the last time. */
static void range_seal_now(struct skep_range_turn *turn)
{
    struct skep_chunk *chunk = turn->chunk;
    struct skep_error err = {0};
    uint64_t written_bytes;
    skep_status st = skep_plan_check(turn->known->plan, &err);

    if (st != SKEP_OK) {
        skep_chunk_disown(chunk);
        turn->n_counted = 0;
        skep_turn_range_fail_some(turn, st, &err);
        return;
    }
    skep_chunk_seal(chunk, turn->known, turn->slot->outputs, &written_bytes);
    skep_turn_range_count(turn, SKEP_METRIC_OUTPUT_BYTES, (int64_t)written_bytes);
    skep_lane_count_done(turn->lane, turn->n_counted);
    turn->n_counted = 0;
}

static void range_seal(struct skep_range_turn *turn)
{
    struct skep_chunk *chunk = turn->chunk;
    int64_t began_ns = turn->now_ns;
    struct skep_usage usage;

    turn->sealed_ns = began_ns;
    if (chunk->sealed == chunk->next) {
        return;
    }
    range_seal_now(turn);
    usage = skep_turn_usage(turn->slot, 0);
    skep_chunk_spend_usage(chunk, &usage);
    turn->now_ns = skep_monotonic_ns();
    chunk->spent.rows[SKEP_ACCOUNT_COMMIT] += turn->now_ns - began_ns;
}

/* The slots of this worker may be running what a hit has made useless: their agent tells them. */
static skep_status range_tell(struct skep_range_turn *turn, struct skep_error *err)
{
    bool has_hit = turn->chunk->hit >= 0;
    skep_status st = skep_lane_tell(turn->lane, SKEP_KEEP_ALL, err);

    turn->told_ns = turn->now_ns = skep_monotonic_ns();
    turn->lane->hand.batch.started_ms = turn->now_ns / 1000000;
    if (st == SKEP_OK && has_hit && turn->slot->news_fd >= 0) {
        skep_slot_poke(turn->slot->news_fd);
    }
    if (st != SKEP_OK && skep_lane_forgive(turn->lane, st, "tell", err)) {
        turn->is_over =
            skep_chunk_is_full(turn->chunk); /* else there is work enough till the server is back */
        st = SKEP_OK;
    }
    return st;
}

static bool range_is_tell_due(const struct skep_range_turn *turn)
{
    int64_t waits_ms = (turn->now_ns - turn->told_ns) / 1000000;

    if (skep_chunk_is_full(turn->chunk)) {
        return true;
    }
    return skep_lane_is_due(turn->lane, turn->now_ns / 1000000) &&
           (turn->chunk->hit >= 0 || waits_ms >= RANGE_TELL_MS ||
            (waits_ms >= RANGE_TELL_SOON_MS && turn->lane->reply.depth == 0) ||
            (waits_ms >= RANGE_TELL_MANY_MS && skep_chunk_count_bytes(turn->chunk) >= RANGE_MANY_BYTES));
}

static skep_status range_tell_if_due(struct skep_range_turn *turn, struct skep_error *err)
{
    bool is_due = range_is_tell_due(turn);

    if (is_due || turn->now_ns - turn->sealed_ns >= RANGE_SEAL_MS * INT64_C(1000000)) {
        range_seal(turn);
    }
    /* At its end a chunk is told with the cycle that takes the next one; a hit does not wait for that. */
    return is_due && (turn->chunk->next < turn->chunk->hi || turn->chunk->hit >= 0) ? range_tell(turn, err)
                                                                                    : SKEP_OK;
}

/* ---- one position ---- */

struct range_one {
    struct skep_point_outcome outcome;
    void *slices[SKEP_SWEEP_MAX_OUTS]; /* where they go: known with the lock, for a cut moves the end */
    uint32_t crcs[SKEP_SWEEP_MAX_OUTS];
    int64_t numbers[SKEP_SWEEP_MAX_OUTS];
    bool is_sampled;
    int64_t computed_ns; /* when the kernel was over; of samples */
};

/* Without the lock. */
static void range_compute(struct skep_range_turn *turn, int64_t position, struct range_one *one)
{
    const struct skep_known_sweep *known = turn->known;
    struct skep_point_outcome *outcome = &one->outcome;

    skep_plan_run(known->plan, position, turn->work.header.tries + 1, outcome);
    one->computed_ns = one->is_sampled ? skep_monotonic_ns() : 0;
    for (int k = 0; outcome->status == SKEP_OK && k < turn->chunk->n_outs; k++) {
        outcome->status = skep_plan_slice(known->plan, k, &outcome->value, one->slices[k], &outcome->err);
        one->crcs[k] = skep_crc32c(0, one->slices[k], (size_t)known->slice_bytes[k]);
        one->numbers[k] = skep_out_map_at(&known->outs[k].map, outcome->index);
    }
}

/* Its value is there. */
static void range_done(struct skep_range_turn *turn, struct range_one *one, int64_t ran_ns)
{
    struct skep_point_outcome *point = &one->outcome;
    struct skep_outcome outcome = {.status = SKEP_OK};
    struct skep_chunk *chunk = turn->chunk;

    if (turn->known->sweep.has_results) {
        outcome.status = skep_plan_result(turn->known->plan, &point->value, &outcome.value, &outcome.err);
        if (outcome.status != SKEP_OK) {
            skep_turn_range_fail(turn, point->index, &outcome, ran_ns);
            return;
        }
    }
    skep_chunk_spend_position(chunk, chunk->next, point->index, ran_ns);
    skep_chunk_add_done(chunk, one->crcs, one->numbers, ran_ns);
    turn->n_counted++;
    if (point->is_hit && chunk->hit < 0) {
        chunk->hit = chunk->next - 1;
        chunk->hit_index = point->index;
    }
    if (turn->known->sweep.has_results) {
        skep_turn_range_settle(turn, point->index, &outcome, ran_ns);
    }
}

static void range_take_outcome(struct skep_range_turn *turn, struct range_one *one, int64_t ran_ns)
{
    struct skep_point_outcome *outcome = &one->outcome;
    struct skep_outcome failed;

    if (outcome->status == SKEP_STOPPED) {
        outcome->status = skep_turn_stopped(turn->slot, turn->known->sweep.timeout_s, &outcome->err);
    }
    switch (outcome->status) {
    case SKEP_OK:
        range_done(turn, one, ran_ns);
        break;
    case SKEP_EMPTY:
        skep_chunk_add_other(turn->chunk, SKEP_ACK_SKIPPED, -1);
        turn->n_counted++;
        break;
    case SKEP_STOPPED:
    case SKEP_E_CANCELLED: /* the queue, which says so, counts it */
        turn->is_over = true;
        break;
    default:
        failed = (struct skep_outcome){
            .status = outcome->status, .err = outcome->err, .retry_after_s = outcome->retry_after_s};
        skep_turn_range_fail(turn, outcome->index, &failed, ran_ns);
    }
}

static void range_run_one(struct skep_range_turn *turn)
{
    struct skep_slot *slot = turn->slot;
    struct skep_chunk *chunk = turn->chunk;
    int64_t position = chunk->next, began_ns = turn->now_ns;
    const struct skep_running running = {.lane = turn->lane,
                                         .kernel = turn->known->sweep.kernel,
                                         .job = chunk->job,
                                         .sweep = &turn->known->sweep,
                                         .position = position,
                                         .attempt = turn->work.header.tries + 1};
    struct skep_outcome no_room = {0};
    struct range_one one;

    turn->output = NULL;
    no_room.status = skep_chunk_reserve(chunk, &no_room.err);
    if (no_room.status != SKEP_OK) {
        skep_turn_range_fail(turn, skep_turn_range_index(turn, position), &no_room, 0);
        return;
    }
    for (int k = 0; k < chunk->n_outs; k++) {
        one.slices[k] = skep_chunk_slice(chunk, k);
    }
    one.is_sampled = turn->is_slow || turn->n_run % RANGE_SAMPLE == 0;
    skep_turn_announce(slot, &running, turn->time_s, began_ns / 1000000);
    pthread_mutex_unlock(&slot->lock);
    range_compute(turn, position, &one);
    atomic_store_explicit(&slot->page->deadline_ms, 0, memory_order_relaxed); /* as in turn.c */
    turn->now_ns = skep_monotonic_ns();
    pthread_mutex_lock(&slot->lock);
    turn->output = skep_turn_end_output(slot, turn->now_ns - began_ns);
    skep_turn_announce_end(slot);
    turn->run_ns += turn->now_ns - began_ns;
    if (one.is_sampled) {
        chunk->spent.sampled_ns += turn->now_ns - began_ns;
        chunk->spent.sampled_commit_ns += turn->now_ns - one.computed_ns;
    }
    skep_tuner_see(&turn->known->tuner, turn->now_ns - began_ns);
    turn->n_run++;
    slot->n_run++;
    if (position < chunk->hi) { /* else it was stolen or cancelled while it ran */
        range_take_outcome(turn, &one, turn->now_ns - began_ns);
    }
    if (atomic_load_explicit(&slot->page->stop, memory_order_relaxed) == SKEP_STOP_CANCEL) {
        turn->is_over = true; /* though it was done before it heard: what comes behind it is cancelled, too */
    }
}

/* ---- the turn ---- */

static skep_status range_run_all(struct skep_range_turn *turn, struct skep_error *err)
{
    struct skep_slot *slot = turn->slot;
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && !turn->is_over && turn->chunk->next < turn->chunk->hi && !slot->is_leaving_now &&
           !skep_slot_has_run_enough(slot)) {
        range_run_one(turn);
        st = range_tell_if_due(turn, err);
    }
    if (turn->chunk->sealed < turn->chunk->next) {
        range_seal(turn);
    }
    return st;
}

/* From the first look at its inputs to the last. */
static skep_status range_run_chunk(struct skep_range_turn *turn, struct skep_error *err)
{
    struct skep_known_sweep *known = turn->known;
    struct skep_error why = known->err;
    skep_status begun = known->status, st = SKEP_OK;

    if (begun == SKEP_OK) {
        skep_sweeps_look(&turn->slot->sweeps, known, turn->now_ns / 1000000);
        skep_chunk_set_outs(turn->chunk, known);
        begun = skep_plan_begin(known->plan, turn->chunk->lo, turn->chunk->hi, &why);
    }
    turn->work.is_begun = begun == SKEP_OK;
    turn->chunk->spent.rows[SKEP_ACCOUNT_MAP] += skep_monotonic_ns() - turn->now_ns;
    if (skep_turn_range_is_unrun(turn)) {
        turn->is_over = true;
    } else if (begun != SKEP_OK) {
        skep_turn_range_fail_some(turn, begun, &why);
    } else {
        turn->now_ns = skep_monotonic_ns();
        st = range_run_all(turn, err);
    }
    if (known->plan != NULL) {
        skep_plan_end(known->plan);
    }
    return st;
}

/* Of the table: it outlives the sweep. NULL: it is not in there. */
static const char *range_kernel_name(const struct skep_sweep *sweep)
{
    const struct skep_kernel *kernel = sweep->kernel != NULL ? skep_kernel_find(sweep->kernel) : NULL;

    return kernel != NULL ? kernel->name : NULL;
}

skep_status skep_turn_run_range(struct skep_slot *slot, struct skep_lane *lane, struct skep_error *err)
{
    int64_t began_ns = skep_monotonic_ns();
    struct skep_range_turn turn = {.slot = slot,
                                   .lane = lane,
                                   .chunk = &lane->hand.chunk,
                                   .now_ns = began_ns,
                                   .sealed_ns = began_ns,
                                   .told_ns = began_ns};
    const struct skep_bytes *record = &lane->hand.batch.tasks[0];
    skep_status st = skep_index_work_init(&turn.work, record, &lane->hand.batch.arena, err);

    if (st != SKEP_OK) {
        return st;
    }
    turn.chunk->worker = lane->holder.worker;
    turn.known = skep_sweeps_get(&slot->sweeps, (size_t)(lane - slot->lanes), turn.chunk->job, turn.work.spec,
                                 turn.work.spec_n);
    skep_chunk_spend_anew(turn.chunk, range_kernel_name(&turn.known->sweep), began_ns / 1000000);
    turn.is_slow = turn.known->tuner.task_s * 1e6 >= RANGE_SLOW_US;
    turn.time_s = skep_settle_time_s(&slot->policy, turn.known->sweep.timeout_s);
    st = range_run_chunk(&turn, err);
    skep_turn_range_count(&turn, SKEP_METRIC_RUN_TIME, turn.run_ns);
    skep_tuner_learn(&turn.known->tuner, turn.n_run, (double)(skep_monotonic_ns() - began_ns) * 1e-9);
    turn.chunk->want = turn.known->tuner.want;
    skep_index_work_release(&turn.work);
    return st;
}
