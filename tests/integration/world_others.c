/* SPDX-License-Identifier: MIT */
/* Agents, producers, consumers and the operator of the model test. */
#include "support/test.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "model_range.h"
#include "queue/beat.h"
#include "queue/job.h"

enum { PIECE_MAX = 8, HAND_MAX = 12 };

/* ---- agents ---- */

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
    int64_t moved, now_ms = world->now_ms;
    uint64_t n_halved = model->n_halved;
    bool is_new, is_met, is_range;
    skep_status st;

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
    }
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

/* ---- producers ---- */

void producer_open(struct world *world, struct producer *producer)
{
    char id[32];
    struct skep_error err = {0};

    records_clear(&producer->history);
    snprintf(id, sizeof id, "push %d %u", (int)(producer - world->producers), producer->n_pushes++ % 3);
    if (skep_put_init(&producer->put, producer->conn, world->keys.name, id, &err) != SKEP_OK ||
        skep_put_resume(&producer->put, &err) != SKEP_OK) {
        world_fail(world, "%s", err.text);
    }
}

static void producer_resume(struct world *world, struct producer *producer)
{
    struct skep_error err = {0};

    if (skep_put_resume(&producer->put, &err) != SKEP_OK) {
        world_fail(world, "%s", err.text);
    }
    world_need(world, producer->put.offset == model_push_offset(&world->model, producer->put.id),
               "the offset of a push");
}

/* The second producer is one of those that announce nothing; the first one does, and its file grows. */
static uint64_t producer_announces(const struct world *world, const struct producer *producer, size_t end)
{
    return producer == &world->producers[0] ? end + 5 : 0;
}

/* One piece: records AT ... AT + N - 1 of the push. */
static skep_status producer_send(struct world *world, struct producer *producer, size_t at, size_t n,
                                 struct skep_error *err)
{
    struct skep_bytes records[PIECE_MAX];
    skep_status st;

    while (producer->history.n < at + n) {
        records_push_tail(&producer->history, world_make_task(world));
    }
    for (size_t i = 0; i < n; i++) {
        records[i] =
            (struct skep_bytes){producer->history.items[at + i].bytes, producer->history.items[at + i].n};
    }
    producer->put.offset = producer->put.n_sent = at;
    producer->put.n_announced = producer_announces(world, producer, at + n);
    st = skep_put_send(&producer->put, records, n, err);
    return st == SKEP_OK ? skep_put_drain(&producer->put, err) : st;
}

static enum model_state producer_executed(struct world *world, struct producer *producer, size_t at, size_t n,
                                          uint64_t *offset)
{
    struct skep_bytes records[PIECE_MAX];
    enum model_state state;

    for (size_t i = 0; i < n; i++) {
        records[i] =
            (struct skep_bytes){producer->history.items[at + i].bytes, producer->history.items[at + i].n};
    }
    state =
        model_put(&world->model,
                  &(struct model_piece){producer->put.id, at, producer->put.n_announced, records, n}, offset);
    world->met.put_cancelled += state == MODEL_CANCELLED;
    world->met.put_ok += state == MODEL_OK;
    world->met.put_replay += state == MODEL_REPLAY;
    world->met.put_full += state == MODEL_FULL;
    world->met.put_gap += state == MODEL_GAP;
    for (size_t i = 0; state == MODEL_OK && i < n; i++) {
        ledger_accept(&world->ledger, records[i].bytes, records[i].n);
    }
    return state;
}

void producer_put(struct world *world)
{
    static const skep_status wanted[] = {[MODEL_OK] = SKEP_OK,
                                         [MODEL_REPLAY] = SKEP_OK,
                                         [MODEL_FULL] = SKEP_E_FULL,
                                         [MODEL_CANCELLED] = SKEP_E_CANCELLED,
                                         [MODEL_GAP] = SKEP_E_CONFLICT};
    struct producer *producer = &world->producers[pick(world, WORLD_PRODUCERS)];
    struct skep_error err = {0};
    size_t at = producer->put.offset, n = 1 + pick(world, PIECE_MAX);
    bool is_lost = happens(world, 8);
    enum model_state state;
    uint64_t offset;
    skep_status st;

    if (happens(world, 15)) { /* again, or partly again, or too far ahead */
        at = pick(world, at + 3);
    }
    if (is_lost) {
        world_lose_replies(world, producer->conn);
    }
    st = producer_send(world, producer, at, n, &err);
    if (st == SKEP_E_UNWELL) { /* it has forgotten the script */
        producer_resume(world, producer);
        skep_error_clear(&err);
        st = producer_send(world, producer, at, n, &err);
    }
    if (is_lost) {
        world_wait_until_done(world);
    }
    state = producer_executed(world, producer, at, n, &offset);
    if (st != (is_lost ? SKEP_E_UNREACHABLE : wanted[state])) {
        world_fail(world, "the model says %d, the push %s %s", (int)state, skep_status_word(st), err.text);
    }
    if (st == SKEP_OK) {
        world_need(world, producer->put.offset == at + n, "the offset after a piece");
        world_need(world, producer->put.depth == (int64_t)world->model.queue.n, "the depth after a piece");
    }
    if (st != SKEP_OK || state == MODEL_REPLAY || happens(world, 5)) {
        producer_resume(world, producer);
    }
}

/* Somebody with nothing but a Redis client. LPUSH: it is urgent. */
void producer_push_raw(struct world *world)
{
    bool is_urgent = happens(world, 40);
    size_t n = 1 + pick(world, 3);
    struct skep_reply *reply;

    skep_conn_begin(world->watcher, 2 + n);
    skep_conn_arg_text(world->watcher, is_urgent ? "LPUSH" : "RPUSH");
    skep_conn_arg_text(world->watcher, world->keys.queue);
    for (size_t i = 0; i < n; i++) {
        struct record task = world_make_task(world);
        ledger_accept(&world->ledger, task.bytes, task.n);
        skep_conn_arg(world->watcher, task.bytes, task.n);
        if (is_urgent) {
            records_push_head(&world->model.queue, task);
        } else {
            records_push_tail(&world->model.queue, task);
        }
    }
    world_need(world, skep_conn_call(world->watcher, -1, &reply, NULL) == SKEP_OK, "a plain push");
}

void producer_forget(struct world *world)
{
    struct producer *producer = &world->producers[pick(world, WORLD_PRODUCERS)];

    if (!skep_conn_is_open(producer->conn)) {
        producer_resume(world, producer);
    }
    world_need(world, skep_put_forget(&producer->put, NULL) == SKEP_OK, "forgetting a push");
    model_forget_push(&world->model, producer->put.id);
    producer_open(world, producer);
}

/* ---- consumers ---- */

void consumer_open(struct world *world, struct consumer *consumer)
{
    records_clear(&consumer->hand);
    consumer->is_pending = false;
    world_need(world,
               skep_collector_init(&consumer->collector, consumer->conn, world->keys.name, NULL) == SKEP_OK,
               "a consumer");
}

/* Redis lets a mark fade after a while; here it fades when the test says so. It may have faded already, on a
 * machine that stood still for seconds. */
static void consumer_keep_mark(struct world *world)
{
    struct skep_reply *reply;

    skep_conn_begin(world->watcher, 2);
    skep_conn_arg_text(world->watcher, "PERSIST");
    skep_conn_arg_text(world->watcher, world->keys.reader);
    world_need(world, skep_conn_call(world->watcher, -1, &reply, NULL) == SKEP_OK, "PERSIST");
    if (reply->integer == 0) {
        world->model.mark[0] = '\0';
    }
}

void consumer_mark_fades(struct world *world)
{
    struct skep_reply *reply;

    skep_conn_begin(world->watcher, 2);
    skep_conn_arg_text(world->watcher, "DEL");
    skep_conn_arg_text(world->watcher, world->keys.reader);
    world_need(world, skep_conn_call(world->watcher, -1, &reply, NULL) == SKEP_OK, "DEL");
    world->model.mark[0] = '\0';
}

/* The call has been executed. What it confirmed must be what the consumer has. */
static enum model_state consumer_executed(struct world *world, struct consumer *consumer, bool leaves)
{
    struct records *out = &world->model.out;
    int64_t collected = world->model.stat.collected;
    size_t n = consumer->n_stored < out->n ? consumer->n_stored : out->n;
    bool is_first = true;
    enum model_state state;

    for (size_t i = 0; i < n; i++) {
        is_first =
            is_first && record_is(&out->items[i], consumer->hand.items[i].bytes, consumer->hand.items[i].n);
    }
    state = model_collect(&world->model, consumer->collector.token, consumer->collector.n_calls + 1,
                          consumer->n_stored, leaves);
    world->met.collect_ok += world->model.stat.collected > collected;
    world->met.collect_again += state == MODEL_OK && n > 0 && world->model.stat.collected == collected;
    world->met.collect_busy += state == MODEL_BUSY;
    world->met.collect_lost += state == MODEL_LOST;
    if (world->model.stat.collected > collected) {
        world_need(world, is_first, "results leave the list and nobody has them");
    }
    if (state == MODEL_OK && !leaves) {
        consumer_keep_mark(world);
    }
    return state;
}

static void consumer_compare(struct world *world, struct consumer *consumer, const struct skep_bytes *results,
                             size_t n, size_t want)
{
    const struct records *out = &world->model.out;

    world_need(world, n == (want < out->n ? want : out->n), "number of results read");
    records_clear(&consumer->hand);
    for (size_t i = 0; i < n; i++) {
        world_need(world, record_is(&out->items[i], results[i].bytes, results[i].n), "results read");
        records_push_tail(&consumer->hand, record_make(results[i].bytes, results[i].n));
    }
    world_need(world, consumer->collector.base == world->model.stat.collected, "how many were collected");
    world_need(world, consumer->collector.n_left == (int64_t)out->n, "how many are left");
}

/* Rather the one that reads than the one that has to wait. */
static struct consumer *consumer_pick(struct world *world)
{
    struct consumer *consumer = &world->consumers[pick(world, WORLD_CONSUMERS)];

    for (int i = 0; i < 3; i++) {
        if (world->model.mark[0] != '\0' && strcmp(world->model.mark, consumer->collector.token) != 0) {
            consumer = &world->consumers[pick(world, WORLD_CONSUMERS)];
        }
    }
    return consumer;
}

void consumer_collect(struct world *world)
{
    struct consumer *consumer = consumer_pick(world);
    struct skep_bytes results[HAND_MAX];
    struct skep_error err = {0};
    bool leaves = happens(world, 10);
    bool is_lost = !leaves && skep_conn_is_open(consumer->conn) && happens(world, 10);
    size_t want = pick(world, HAND_MAX + 1), n = 0;
    enum model_state state;
    skep_status st;

    if (!consumer->is_pending) {
        consumer->n_stored = happens(world, 50) ? consumer->hand.n : pick(world, consumer->hand.n + 1);
    }
    if (is_lost) {
        world_lose_replies(world, consumer->conn);
    }
    st = leaves ? skep_collect_leave(&consumer->collector, consumer->n_stored, &err)
                : skep_collect(&consumer->collector, consumer->n_stored, want, results, &n, &err);
    if (is_lost) {
        world_wait_until_done(world);
        world_need(world, st == SKEP_E_UNREACHABLE, "a line that was cut");
        (void)consumer_executed(world, consumer, leaves);
        consumer->is_pending = true;
        return;
    }
    consumer->collector.n_calls -= st == SKEP_OK;
    state = consumer_executed(world, consumer, leaves);
    consumer->collector.n_calls += st == SKEP_OK;
    if (st != (state == MODEL_OK ? SKEP_OK : SKEP_E_CONFLICT)) {
        world_fail(world, "the model says %d, the consumer %s %s", (int)state, skep_status_word(st),
                   err.text);
    }
    if (state == MODEL_BUSY && !happens(world, 20)) {
        return; /* it waits, with what it has in hand */
    }
    if (state != MODEL_OK || leaves) {
        consumer_open(world, consumer);
        return;
    }
    consumer->is_pending = false;
    consumer_compare(world, consumer, results, n, want);
}

/* ---- the operator ---- */

static void letter_gone(void *context, const struct record *letter)
{
    ledger_finish(context, letter->bytes, letter->n);
}

void operator_sift(struct world *world)
{
    static const char *const wanted[] = {"", " cause=timeout ", " cause=bad-args ", " cause=none "};
    const char *words = wanted[pick(world, 4)];
    bool requeues = happens(world, 60);
    int64_t matched;

    world_need(world, skep_dead_sift(world->agent, &world->keys, requeues, words, &matched, NULL) == SKEP_OK,
               "sift");
    world_need(world, matched == model_sift(&world->model, requeues, words, letter_gone, &world->ledger),
               "dead letters that matched");
    *(requeues ? &world->met.letter_requeued : &world->met.letter_purged) += (uint64_t)matched;
}

void operator_cancel(struct world *world)
{
    static const char *const ids[] = {"a", "b", "c", "d", "e"};
    enum skep_cancel_kind kind = happens(world, 50) ? SKEP_CANCEL_JOB : SKEP_CANCEL_ID;
    const char *job = happens(world, 85) ? world_pick_job(world) : world_pick_range(world);
    const char *name = kind == SKEP_CANCEL_JOB ? job : ids[pick(world, 5)];
    int64_t n;

    world_need(world, skep_cancel_put(world->agent, &world->keys, kind, &name, 1, &n, NULL) == SKEP_OK,
               "cancel");
    world_need(world, n == model_cancel(&world->model, kind, name), "how many are written down");
}

/* Whoever holds tasks asks whether they are cancelled. */
void slot_ask(struct world *world)
{
    static const char *const ids[] = {"a", "b", "c", "d", "e", "f"};
    struct skep_cancel_query tasks[8];
    size_t n = pick(world, 9);
    const char *job = world_pick_job(world);

    for (size_t i = 0; i < n; i++) {
        job = happens(world, 50) ? job : world_pick_job(world);
        tasks[i] =
            (struct skep_cancel_query){.job = happens(world, 80) ? job : NULL, .id = ids[pick(world, 6)]};
    }
    world_need(world, skep_cancel_check(world->agent, &world->keys, tasks, n, NULL) == SKEP_OK, "asking");
    for (size_t i = 0; i < n; i++) {
        bool is_met = false;
        for (size_t k = 0; k < i; k++) {
            is_met = is_met || (tasks[k].is_cancelled && strcmp(tasks[k].id, tasks[i].id) == 0);
        }
        bool wanted = (!is_met && model_is_cancelled(&world->model, "id", tasks[i].id)) ||
                      (tasks[i].job != NULL && model_is_cancelled(&world->model, "job", tasks[i].job));
        world_need(world, tasks[i].is_cancelled == wanted, "what is cancelled");
    }
}

/* A beat looks at one by chance, and drops it after a week. Here it goes when the test says so. */
void cancellations_fade(struct world *world)
{
    static const char script[] =
        "for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do\n"
        "    local job = not string.match(field, '^id:') and string.match(field, ':(.*)$')\n"
        "    if not job or redis.call('HEXISTS', KEYS[2], 'n:' .. job) == 0 then "
        "redis.call('HDEL', KEYS[1], field) end\n"
        "end";
    struct skep_reply *reply;

    skep_conn_begin(world->watcher, 5);
    skep_conn_arg_text(world->watcher, "EVAL");
    skep_conn_arg_text(world->watcher, script);
    skep_conn_arg_text(world->watcher, "2");
    skep_conn_arg_text(world->watcher, world->keys.cancel);
    skep_conn_arg_text(world->watcher, world->keys.jobs);
    world_need(world, skep_conn_call(world->watcher, -1, &reply, NULL) == SKEP_OK, "fading");
    model_fade_cancellations(&world->model);
}

/* Its producer begins anew, if somebody pushes under this name. */
void operator_forget(struct world *world)
{
    const char *name = happens(world, 75) ? world_pick_job(world) : world_pick_range(world);
    bool is_forced = happens(world, 40);
    skep_status st = skep_job_forget(world->agent, &world->keys, name, is_forced, NULL);

    world_need(world, st == model_forget_job(&world->model, name, is_forced), "forgetting a job");
    world->met.job_forgotten += st == SKEP_OK;
    world->met.job_not_over += st == SKEP_E_CONFLICT;
    for (size_t i = 0; i < WORLD_PRODUCERS && st == SKEP_OK; i++) {
        if (strcmp(world->producers[i].put.id, name) == 0) {
            producer_open(world, &world->producers[i]);
        }
    }
}

/* Paused and full for a while, but mostly not. */
void operator_set(struct world *world)
{
    struct model *model = &world->model;
    skep_status st;

    switch (pick(world, 5)) {
    case 0:
        model->max_depth = happens(world, 60) ? 0 : 10 + (int64_t)pick(world, 40);
        st = skep_queue_set_limit(world->agent, &world->keys, SKEP_LIMIT_DEPTH, model->max_depth, NULL);
        break;
    case 1:
        model->max_results = happens(world, 80) ? 0 : 5 + (int64_t)pick(world, 30);
        st = skep_queue_set_limit(world->agent, &world->keys, SKEP_LIMIT_RESULTS, model->max_results, NULL);
        break;
    case 2:
        model->max_dead = happens(world, 40) ? 0 : 5 + (int64_t)pick(world, 30);
        st = skep_queue_set_limit(world->agent, &world->keys, SKEP_LIMIT_DEAD, model->max_dead, NULL);
        break;
    default:
        model->is_paused = happens(world, 25);
        model->is_pause_set = true;
        st = skep_queue_pause(world->agent, &world->keys, model->is_paused, NULL);
    }
    world_need(world, st == SKEP_OK, "settings");
}

void operator_let_take(struct world *world)
{
    struct model *model = &world->model;

    model->max_results = 0;
    model->is_paused = false;
    model->is_pause_set = true;
    world_need(world,
               skep_queue_set_limit(world->agent, &world->keys, SKEP_LIMIT_RESULTS, 0, NULL) == SKEP_OK &&
                   skep_queue_pause(world->agent, &world->keys, false, NULL) == SKEP_OK,
               "letting slots take");
}

static void operator_look_at_jobs(struct world *world)
{
    struct model *model = &world->model;
    struct skep_job *jobs;
    size_t n, n_announced = 0;

    world_need(world, skep_job_list(world->agent, &world->keys, &jobs, &n, NULL) == SKEP_OK, "jobs");
    for (size_t i = 0; i < n; i++) {
        const struct model_job *job = model_find_job(model, jobs[i].name);
        n_announced += jobs[i].is_announced;
        world_need(world, jobs[i].is_announced == (job != NULL), "whether a job was announced");
        world_need(world, jobs[i].n_put == (int64_t)model_push_offset(model, jobs[i].name), "records put");
        world_need(world, jobs[i].is_dropped == model_is_cancelled(model, "job", jobs[i].name),
                   "being dropped");
        if (job != NULL) {
            world_need(world,
                       jobs[i].is_stopped == (job->spec != NULL && job->hit >= 0) &&
                           jobs[i].n_announced == job->n_announced && jobs[i].n_done == job->n[0] &&
                           jobs[i].n_failed == job->n[1] && jobs[i].n_cancelled == job->n[2] &&
                           (jobs[i].cancelled_ms > 0) == job->is_cancelled,
                       "a job");
        }
    }
    world_need(world, n_announced == model->n_jobs, "number of jobs");
    skep_free(jobs);
}

/* All numbers as the operator sees them. */
void operator_look(struct world *world)
{
    const struct model *model = &world->model;
    struct skep_queue_status status;

    world_need(world, skep_queue_status_read(world->agent, &world->keys, &status, NULL) == SKEP_OK, "status");
    world_need(world, status.n_waiting == (int64_t)model->queue.n, "waiting");
    world_need(world, status.n_results == (int64_t)model->out.n, "results");
    world_need(world, status.n_delayed == (int64_t)model->n_delayed, "delayed");
    world_need(world, status.n_dead == (int64_t)model->dead.n, "dead");
    world_need(world, status.n_suspect == (int64_t)model->suspect.n, "suspect");
    world_need(world, status.n_held == model_n_held(model), "held");
    world_need(world, status.is_paused == model->is_paused, "paused");
    world_need(world, memcmp(&status.stat, &model->stat, sizeof status.stat) == 0, "counters");
    world_need(world, status.n_slots == model->n_workers, "slots");
    for (size_t i = 0; i < status.n_slots; i++) {
        const struct model_worker *w = model_find_worker(&world->model, status.slots[i].worker);
        world_need(world,
                   w != NULL && w->beat == status.slots[i].beat &&
                       (w->has_range ? model_range_size(w) : (int64_t)w->held.n) == status.slots[i].n_held,
                   "a slot");
    }
    world_need(world, skep_queue_audit(&status) == 0, "audit");
    skep_queue_status_release(&status);
    operator_look_at_jobs(world);
}
