/* SPDX-License-Identifier: MIT */
/* Slots of the model test: cycles that arrive, cycles that do not, answers that do not, and cycles of the
 * dead. */
#include "support/test.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How a cycle travels. */
enum way {
    WAY_PLAIN,
    WAY_CLOSED,       /* the line is found closed */
    WAY_TWICE,        /* it is executed, the reply is lost, and it comes again */
    WAY_LOST_REPLY,   /* the same, but others act before it comes again */
    WAY_LOST_REQUEST, /* it does not arrive, and comes again after others acted */
};

static struct slot *slot_pick(struct world *world)
{
    return &world->slots[pick(world, WORLD_SLOTS)];
}

static bool slot_is_current(const struct world *world, const char *worker)
{
    for (size_t i = 0; i < WORLD_SLOTS; i++) {
        if (strcmp(world->slots[i].holder.worker, worker) == 0) {
            return true;
        }
    }
    return false;
}

/* Too many dead are registered: their end is certain. In a drought few take part, so that shares are large.
 */
static void slot_bury_some(struct world *world)
{
    size_t most = world->is_drought ? WORLD_SLOTS : MODEL_WORKERS_MAX - 8;

    for (size_t i = 0; i < world->model.n_workers && world->model.n_workers > most;) {
        char worker[SKEP_WORKER_NAME_BYTES];
        int64_t moved;
        snprintf(worker, sizeof worker, "%s", world->model.workers[i].name);
        if (slot_is_current(world, worker)) {
            i++;
            continue;
        }
        if (skep_reap(world->agent, &world->keys,
                      &(struct skep_death){.worker = worker,
                                           .observed = -1,
                                           .running = SKEP_RUNNING_HEAD,
                                           .info = "gone",
                                           .verdict = NULL,
                                           .position = -1},
                      &moved, NULL) != SKEP_OK ||
            moved != model_reap(&world->model,
                                &(struct skep_death){.worker = worker,
                                                     .observed = -1,
                                                     .running = SKEP_RUNNING_HEAD,
                                                     .info = "gone",
                                                     .verdict = NULL,
                                                     .position = -1},
                                0)) {
            world_fail(world, "%s is not reaped", worker);
        }
    }
}

void slot_incarnate(struct world *world, struct slot *slot)
{
    struct skep_error err = {0};

    slot_bury_some(world);
    records_clear(&slot->held);
    if (skep_holder_init(&slot->holder, slot->conn, world->keys.name, &err) != SKEP_OK) {
        world_fail(world, "%s", err.text);
    }
    model_register(&world->model, slot->holder.worker);
}

/* All, none, or some of N. */
static size_t pick_some(struct world *world, size_t n, unsigned all, unsigned none)
{
    size_t chance = pick(world, 100);

    return chance < all ? n : chance < all + none ? 0 : pick(world, n + 1);
}

static void slot_plan(struct world *world, struct slot *slot)
{
    struct skep_cycle *cycle = &slot->cycle;
    size_t left;

    records_clear(&slot->words);
    *cycle = (struct skep_cycle){.verdicts = slot->verdicts, .leaves = happens(world, 4)};
    slot_plan_wants(world, slot);
    cycle->account = world_make_account(world, &slot->account);
    slot->has_range = slot->holder.has_range;
    slot->number = slot->holder.n_cycles + 1;
    slot->n_held = slot->held.n;
    if (slot->has_range) {
        slot_plan_range(world, slot);
        cycle->want = pick(world, 3);
        return;
    }
    cycle->n_verdicts = world->is_drought ? slot->held.n : pick_some(world, slot->held.n, 45, 20);
    left = slot->held.n - cycle->n_verdicts;
    cycle->n_back = cycle->leaves && happens(world, 80) ? left : pick_some(world, left, 15, 50);
    left -= cycle->n_back;
    cycle->want = pick_some(world, WORLD_HELD_MAX - left, 5, 15);
    for (size_t i = 0; i < cycle->n_verdicts; i++) {
        slot->verdicts[i] = world_make_verdict(world, &slot->words, &slot->held.items[i], false);
    }
}

/* ---- what is to come of it ---- */

/* The server has executed the cycle at NOW_MS. */
static enum model_state slot_executed(struct world *world, struct slot *slot, int64_t now_ms,
                                      struct model_reply *reply)
{
    struct model_request request = {slot->holder.worker, slot->number, slot->n_held, &slot->cycle,
                                    slot->has_range};
    const struct model_worker *worker = model_find_worker(&world->model, slot->holder.worker);
    bool gives_suspect_back = worker != NULL && worker->has_suspect && slot->cycle.n_back > 0;
    uint64_t n_positions = world->model.n_positions_dropped, n_stolen = world->model.n_stolen;
    int64_t promoted = world->model.stat.promoted;
    size_t n_cancels = world->model.n_cancels, n_dropped = world->model.n_dropped;
    enum model_state state = model_cycle(&world->model, &request, now_ms, reply);

    world->met.cycle_ok += state == MODEL_OK;
    world->met.cycle_replay += state == MODEL_REPLAY;
    world->met.cycle_fenced += state == MODEL_FENCED;
    world->met.cycle_out_of_step += state == MODEL_STEP;
    world->met.cycle_left += state == MODEL_OK && slot->cycle.leaves;
    world->met.cycle_held_off += state == MODEL_OK && slot->cycle.want > 0 && (reply->flags & 3u) != 0;
    world->met.suspect_taken += state == MODEL_OK && (reply->flags & SKEP_FLAG_SUSPECT) != 0;
    world->met.suspect_given_back += state == MODEL_OK && gives_suspect_back;
    world->met.job_dropped += world->model.n_dropped - n_dropped;
    world->met.cancellation_met += n_cancels - world->model.n_cancels;
    world_count_dropped(world);
    world->met.promoted += (uint64_t)(world->model.stat.promoted - promoted);
    world->met.account_told += slot->cycle.account != NULL && state == MODEL_OK;
    world->met.account_told_again += slot->cycle.account != NULL && state == MODEL_REPLAY;
    world->met.account_refused += slot->cycle.account != NULL && state != MODEL_OK && state != MODEL_REPLAY;
    world->met.range_taken += state == MODEL_OK && reply->range_hi >= 0 && reply->n_tasks > 0;
    world->met.range_suspect += state == MODEL_OK && reply->range_hi >= 0 && reply->crashes > 0;
    world->met.range_told += state == MODEL_OK && slot->cycle.range != NULL;
    world->met.range_cut += state == MODEL_CUT;
    world->met.range_dropped += world->model.n_positions_dropped - n_positions;
    world->met.range_stolen += world->model.n_stolen - n_stolen;
    if (state == MODEL_OK && slot->has_range) {
        world->ledger.n_published += (uint64_t)model_count_results(&slot->cycle);
    }
    for (size_t i = 0; state == MODEL_OK && i < slot->cycle.n_verdicts; i++) {
        const struct skep_verdict *v = &slot->verdicts[i];
        world->ledger.n_published += v->result.bytes != NULL;
        world->met.task_cancelled += v->kind == SKEP_CANCEL;
        if (v->kind == SKEP_DONE || v->kind == SKEP_CANCEL) {
            ledger_finish(&world->ledger, slot->held.items[i].bytes, slot->held.items[i].n);
        }
    }
    return state;
}

static void slot_compare(const struct world *world, const struct skep_cycle_reply *got,
                         const struct model_reply *wanted, bool is_replay)
{
    world_need(world, got->is_replay == is_replay, "replay");
    world_need(world, got->depth == (int64_t)wanted->depth, "depth");
    world_need(world, got->due_ms == wanted->due_ms, "due");
    world_need(world, got->n_tasks == wanted->n_tasks, "number of tasks taken");
    if (got->range_hi != wanted->range_hi) {
        world_fail(world, "the range ends at %" PRId64 ", in the model at %" PRId64, got->range_hi,
                   wanted->range_hi);
    }
    for (size_t i = 0; i < got->n_tasks; i++) {
        world_need(world, record_is(&wanted->tasks[i], got->tasks[i].bytes, got->tasks[i].n), "tasks taken");
    }
    world_need(world, got->flags == wanted->flags, "flags");
    world_need(world, got->crashes == wanted->crashes, "crashes");
    world_need(world, strcmp(got->crash_info, wanted->crash_info) == 0, "what is known of the crash");
}

/* What is not in the hand any more. */
static void slot_forget_told(struct slot *slot, const struct skep_cycle_reply *got)
{
    if (slot->has_range) {
        if (got->range_hi < 0 || got->n_tasks > 0) {
            records_clear(&slot->held);
        }
        return;
    }
    records_drop(&slot->held, slot->cycle.n_verdicts);
    for (size_t i = 0; i < slot->cycle.n_back; i++) {
        free(records_pop_tail(&slot->held).bytes);
    }
}

/* The slot has its answer, and acts on it. */
static void slot_answered(struct world *world, struct slot *slot, skep_status st, bool came_again,
                          const struct skep_cycle_reply *got, const struct skep_error *err)
{
    struct model_reply wanted;
    enum model_state state = slot_executed(world, slot, got->now_ms, &wanted);
    bool is_refused = state == MODEL_FENCED || state == MODEL_STEP;
    bool had_left = state == MODEL_FENCED && came_again && slot->cycle.leaves && !slot->has_range &&
                    slot->cycle.n_verdicts == 0 && slot->cycle.n_back == 0;
    const struct model_worker *worker;

    if (st != (is_refused && !had_left ? SKEP_E_FENCED : SKEP_OK)) {
        world_fail(world, "the model says %d, the slot %s %s", (int)state, skep_status_word(st), err->text);
    }
    if (is_refused) {
        if (!happens(world, 10)) {
            slot_incarnate(world, slot);
        }
        return;
    }
    world_need(world, got->is_cut == (state == MODEL_CUT), "whether the range was cut");
    if (got->is_cut) {
        world_need(world, got->range_hi == wanted.range_hi, "where it was cut");
        return;
    }
    slot_compare(world, got, &wanted, state == MODEL_REPLAY);
    slot_forget_told(slot, got);
    for (size_t i = 0; i < got->n_tasks; i++) {
        records_push_tail(&slot->held, record_make(got->tasks[i].bytes, got->tasks[i].n));
    }
    world_need(world, slot->holder.n_held == slot->held.n, "number of tasks that the slot believes to hold");
    worker = model_find_worker(&world->model, slot->holder.worker);
    world_need(world, worker == NULL || worker->n_settled == slot->holder.n_settled,
               "number of the task at the head");
    if (slot->cycle.leaves && !happens(world, 10)) {
        slot_incarnate(world, slot);
    }
}

/* Somebody with the same name and number sends the same bytes first. */
static void slot_run_twin(struct world *world, struct slot *slot)
{
    static struct skep_cycle_reply reply;
    struct skep_holder twin = slot->holder;
    struct skep_error err = {0};
    struct model_reply wanted;
    enum model_state state;
    skep_status st;

    twin.conn = world->spare;
    st = skep_holder_cycle(&twin, &slot->cycle, &reply, &err);
    state = slot_executed(world, slot, reply.now_ms, &wanted);
    world_need(world, st == (state == MODEL_OK || state == MODEL_CUT ? SKEP_OK : SKEP_E_FENCED),
               "the first of two equal cycles");
    if (st == SKEP_OK && !reply.is_cut) {
        slot_compare(world, &reply, &wanted, false);
    }
}

static bool slot_cycle_retries(const struct slot *slot)
{
    bool retries = slot->cycle.range != NULL && slot->cycle.range->n_retries > 0;

    for (size_t i = 0; i < slot->cycle.n_verdicts; i++) {
        retries = retries || slot->verdicts[i].kind == SKEP_RETRY;
    }
    return retries;
}

/* When nobody hears at what time a cycle was executed, its effect must not depend on the time. */
static enum way slot_pick_way(struct world *world, const struct slot *slot)
{
    size_t chance = pick(world, 100);
    const struct model *model = &world->model;
    bool is_timeless = !slot_cycle_retries(slot) &&
                       (model->n_delayed == 0 || model->delayed[0].due_ms > world->now_ms + 100000);

    if (!skep_conn_is_open(slot->conn) || chance >= 25) {
        return WAY_PLAIN;
    }
    if (chance < 3) {
        return WAY_CLOSED;
    }
    if (chance < 8) {
        return WAY_LOST_REQUEST;
    }
    return chance < 16 && is_timeless ? WAY_LOST_REPLY : WAY_TWICE;
}

static void slot_lose(struct world *world, struct slot *slot, enum way way)
{
    static struct skep_cycle_reply reply;
    struct model_reply wanted;

    if (way == WAY_LOST_REPLY) {
        world_lose_replies(world, slot->conn);
    } else {
        world_lose_requests(slot->conn);
    }
    world_need(world, skep_holder_cycle(&slot->holder, &slot->cycle, &reply, NULL) == SKEP_E_UNREACHABLE,
               "a line that was cut");
    if (way == WAY_LOST_REPLY) {
        world_wait_until_done(world);
        (void)slot_executed(world, slot, world->now_ms, &wanted);
    }
}

void slot_cycle(struct world *world)
{
    static struct skep_cycle_reply reply;
    struct slot *slot = slot_pick(world);
    struct skep_error err = {0};
    enum way way;
    skep_status st;

    slot_bury_some(world);
    if (slot->holder.is_pending) {
        st = skep_holder_cycle_again(&slot->holder, &reply, &err);
        slot_answered(world, slot, st, true, &reply, &err);
        return;
    }
    slot_plan(world, slot);
    way = slot_pick_way(world, slot);
    if (way == WAY_LOST_REPLY || way == WAY_LOST_REQUEST) {
        slot_lose(world, slot, way);
        return;
    }
    if (way == WAY_TWICE) {
        slot_run_twin(world, slot);
    }
    if (way == WAY_CLOSED || (way == WAY_TWICE && happens(world, 30))) {
        skep_conn_close(slot->conn);
    }
    st = skep_holder_cycle(&slot->holder, &slot->cycle, &reply, &err);
    slot_answered(world, slot, st, false, &reply, &err);
}

/* The reply to a registration was lost, and it comes again. */
void slot_register_again(struct world *world)
{
    struct slot *slot = slot_pick(world);

    if (!slot->holder.is_pending) {
        slot_bury_some(world);
        world_need(world, skep_holder_register(&slot->holder, NULL) == SKEP_OK, "registering again");
        model_register(&world->model, slot->holder.worker);
    }
}

/* Nobody tells the queue. */
void slot_kill(struct world *world)
{
    struct slot *slot = slot_pick(world);

    skep_conn_close(slot->conn);
    slot_incarnate(world, slot);
}
