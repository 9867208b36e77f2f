/* SPDX-License-Identifier: MIT */
/* Producers of the model test: pieces of a push, pushes begun anew, and plain pushes. */
#include "support/test.h"
#include "world.h"

#include <stdio.h>

enum { PIECE_MAX = 8 };

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
