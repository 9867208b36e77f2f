/* SPDX-License-Identifier: MIT */
/* Every task fails for want of its input; then the input is there, and `skep dead requeue --all` is killed
 * again and again before it gets through: each task is in the queue or among the dead letters, and once. The
 * command talks through a slow line, for else it would be done before one can kill it. */
#include "chaos/row.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>

#include "base/clock.h"
#include "chaos/array.h"

enum { REQUEUE_N_WORKERS = 2, REQUEUE_DELAY_MS = 40 };

/* How many items there are, and of how many tasks: the ids t0 to tN-1 and no others. */
static const char requeue_count[] =
    "local seen, n_items, n_tasks = {}, 0, 0 "
    "for _, key in ipairs(KEYS) do for _, item in ipairs(redis.call('LRANGE', key, 0, -1)) do "
    "n_items = n_items + 1 "
    "local number = tonumber(string.match(item, '\"id\":\"t(%d+)\"') or '') "
    "if number and number < tonumber(ARGV[1]) and not seen[number] then "
    "seen[number] = true n_tasks = n_tasks + 1 end end end "
    "return {n_items, n_tasks}";

struct requeue_state {
    uint64_t n_tasks, n_kills;
    uint64_t n_killed, n_midway; /* midway: some letters had been moved and some had not */
    int64_t n_lost, n_doubled;   /* at all looks together */
};

static const char *const requeue_command[] = {"dead", "requeue", "-q", "chaos", "--all", NULL};

static void requeue_stop_workers(struct skep_play *play)
{
    for (size_t i = 0; i < REQUEUE_N_WORKERS; i++) {
        skep_actor_end(&play->cast.workers[i], SIGTERM, SKEP_CAST_END_MS);
    }
}

static skep_status requeue_start_workers(struct skep_play *play, struct skep_error *err)
{
    const char *const args[] = {"--slots", "2", "--data", play->cast.folder, NULL};

    return skep_play_start_workers(play, REQUEUE_N_WORKERS, args, err);
}

/* Make all of them dead letters; what has been seen so far is forgotten then, so that in the end the ledger
 * has the second results alone. */
static skep_status requeue_bury(struct skep_play *play, const struct requeue_state *state,
                                struct skep_error *err)
{
    skep_status st = requeue_start_workers(play, err);

    st = st == SKEP_OK
             ? skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"sum\",\"args\":{\"x\":\"late.npy\"}}", 0,
                              state->n_tasks, err)
             : st;
    st = st == SKEP_OK ? skep_play_until_seen(play, state->n_tasks, err) : st;
    if (st == SKEP_OK) {
        const struct skep_ledger *ledger = &play->ledger;
        requeue_stop_workers(play);
        skep_report_check(play->report,
                          ledger->n_failed == state->n_tasks && ledger->n_good == 0 &&
                              ledger->n_duplicated == 0 && ledger->n_unexpected == 0,
                          "dead letters %" PRIu64, ledger->n_failed);
        skep_ledger_forget_seen(&play->ledger);
    }
    return st;
}

/* ---- kills ---- */

/* Whatever the server was asked for last and does only later: this sees one moment. */
static skep_status requeue_check(struct skep_play *play, struct requeue_state *state, struct skep_error *err)
{
    const struct skep_keys *keys = &play->cast.keys;
    struct skep_reply *reply;
    char n_tasks[24];
    skep_status st;

    snprintf(n_tasks, sizeof n_tasks, "%" PRIu64, state->n_tasks);
    st = skep_cast_ask(&play->cast, &reply, err, "EVAL", requeue_count, "2", keys->queue, keys->dead, n_tasks,
                       NULL);
    if (st == SKEP_OK && (reply->kind != SKEP_REPLY_ARRAY || reply->n != 2)) {
        st = skep_error_set(err, SKEP_E_PROTOCOL, "the server does not count");
    }
    if (st == SKEP_OK) {
        state->n_lost += (int64_t)state->n_tasks - reply->items[1].integer;
        state->n_doubled += reply->items[0].integer - reply->items[1].integer;
    }
    return st;
}

static skep_status requeue_length(struct skep_play *play, const char *key, int64_t *n_out,
                                  struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st = skep_cast_ask(&play->cast, &reply, err, "LLEN", key, NULL);

    *n_out = st == SKEP_OK && reply->kind == SKEP_REPLY_INT ? reply->integer : 0;
    return st;
}

/* Begin, wait until N are in the queue, kill, and look. */
static skep_status requeue_kill(struct skep_play *play, struct requeue_state *state, uint64_t n,
                                struct skep_error *err)
{
    int64_t life_ms = (int64_t)skep_chance_below(&play->chance, REQUEUE_DELAY_MS);
    int64_t n_waiting = 0, n_dead = 0;
    struct skep_actor command = {0};
    skep_status st = skep_cast_start_skep(&play->cast, &command, requeue_command, NULL, err);

    while (st == SKEP_OK && (uint64_t)n_waiting < n && !skep_actor_is_over(&command)) {
        st = skep_play_tick(play, err);
        st = st == SKEP_OK ? requeue_length(play, play->cast.keys.queue, &n_waiting, err) : st;
    }
    skep_sleep_ms(st == SKEP_OK ? life_ms : 0);
    if (!skep_actor_is_over(&command)) {
        skep_actor_end(&command, SIGKILL, SKEP_CAST_END_MS);
        state->n_killed++;
    }
    st = st == SKEP_OK ? requeue_check(play, state, err) : st;
    st = st == SKEP_OK ? requeue_length(play, play->cast.keys.dead, &n_dead, err) : st;
    state->n_midway += n_waiting > 0 && n_dead > 0;
    return st;
}

static skep_status requeue_kill_all(struct skep_play *play, struct requeue_state *state,
                                    struct skep_error *err)
{
    const struct skep_proxy_rule slow = {
        .fault = SKEP_PROXY_DELAY, .needle = "EVALSHA", .delay_ms = REQUEUE_DELAY_MS};
    skep_status st = skep_cast_start_proxy(&play->cast, skep_chance_u64(&play->chance), err);

    st = st == SKEP_OK ? skep_proxy_add_rule(play->cast.proxy, &slow, err) : st;
    for (uint64_t i = 0; st == SKEP_OK && i < state->n_kills; i++) {
        st = requeue_kill(play, state, (i + 1) * state->n_tasks / (state->n_kills + 2), err);
    }
    if (st == SKEP_OK) {
        skep_proxy_clear_rules(play->cast.proxy);
    }
    return st;
}

/* ---- the end ---- */

/* The same command, left alone, does the rest; then the tasks can work. */
static skep_status requeue_rest(struct skep_play *play, struct requeue_state *state, struct skep_error *err)
{
    struct skep_actor command = {0};
    int64_t n_dead = 0;
    skep_status st = skep_cast_run_skep(&play->cast, &command, requeue_command, NULL, err);

    st = st == SKEP_OK ? requeue_check(play, state, err) : st;
    st = st == SKEP_OK ? requeue_length(play, play->cast.keys.dead, &n_dead, err) : st;
    if (st == SKEP_OK) {
        skep_report_check(play->report, skep_actor_has_succeeded(&command) && n_dead == 0,
                          "then finished: dead letters left %" PRId64, n_dead);
        st = requeue_start_workers(play, err);
    }
    return st;
}

static skep_status requeue_write_input(struct skep_play *play, struct skep_error *err)
{
    char path[PATH_MAX];
    struct skep_buf bytes;
    skep_status st;

    skep_buf_init(&bytes, SKEP_ARRAY_BYTES(1));
    skep_chaos_array_make(&bytes, 1, 1);
    st = skep_chaos_array_write(skep_cast_path(&play->cast, "late.npy", path), O_CREAT, &bytes, err);
    skep_buf_release(&bytes);
    return st;
}

static void requeue_report(struct skep_play *play, const struct requeue_state *state)
{
    const struct skep_stat *stat = &play->books.status.stat;

    skep_report_check(play->report, state->n_midway > state->n_kills / 2,
                      "killed %" PRIu64 " times, %" PRIu64 " of them midway", state->n_killed,
                      state->n_midway);
    skep_report_check(play->report, state->n_lost == 0, "lost at a kill %" PRId64, state->n_lost);
    skep_report_check(play->report, state->n_doubled == 0, "doubled at a kill %" PRId64, state->n_doubled);
    skep_report_check(play->report, (uint64_t)stat->requeued == state->n_tasks, "requeued %" PRId64,
                      stat->requeued);
    skep_report_check(play->report, play->ledger.n_good == state->n_tasks, "succeeded %" PRIu64,
                      play->ledger.n_good);
}

static skep_status requeue_perform(struct skep_play *play, struct skep_error *err)
{
    struct requeue_state state = {.n_tasks = play->is_long ? 100000 : 10000,
                                  .n_kills = play->is_long ? 20 : 4};
    skep_status st = skep_play_begin(play, NULL, state.n_tasks, err);

    st = st == SKEP_OK ? requeue_bury(play, &state, err) : st;
    st = st == SKEP_OK ? requeue_write_input(play, err) : st;
    st = st == SKEP_OK ? requeue_kill_all(play, &state, err) : st;
    st = st == SKEP_OK ? requeue_rest(play, &state, err) : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        requeue_report(play, &state);
    }
    return st;
}

const struct skep_row skep_row_requeue = {
    .name = "requeue",
    .fault = "kill -9 of skep dead requeue --all, and the same command again",
    .small = "10,000 dead letters, 4 times",
    .large = "100,000 dead letters, 20 times",
    .holds = "after each kill every task is in the queue or among the dead letters, once; in the end each "
             "has succeeded once",
    .perform = requeue_perform,
};
