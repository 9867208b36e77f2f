/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ask.h"
#include "model_range.h"
#include "observe_account.h"
#include "queue/script.h"
#include "support/until.h"

void world_fail(const struct world *world, const char *format, ...)
{
    char words[WORLD_WORDS_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    fail_msg("SKEP_MODEL_SEED=%" PRIu64 " step %" PRIu64 " (%s): %s", world->seed, world->n_steps,
             world->doing, words);
    abort();
}

void world_need(const struct world *world, bool fact, const char *words)
{
    if (!fact) {
        world_fail(world, "%s", words);
    }
}

/* splitmix64 (Steele, Lea and Flood, 2014). */
static uint64_t chance_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t pick(struct world *world, size_t n)
{
    return (size_t)(chance_next(&world->chance) % n);
}

bool happens(struct world *world, unsigned percent)
{
    return pick(world, 100) < percent;
}

void world_open(struct world *world, uint64_t seed)
{
    *world = (struct world){.seed = seed, .chance = seed, .doing = "opening"};
    assert_int_equal(skep_keys_init(&world->keys, "model", NULL), SKEP_OK);
    model_init(&world->model);
    world->redis = test_redis_start(NULL);
    world->watcher = open_conn(world->redis->url, (struct skep_conn_options){0});
    world->agent = open_conn(world->redis->url, (struct skep_conn_options){0});
    world->spare = open_conn(world->redis->url, (struct skep_conn_options){0});
    for (size_t i = 0; i < WORLD_SLOTS; i++) {
        world->slots[i].conn = make_conn(world->redis->url, (struct skep_conn_options){0});
        slot_incarnate(world, &world->slots[i]);
    }
    for (size_t i = 0; i < WORLD_PRODUCERS; i++) {
        world->producers[i].conn = make_conn(world->redis->url, (struct skep_conn_options){0});
        producer_open(world, &world->producers[i]);
    }
    for (size_t i = 0; i < WORLD_CONSUMERS; i++) {
        world->consumers[i].conn = make_conn(world->redis->url, (struct skep_conn_options){0});
        consumer_open(world, &world->consumers[i]);
    }
}

void world_close(struct world *world)
{
    for (size_t i = 0; i < WORLD_SLOTS; i++) {
        skep_conn_free(world->slots[i].conn);
        records_release(&world->slots[i].held);
        records_release(&world->slots[i].words);
    }
    for (size_t i = 0; i < WORLD_PRODUCERS; i++) {
        skep_conn_free(world->producers[i].conn);
        records_release(&world->producers[i].history);
    }
    for (size_t i = 0; i < WORLD_CONSUMERS; i++) {
        skep_conn_free(world->consumers[i].conn);
        records_release(&world->consumers[i].hand);
    }
    skep_conn_free(world->watcher);
    skep_conn_free(world->agent);
    skep_conn_free(world->spare);
    model_release(&world->model);
    ledger_release(&world->ledger);
    records_release(&world->agent_words);
    if (world->has_saved) {
        model_release(&world->saved_model);
        ledger_release(&world->saved_ledger);
    }
    test_redis_stop(world->redis);
}

void world_check(struct world *world)
{
    struct skep_queue_status status = {.stat = world->model.stat, .n_held = model_n_held(&world->model)};
    struct observation seen;
    char words[WORLD_WORDS_BYTES];

    observe_read(world->watcher, &world->keys, &world->model, &seen);
    world->now_ms = seen.now_ms;
    if (!observe_equals(&seen, &world->model, words, sizeof words)) {
        world_fail(world, "%s", words);
    }
    if (!ledger_check(&world->ledger, &seen, words, sizeof words)) {
        world_fail(world, "%s", words);
    }
    if (!model_range_check(&world->model, words, sizeof words)) {
        world_fail(world, "%s", words);
    }
    world_need(world, skep_queue_audit(&status) == 0, "taken is not what became of the tasks");
    world_need(world, world->model.out.n + (uint64_t)status.stat.collected == world->ledger.n_published,
               "results are missing, or there are too many");
    if (!observe_account_equals(world->watcher, &world->keys, &world->model, words, sizeof words)) {
        world_fail(world, "%s", words);
    }
}

/* Records are small, or too large to be copied lightly by a script, or bytes that are no text. */
struct record world_make_task(struct world *world)
{
    static const char binary[] = "\0\r\n\xff#skep i=9\n";
    char text[800];
    size_t number = world->n_tasks, n = 0;
    unsigned looks;

    if (number > 0 && happens(world, 15)) {
        number -= 1 + pick(world, number < 40 ? number : 40);
    } else {
        world->n_tasks++;
    }
    looks = (unsigned)(number * 2654435761u >> 7) % 100; /* of the number: equal numbers are equal bytes */
    if (looks < 50) {
        n = (size_t)snprintf(text, sizeof text, "#skep i=%zu q=17\n", number % 7);
    }
    n += (size_t)snprintf(text + n, sizeof text - n, "{\"t\":%zu}", number);
    if (looks % 10 == 0) {
        memset(text + n, 'x', 600);
        n += 600;
    } else if (looks % 10 == 1) {
        memcpy(text + n, binary, sizeof binary);
        n += sizeof binary;
    }
    return record_make(text, n);
}

/* A server that has forgotten the scripts would answer that, and do nothing. */
void world_lose_replies(struct world *world, struct skep_conn *conn)
{
    if (world->has_forgotten) {
        world_need(world, skep_script_load_all(world->agent, NULL) == SKEP_OK, "teaching the scripts");
        world->has_forgotten = false;
    }
    world->lost_client = ask(conn, "CLIENT ID")->integer;
    assert_int_equal(shutdown(skep_conn_fd(conn), SHUT_RD), 0);
}

void world_lose_requests(struct skep_conn *conn)
{
    assert_int_equal(shutdown(skep_conn_fd(conn), SHUT_WR), 0);
}

/* The server notices that a line was closed when it has read, and executed, all that came before. A long
 * request takes it several turns, between which it answers others. */
static bool world_has_noticed(void *context)
{
    const struct world *world = context;
    char words[64];

    snprintf(words, sizeof words, "CLIENT LIST ID %" PRId64, world->lost_client);
    return ask(world->watcher, words)->length == 0;
}

void world_wait_until_done(struct world *world)
{
    world_need(world, test_until(world_has_noticed, world, 60000), "the server to notice a closed line");
}

/* ---- the server itself ---- */

void server_forget_scripts(struct world *world)
{
    ask(world->watcher, "SCRIPT FLUSH");
    world->has_forgotten = true;
}

void server_save(struct world *world)
{
    if (world->has_saved) {
        model_release(&world->saved_model);
        ledger_release(&world->saved_ledger);
    }
    observe_save(world->watcher);
    model_copy(&world->model, &world->saved_model);
    ledger_copy(&world->ledger, &world->saved_ledger);
    memcpy(world->saved_ranges, world->ranges, sizeof world->ranges);
    world->has_saved = true;
}

/* As after a restart from older data: everybody else remembers what the server has forgotten. */
void server_restore(struct world *world)
{
    if (!world->has_saved) {
        return;
    }
    observe_restore(world->watcher);
    model_release(&world->model);
    model_copy(&world->saved_model, &world->model);
    ledger_release(&world->ledger);
    ledger_copy(&world->saved_ledger, &world->ledger);
    memcpy(world->ranges, world->saved_ranges, sizeof world->ranges);
}

/* Redis' clock cannot be set: what waits for a time is brought nearer. */
void time_leap(struct world *world)
{
    static const char script[] = "for _, task in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do "
                                 "redis.call('ZINCRBY', KEYS[1], -ARGV[1], task) end";
    int64_t ms = happens(world, 50) ? 1000000 : 1000 + (int64_t)pick(world, 3000000);
    struct skep_reply *reply;

    skep_conn_begin(world->watcher, 5);
    skep_conn_arg_text(world->watcher, "EVAL");
    skep_conn_arg_text(world->watcher, script);
    skep_conn_arg_text(world->watcher, "1");
    skep_conn_arg_text(world->watcher, world->keys.delayed);
    skep_conn_arg_i64(world->watcher, ms);
    world_need(world, skep_conn_call(world->watcher, -1, &reply, NULL) == SKEP_OK, "time does not leap");
    model_leap(&world->model, ms);
}
