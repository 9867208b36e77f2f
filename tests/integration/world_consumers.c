/* SPDX-License-Identifier: MIT */
/* Consumers of the model test: results that are collected, and the mark of who reads them. */
#include "support/test.h"
#include "world.h"

#include <string.h>

enum { HAND_MAX = 12 };

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
