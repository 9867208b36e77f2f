/* SPDX-License-Identifier: MIT */
/* Agents of the model test: beats, and slots that are reaped. */
#include "support/test.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>

#include "model_range.h"
#include "queue/beat.h"

static void beat_compare(struct world *world, const struct skep_beat *beat, const char *const *workers,
                         size_t n)
{
    size_t n_fenced = 0;

    for (size_t i = 0; i < n; i++) {
        if (model_find_worker(&world->model, workers[i]) == NULL) {
            world_need(world, n_fenced < beat->fenced->n, "a fenced worker is not told");
            world_need(world, skep_reply_is(&beat->fenced->items[n_fenced], workers[i]),
                       "the wrong one is fenced");
            n_fenced++;
        }
    }
    world_need(world, n_fenced == beat->fenced->n, "too many are fenced");
    world_need(world, beat->workers->n == 2 * world->model.n_workers, "number of workers in a beat");
    for (size_t i = 0; i < beat->workers->n; i += 2) {
        const struct model_worker *w = model_find_worker(&world->model, beat->workers->items[i].bytes);
        world_need(world, w != NULL && w->beat == skep_beat_counter(&beat->workers->items[i + 1]),
                   "a beat counter");
    }
}

void agent_beat(struct world *world)
{
    const char *workers[WORLD_SLOTS];
    struct skep_error err = {0};
    struct skep_reply *reply;
    struct skep_beat beat;
    size_t n = 0;
    skep_status st;

    for (size_t i = 0; i < WORLD_SLOTS; i++) {
        if (happens(world, 60)) {
            workers[n++] = world->slots[i].holder.worker;
        }
    }
    do { /* a server that has forgotten the script is taught, and asked again */
        st = skep_beat_send(world->agent, &world->keys, workers, n, &err);
        if (st == SKEP_OK) {
            st = skep_conn_reply(world->agent, -1, &reply, &err);
        }
        if (st == SKEP_OK) {
            st = skep_beat_read(world->agent, reply, &beat, &err);
        }
    } while (st == SKEP_E_UNWELL);
    world_need(world, st == SKEP_OK, err.text);
    world_need(world, beat.flags == model_touch(&world->model, workers, n, beat.now_ms), "flags of a beat");
    world_need(world, beat.depth == (int64_t)world->model.queue.n, "depth in a beat");
    beat_compare(world, &beat, workers, n);
}

/* One of those who are registered, rather one with something in its hands, and rather what crashed before. */
static const struct model_worker *reap_pick(struct world *world)
{
    struct model *model = &world->model;
    const struct model_worker *worker = &model->workers[pick(world, model->n_workers)];

    for (int i = 0; i < 3 && worker->held.n == 0; i++) {
        worker = &model->workers[pick(world, model->n_workers)];
    }
    for (size_t i = 0; i < model->n_workers && happens(world, 40); i++) {
        if (model->workers[i].has_range && model_range_size(&model->workers[i]) > 1) {
            return &model->workers[i];
        }
    }
    for (size_t i = 0; i < model->n_workers && model->n_crashes > 0 && happens(world, 30); i++) {
        if (model->workers[i].held.n > 0 && model_has_crashed(model, &model->workers[i].held.items[0])) {
            return &model->workers[i];
        }
    }
    return worker;
}

/* Of a range: one of its positions, one beside it, or none that is known. */
static int64_t reap_pick_position(struct world *world, const char *worker)
{
    const struct model_worker *w = model_find_worker(&world->model, worker);
    struct model_range range;

    if (w == NULL || !w->has_range || happens(world, 20) || !model_range_read(&w->held.items[0], &range)) {
        return -1;
    }
    return range.lo - 1 + (int64_t)pick(world, (size_t)(range.hi - range.lo) + 2);
}

/* Whether the death is about a task, or a position, that its slot still holds. */
static bool reap_is_met(struct world *world, const struct skep_death *death)
{
    const struct record *task = model_peek(&world->model, death->worker, death->running);
    const struct model_worker *w = model_find_worker(&world->model, death->worker);
    struct model_range range;

    if (task == NULL || !w->has_range || !model_range_read(&w->held.items[0], &range)) {
        return task != NULL;
    }
    return death->position < 0 ? range.hi == range.lo + 1
                               : death->position >= range.lo && death->position < range.hi;
}

/* Who is to be dead. Of anybody who is registered, alive or not: a slot that was silent for too long hears of
 * it later. */
static struct skep_death reap_plan(struct world *world, char *worker, char *info)
{
    const struct model *model = &world->model;
    struct skep_death death = {.worker = worker, .observed = -1, .running = SKEP_RUNNING_HEAD, .info = info};

    snprintf(worker, SKEP_WORKER_NAME_BYTES, "nobody");
    if (model->n_workers > 0 && !happens(world, 5)) {
        const struct model_worker *w = reap_pick(world);
        snprintf(worker, SKEP_WORKER_NAME_BYTES, "%s", w->name);
        death.observed = happens(world, 30) ? -1 : w->beat - happens(world, 30);
        death.observed = death.observed < -1 ? -1 : death.observed;
        if (happens(world, 60)) {
            death.running = (int64_t)w->n_settled + (int64_t)pick(world, w->held.n + 2) - 1;
        }
        if (w->has_range && happens(world, 70)) {
            death.running = (int64_t)w->n_settled;
        }
    } else if (happens(world, 50) && world->slots[0].holder.worker[0] != '\0') {
        snprintf(worker, SKEP_WORKER_NAME_BYTES, "%s", world->slots[0].holder.worker);
        death.observed = 1000000000; /* somebody else's */
    }
    if (happens(world, 15)) {
        death.running = SKEP_RUNNING_NONE;
    }
    death.running = death.running < SKEP_RUNNING_HEAD ? SKEP_RUNNING_NONE : death.running;
    death.position = reap_pick_position(world, worker);
    snprintf(info, MODEL_INFO_BYTES, "signal=11 step=%" PRIu64, world->n_steps);
    return death;
}

/* The agent had to end the slot for what its task did, looks at the task and says what is to become of it.
 * Sometimes its slot has settled that one meanwhile: then the words are about something else. */
static void reap_judge(struct world *world, const struct skep_death *death, struct skep_verdict *verdict)
{
    static const struct record other = {"{\"t\":0}", 7};
    const struct record *task = model_peek(&world->model, death->worker, death->running);
    const struct model_worker *w = model_find_worker(&world->model, death->worker);
    struct model_range range;
    struct skep_bytes seen;
    skep_status st =
        skep_peek_running(world->agent, &world->keys, death->worker, death->running, &seen, NULL);

    world_need(world, st == (task != NULL ? SKEP_OK : SKEP_EMPTY), "looking at what runs");
    if (task != NULL && w->has_range) {
        task = model_range_given(&world->model, task);
    }
    world_need(world, task == NULL || record_is(task, seen.bytes, seen.n), "what runs");
    records_clear(&world->agent_words);
    if (w != NULL && w->has_range && model_range_read(&w->held.items[0], &range)) {
        *verdict = world_make_range_verdict(world, &world->agent_words, range.job,
                                            death->position >= 0 ? death->position : range.lo);
        return;
    }
    *verdict = world_make_verdict(world, &world->agent_words, task != NULL ? task : &other, true);
}

/* When a task is due that a reap has put off: only the server knows. */
static int64_t reap_find_time(struct world *world, const struct skep_verdict *verdict)
{
    struct skep_reply *reply;

    skep_conn_begin(world->watcher, 3);
    skep_conn_arg_text(world->watcher, "ZSCORE");
    skep_conn_arg_text(world->watcher, world->keys.delayed);
    skep_conn_arg(world->watcher, verdict->record.bytes, verdict->record.n);
    world_need(world, skep_conn_call(world->watcher, -1, &reply, NULL) == SKEP_OK, "ZSCORE");
    world_need(world, reply->kind == SKEP_REPLY_TEXT, "a task that was put off is not there");
    return skep_beat_counter(reply) - verdict->delay_ms;
}

void agent_reap(struct world *world)
{
    struct model *model = &world->model;
    size_t n_suspect = model->suspect.n;
    char worker[SKEP_WORKER_NAME_BYTES], info[MODEL_INFO_BYTES];
    struct skep_death death = reap_plan(world, worker, info);
    const struct record *task = model_peek(model, worker, death.running);
    struct skep_verdict verdict;
    struct account_plan account;
    int64_t moved, now_ms = world->now_ms;
    uint64_t n_halved = model->n_halved;
    bool is_new, is_met, is_range;
    skep_status st;

    death.account = world_make_account(world, &account);
    if (death.running >= 0 && happens(world, 60)) {
        reap_judge(world, &death, &verdict);
        death.verdict = &verdict;
    }
    is_met = reap_is_met(world, &death);
    is_range = task != NULL && model_find_worker(model, worker)->has_range;
    is_new = death.verdict != NULL && is_met && verdict.kind == SKEP_RETRY &&
             !model_is_delayed(model, &verdict.record);
    st = skep_reap(world->agent, &world->keys, &death, &moved, NULL);
    world_need(world, st == SKEP_OK, "reap");
    if (is_new && moved >= 0) {
        now_ms = reap_find_time(world, &verdict);
        world_need(world, now_ms >= world->now_ms && now_ms < world->now_ms + 60000, "the time of a reap");
    }
    if (moved >= 0 && death.verdict != NULL && is_met) {
        world->ledger.n_published += verdict.result.bytes != NULL;
        world->met.range_reap_settled += is_range;
        if (verdict.kind == SKEP_CANCEL && task != NULL && !is_range) {
            ledger_finish(&world->ledger, task->bytes, task->n);
        }
        world->met.reap_settled++;
        world->met.account_reaped += death.account != NULL;
    }
    world->met.account_reaped_late += moved >= 0 && death.verdict != NULL && !is_met && death.account != NULL;
    world->met.reap_settled_late += moved >= 0 && death.verdict != NULL && !is_met;
    world_need(world, moved == model_reap(model, &death, now_ms), "tasks moved by a reap");
    world_count_dropped(world);
    world->met.range_halved += model->n_halved - n_halved;
    world->met.range_blamed +=
        moved > 1 && is_range && is_met && death.position >= 0 && death.verdict == NULL;
    world->met.reap_moved += moved > 0;
    world->met.reap_refused += moved < 0;
    world->met.second_crash += model->suspect.n > n_suspect && death.verdict == NULL;
}
