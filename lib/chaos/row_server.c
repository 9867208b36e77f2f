/* SPDX-License-Identifier: MIT */
/* The server is killed again and again under load, and comes back with what it has on disk. With the
 * append-only file synced at every write that is everything that it has acknowledged. Synced every second it
 * may forget the last of it: pushes that nobody sends again are then missing, and tasks that were done come
 * again. */
#include <inttypes.h>
#include <signal.h>

#include "base/clock.h"
#include "chaos/row.h"
#include "chaos/supply.h"

enum {
    SERVER_N_WORKERS = 4,
    SERVER_CHUNK = 3000,
    SERVER_LIFE_MS = 600,
    SERVER_DOWN_MS = 400,
    SERVER_DOWN_LONG_MS = 2500, /* long enough for pauses of two seconds */
    SERVER_FORGETS_MS = 2000,
    SERVER_RESUME_MS = 2000
};

static const char *const server_slots[] = {"--slots", "2", NULL};
static const char *const server_always[] = {"--appendonly", "yes", "--appendfsync", "always", NULL};
static const char *const server_everysec[] = {"--appendonly", "yes", "--appendfsync", "everysec", NULL};

struct server_state {
    struct skep_supply supply;
    struct skep_times resumes;
    bool forgets;
};

/* A push that has ended cannot be sent again: what was acknowledged shortly before may be gone. */
static void server_excuse(struct skep_play *play, const struct server_state *state)
{
    const struct skep_supply *supply = &state->supply;

    if (state->forgets && supply->acked_ms > 0 &&
        skep_monotonic_ms() - supply->acked_ms <= SERVER_FORGETS_MS) {
        play->may_lose += (int64_t)supply->acked_n;
    }
}

static skep_status server_kill_once(struct skep_play *play, struct server_state *state,
                                    const char *const *args, struct skep_error *err)
{
    int64_t down_ms =
        (int64_t)skep_chance_below(&play->chance, play->is_long ? SERVER_DOWN_LONG_MS : SERVER_DOWN_MS);
    int64_t answered_ms;
    skep_status st;

    server_excuse(play, state);
    play->is_blind = true;
    skep_actor_end(&play->cast.server, SIGKILL, 0);
    skep_conn_close(play->cast.conn);
    st = skep_supply_for(&state->supply, play, down_ms, err);
    st = st == SKEP_OK ? skep_cast_start_server(&play->cast, args, err) : st;
    answered_ms = skep_monotonic_ms();
    play->is_blind = false;
    return st == SKEP_OK
               ? skep_supply_await_work(&state->supply, play, answered_ms, false, &state->resumes, err)
               : st;
}

/* A consumer whose list is not what it was has ended: another one goes on. */
static skep_status server_keep_consumer(struct skep_play *play, struct skep_error *err)
{
    return skep_actor_is_over(&play->cast.consumer) ? skep_cast_start_consumer(&play->cast, err) : SKEP_OK;
}

static skep_status server_storm(struct skep_play *play, struct server_state *state, const char *const *args,
                                uint64_t n_kills, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (uint64_t i = 0; st == SKEP_OK && i < n_kills; i++) {
        st = skep_supply_for(&state->supply, play, skep_chance_life_ms(&play->chance, SERVER_LIFE_MS), err);
        st = st == SKEP_OK ? server_kill_once(play, state, args, err) : st;
        st = st == SKEP_OK ? server_keep_consumer(play, err) : st;
    }
    return st;
}

static skep_status server_perform(struct skep_play *play, bool forgets, struct skep_error *err)
{
    const char *const *args = forgets ? server_everysec : server_always;
    const uint64_t n_kills = play->is_long ? 100 : 8;
    const struct skep_stat *stat = &play->books.status.stat;
    struct server_state state = {
        .supply = {.format = "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.004}}",
                   .chunk = SERVER_CHUNK,
                   .end = n_kills * 3 * SERVER_CHUNK},
        .forgets = forgets,
    };
    skep_status st = skep_play_begin(play, args, state.supply.end, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, SERVER_N_WORKERS, server_slots, err) : st;
    st = st == SKEP_OK ? server_storm(play, &state, args, n_kills, err) : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_note(play->report, "%zu kills", state.resumes.n);
        skep_supply_report_times(play, &state.resumes, "work resumed after", SERVER_RESUME_MS);
        skep_report_most(play->report, "crashes", stat->crashes, 0);
        skep_report_most(play->report, "reaped", stat->reaped, forgets ? INT64_MAX : 0);
        skep_report_most(play->report, "out of step", stat->out_of_step, forgets ? INT64_MAX : 0);
        skep_report_note(play->report, "cycles answered from memory %" PRId64, stat->replays);
    }
    skep_times_release(&state.resumes);
    return st;
}

static skep_status server_perform_always(struct skep_play *play, struct skep_error *err)
{
    return server_perform(play, false, err);
}

static skep_status server_perform_everysec(struct skep_play *play, struct skep_error *err)
{
    play->may_repeat = INT64_MAX;
    return server_perform(play, true, err);
}

const struct skep_row skep_row_server = {
    .name = "server",
    .fault = "kill -9 of Redis under load, append-only file synced always",
    .small = "8 kills",
    .large = "100 kills",
    .holds = "work resumes within 2 s of the first answer",
    .perform = server_perform_always,
};

const struct skep_row skep_row_everysec = {
    .name = "everysec",
    .fault = "kill -9 of Redis under load, append-only file synced every second",
    .small = "8 kills",
    .large = "100 kills",
    .holds = "lost: only what was pushed in the last 2 s; work resumes within 2 s",
    .perform = server_perform_everysec,
};
