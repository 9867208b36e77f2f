/* SPDX-License-Identifier: MIT */
/* Range jobs in the model test: who puts them, and what slots and agents say of their positions. */
#include "support/test.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "model_range.h"

static const char *const range_specs[WORLD_RANGES] = {"{\"spec\":0}", "{\"spec\":1}", "{\"spec\":2}"};

const char *world_pick_range(struct world *world)
{
    return world->ranges[pick(world, WORLD_RANGES)].job;
}

/* ---- putting ---- */

/* A job of some pieces with holes between them; what is in the holes was done before. */
static void range_open(struct world *world, struct range_plan *plan)
{
    static const char *const stops[] = {NULL, "any", "first"};
    int64_t at = 0, n = 0;

    snprintf(plan->job, sizeof plan->job, "r%zu.%u", (size_t)(plan - world->ranges), plan->n_names);
    plan->n_pieces = 1 + pick(world, WORLD_PIECES_MAX);
    for (size_t i = 0; i < plan->n_pieces; i++) {
        at += (int64_t)pick(world, 3);
        plan->pieces[i].lo = at;
        at += 1 + (int64_t)pick(world, happens(world, 25) ? 150 : 8);
        plan->pieces[i].hi = at;
        n += plan->pieces[i].hi - plan->pieces[i].lo;
    }
    plan->n = at;
    plan->n_done = at - n;
    plan->stop = stops[pick(world, 3)];
}

static int64_t range_size(const struct range_plan *plan, size_t n_pieces)
{
    int64_t n = 0;

    for (size_t i = 0; i < n_pieces; i++) {
        n += plan->pieces[i].hi - plan->pieces[i].lo;
    }
    return n;
}

/* The time that the last put was at: only the server knows. */
static int64_t range_find_time(struct world *world, const char *job)
{
    struct skep_reply *reply;
    char field[MODEL_NAME_BYTES + 2];

    snprintf(field, sizeof field, "t:%s", job);
    skep_conn_begin(world->watcher, 3);
    skep_conn_arg_text(world->watcher, "HGET");
    skep_conn_arg_text(world->watcher, world->keys.jobs);
    skep_conn_arg_text(world->watcher, field);
    world_need(world, skep_conn_call(world->watcher, -1, &reply, NULL) == SKEP_OK, "HGET");
    return reply->kind == SKEP_REPLY_TEXT ? strtoll(reply->bytes, NULL, 10) : 0;
}

static size_t range_pick_piece(struct world *world, const struct range_plan *plan, const char *job)
{
    int64_t in = (int64_t)model_push_offset(&world->model, job) - plan->n_done;
    size_t at = 0;

    while (at < plan->n_pieces && range_size(plan, at) < in) {
        at++;
    }
    return happens(world, 20) || at == plan->n_pieces ? pick(world, plan->n_pieces) : at;
}

void range_put(struct world *world)
{
    static const skep_status wanted[] = {[MODEL_OK] = SKEP_OK,
                                         [MODEL_REPLAY] = SKEP_OK,
                                         [MODEL_FULL] = SKEP_E_FULL,
                                         [MODEL_CANCELLED] = SKEP_E_CANCELLED,
                                         [MODEL_OTHER] = SKEP_E_CONFLICT,
                                         [MODEL_GAP] = SKEP_E_CONFLICT};
    size_t which = pick(world, WORLD_RANGES), at, n;
    struct range_plan *plan = &world->ranges[which];
    const char *job = plan->job, *spec = range_specs[happens(world, 5) ? 0 : which];
    struct skep_range_put put;
    struct skep_error err = {0};
    int64_t n_put, model_n_put;
    enum model_state state;
    skep_status st;

    if (model_find_job(&world->model, job) == NULL) {
        plan->n_names += happens(world, 50);
        range_open(world, plan);
    }
    at = range_pick_piece(world, plan, job);
    n = 1 + pick(world, plan->n_pieces - at);
    put = (struct skep_range_put){.job = job,
                                  .spec = spec,
                                  .spec_n = strlen(spec),
                                  .n = plan->n,
                                  .n_done = plan->n_done,
                                  .stop = plan->stop};
    st = skep_range_put(world->agent, &world->keys, &put, range_size(plan, at), &plan->pieces[at], n, &n_put,
                        &err);
    state = model_range_put(&world->model, &put, range_size(plan, at), &plan->pieces[at], n,
                            range_find_time(world, job), &model_n_put);
    if (st != wanted[state]) {
        world_fail(world, "the model says %d, the put %s %s", (int)state, skep_status_word(st), err.text);
    }
    world_need(world, n_put == model_n_put, "positions put");
    world->met.range_put += state == MODEL_OK;
    world->met.range_put_again += state == MODEL_REPLAY;
    world->met.range_put_refused += st != SKEP_OK;
}

/* ---- words ---- */

static struct skep_bytes range_keep(struct records *words, const char *text)
{
    records_push_tail(words, record_make(text, strlen(text)));
    return (struct skep_bytes){words->items[words->n - 1].bytes, strlen(text)};
}

/* The line of one position that is tried again; not always one that no other has. */
struct skep_verdict world_make_range_retry(struct world *world, struct records *words, const char *job,
                                           int64_t position)
{
    static const int64_t delays[] = {0, 1, 1000000, 2000000};
    char text[256];

    snprintf(text, sizeof text, "#skep r=%" PRId64 ":%" PRId64 " q=1 j=%s try=%zu u=%" PRIu64 "\n", position,
             position + 1, job, 1 + pick(world, 2), world->n_steps % 3);
    return (struct skep_verdict){.kind = SKEP_RETRY,
                                 .record = range_keep(words, text),
                                 .delay_ms = delays[pick(world, 4)],
                                 .job = range_keep(words, job).bytes};
}

static struct skep_verdict range_bury(struct world *world, struct records *words, const char *job,
                                      int64_t position)
{
    struct skep_verdict verdict = {.kind = SKEP_BURY};
    char text[256];

    snprintf(text, sizeof text,
             "#skep j=%s cause=%s at=1\n#skep r=%" PRId64 ":%" PRId64 " j=%s i=7 q=1\n{\"p\":1}", job,
             happens(world, 50) ? "timeout" : "crash", position, position + 1, job);
    verdict.record = range_keep(words, text);
    if (happens(world, 50)) {
        verdict.result = range_keep(words, "failed");
    }
    return verdict;
}

/* What an agent says of the position that ran. */
struct skep_verdict world_make_range_verdict(struct world *world, struct records *words, const char *job,
                                             int64_t position)
{
    if (happens(world, 60)) {
        return world_make_range_retry(world, words, job, position);
    }
    return (struct skep_verdict){.kind = SKEP_CANCEL,
                                 .job = range_keep(words, job).bytes,
                                 .result = range_keep(words, "cancelled by its agent")};
}

/* ---- what slots say ---- */

/* Of each position below `upto`: done, or one of a few other things. */
static void range_plan_fates(struct world *world, struct slot *slot, struct skep_range_verdict *v)
{
    for (int64_t p = slot->holder.range.lo; p < v->upto; p++) {
        size_t chance = pick(world, 100);
        if (chance < 6 && v->n_retries < WORLD_FATES_MAX) {
            slot->retries[v->n_retries++] =
                world_make_range_retry(world, &slot->words, slot->holder.range_job, p);
        } else if (chance < 11 && v->n_dead < WORLD_FATES_MAX) {
            slot->dead[v->n_dead++] = range_bury(world, &slot->words, slot->holder.range_job, p);
            v->n_failed++;
        } else {
            v->n_done++;
            if (chance > 94 && v->n_results < WORLD_FATES_MAX) {
                slot->results[v->n_results++] = range_keep(&slot->words, "done");
            }
        }
    }
    if (v->n_done > 0 && happens(world, 4)) {
        v->n_done--; /* told as cancelled; which it was is the slot's business: the last one */
    }
}

void slot_plan_range(struct world *world, struct slot *slot)
{
    const struct skep_range *range = &slot->holder.range;
    int64_t n = range->hi - range->lo;
    struct skep_range_verdict *v = &slot->range;
    /* Half of them are slow when the queue becomes empty, so that there is something to be stolen. */
    bool is_slow = world->is_drought && slot < &world->slots[WORLD_SLOTS / 2];

    *v = (struct skep_range_verdict){.back = -1, .hit = -1, .hit_index = -1};
    if (happens(world, is_slow ? 85 : 15)) { /* nothing new, or all of it back */
        slot->cycle.n_back = !is_slow && happens(world, 30);
        return;
    }
    v->upto = happens(world, 50) ? range->hi : range->lo + (int64_t)pick(world, (size_t)n + 1);
    v->retries = slot->retries;
    v->dead = slot->dead;
    v->results = slot->results;
    range_plan_fates(world, slot, v);
    if (!world->is_drought && happens(world, 30)) {
        v->back = v->upto + (int64_t)pick(world, (size_t)(range->hi - v->upto) + 1);
    }
    if (v->upto > range->lo && happens(world, 4)) {
        v->hit = range->lo + (happens(world, 50) ? 0 : (int64_t)pick(world, (size_t)(v->upto - range->lo)));
        v->hit_index = v->hit * 7;
    }
    slot->cycle.range = v;
}

void slot_plan_wants(struct world *world, struct slot *slot)
{
    snprintf(slot->range_job, sizeof slot->range_job, "%s", world_pick_range(world));
    slot->cycle.range_job = slot->range_job;
    slot->cycle.range_want = happens(world, 10) ? 0 : 1 + (int64_t)pick(world, world->is_drought ? 200 : 24);
    slot->cycle.steals = happens(world, 60);
}

/* A slot with nothing in its hand, rather one of the slow; NULL: all have something. */
static struct slot *range_find_idle(struct world *world)
{
    for (size_t i = 0; i < WORLD_SLOTS; i++) {
        struct slot *slot = &world->slots[i];
        const struct model_worker *worker = model_find_worker(&world->model, slot->holder.worker);
        if (worker != NULL && !slot->holder.is_pending && slot->holder.n_held == 0 && worker->held.n == 0 &&
            worker->n_cycles == slot->holder.n_cycles) {
            return slot;
        }
    }
    return NULL;
}

/* The largest range that waits: its place in the queue, or the number of all that waits. */
static size_t range_find_largest(struct world *world, struct model_range *range_out)
{
    struct records *queue = &world->model.queue;
    size_t at = queue->n;
    struct model_range range;

    *range_out = (struct model_range){0};
    for (size_t i = 0; i < queue->n; i++) {
        if (model_range_seek(&world->model, &queue->items[i], &range) &&
            range.hi - range.lo > range_out->hi - range_out->lo) {
            *range_out = range;
            at = i;
        }
    }
    return at;
}

/* While few slots were there a share was large: one holds all of a range that waits now. */
void slot_take_large(struct world *world)
{
    static const char script[] = "redis.call('LREM', KEYS[1], 1, ARGV[4]) "
                                 "redis.call('RPUSH', KEYS[2], ARGV[4]) "
                                 "redis.call('HSET', KEYS[3], ARGV[1], ARGV[2]) "
                                 "redis.call('HINCRBY', KEYS[4], 'taken', ARGV[3])";
    struct slot *slot = range_find_idle(world);
    struct records *queue = &world->model.queue;
    struct model_range range;
    size_t at = range_find_largest(world, &range);
    struct model_worker *worker;
    struct skep_reply *reply;
    char cycle[64];

    if (slot == NULL || at == queue->n) {
        return;
    }
    worker = model_find_worker(&world->model, slot->holder.worker);
    snprintf(cycle, sizeof cycle, "%" PRIu64 " %" PRIu64 "rk", worker->n_cycles, worker->n_settled);
    skep_conn_begin(world->watcher, 3 + 4 + 4);
    skep_conn_arg_text(world->watcher, "EVAL");
    skep_conn_arg_text(world->watcher, script);
    skep_conn_arg_text(world->watcher, "4");
    skep_conn_arg_text(world->watcher, world->keys.queue);
    skep_conn_arg_text(world->watcher, slot->holder.held_key);
    skep_conn_arg_text(world->watcher, world->keys.cycle);
    skep_conn_arg_text(world->watcher, world->keys.stat);
    skep_conn_arg_text(world->watcher, slot->holder.worker);
    skep_conn_arg_text(world->watcher, cycle);
    skep_conn_arg_i64(world->watcher, range.hi - range.lo);
    skep_conn_arg(world->watcher, queue->items[at].bytes, queue->items[at].n);
    world_need(world, skep_conn_call(world->watcher, -1, &reply, NULL) == SKEP_OK, "a large share");
    world->model.stat.taken += range.hi - range.lo;
    records_push_tail(&slot->held, record_make(queue->items[at].bytes, queue->items[at].n));
    records_push_tail(&worker->held, records_take(queue, at));
    worker->has_range = true;
    worker->has_suspect = false;
    worker->n_last = 0;
    slot->holder.n_held = 1;
    slot->holder.has_range = skep_range_read_line(slot->held.items[0].bytes, slot->held.items[0].n,
                                                  &slot->holder.range, slot->holder.range_job);
    world_need(world, slot->holder.has_range, "a line that is a range's");
}
