/* SPDX-License-Identifier: MIT */
/* The server is killed again and again under load, and comes back with what it has on disk. With the
 * append-only file synced at every write that is everything that it has acknowledged. Synced every second it
 * may forget the last of it: pushes that nobody sends again are then missing, and tasks that were done come
 * again. The end of a process alone rarely shows that, because the kernel still writes what it was given; the
 * end of the power does, and is played by cutting the file to the length that it had some time before. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "chaos/row.h"
#include "chaos/supply.h"

enum {
    SERVER_N_WORKERS = 4,
    SERVER_CHUNK = 3000,
    SERVER_LIFE_MS = 600,
    SERVER_LIFE_POWER_MS = 1500,
    SERVER_DOWN_MS = 400,
    SERVER_DOWN_LONG_MS = 2500, /* long enough for pauses of two seconds */
    SERVER_FORGETS_MS = 2000,
    SERVER_RESUME_MS = 2000
};

static const char *const server_slots[] = {"--slots", "2", NULL};
static const char *const server_always[] = {"--appendonly", "yes", "--appendfsync", "always", NULL};
static const char *const server_everysec[] = {
    "--appendonly", "yes", "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0", NULL};

/* What a row is about. */
enum server_loss { SERVER_LOSES_NOTHING, SERVER_LOSES_UNSYNCED, SERVER_LOSES_POWER };

/* How long the file was, and when: the last 2 s and a little more. */
enum { SERVER_N_LENGTHS = 256 };

struct server_length {
    int64_t at_ms;
    off_t bytes;
};

struct server_state {
    struct skep_supply supply;
    struct skep_times resumes;
    enum server_loss loss;
    int64_t life_ms;                                /* of the server, on average */
    struct server_length lengths[SERVER_N_LENGTHS]; /* a ring */
    size_t n_lengths;
    uint64_t n_cut_bytes;
};

/* ---- the power ---- */

static void server_file(const struct skep_play *play, char path[PATH_MAX])
{
    skep_cast_path(&play->cast, "appendonlydir/appendonly.aof.1.incr.aof", path);
}

static void server_note_length(struct skep_play *play, struct server_state *state)
{
    char path[PATH_MAX];
    struct stat info;

    server_file(play, path);
    if (stat(path, &info) == 0) {
        state->lengths[state->n_lengths++ % SERVER_N_LENGTHS] =
            (struct server_length){skep_monotonic_ms(), info.st_size};
    }
}

/* Cut the file to what it was up to two seconds ago: what Redis promises to have synced. */
static void server_lose_power(struct skep_play *play, struct server_state *state)
{
    int64_t since_ms = skep_monotonic_ms() - (int64_t)skep_chance_below(&play->chance, SERVER_FORGETS_MS);
    size_t n = state->n_lengths < SERVER_N_LENGTHS ? state->n_lengths : SERVER_N_LENGTHS;
    off_t longest = 0;
    char path[PATH_MAX];
    struct stat info;

    for (size_t i = 0; i < n; i++) {
        if (state->lengths[i].at_ms <= since_ms && state->lengths[i].bytes > longest) {
            longest = state->lengths[i].bytes;
        }
    }
    server_file(play, path);
    if (longest > 0 && stat(path, &info) == 0 && truncate(path, longest) == 0) {
        state->n_cut_bytes += (uint64_t)(info.st_size - longest);
    }
    state->n_lengths = 0;
}

/* Let time pass, noting how the file grows. */
static skep_status server_run_for(struct skep_play *play, struct server_state *state, int64_t ms,
                                  struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + ms;
    skep_status st;

    do {
        st = skep_supply_for(&state->supply, play, 20, err);
        server_note_length(play, state);
    } while (st == SKEP_OK && skep_monotonic_ms() < until_ms);
    return st;
}

/* ---- the storm ---- */

/* A push that has ended cannot be sent again: what was acknowledged shortly before may be gone. */
static void server_excuse(struct skep_play *play, const struct server_state *state)
{
    const struct skep_supply *supply = &state->supply;

    if (state->loss != SERVER_LOSES_NOTHING && supply->acked_ms > 0 &&
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
    if (state->loss == SERVER_LOSES_POWER) {
        server_lose_power(play, state);
    }
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
        st = server_run_for(play, state, skep_chance_life_ms(&play->chance, state->life_ms), err);
        st = st == SKEP_OK ? server_kill_once(play, state, args, err) : st;
        st = st == SKEP_OK ? server_keep_consumer(play, err) : st;
    }
    while (st == SKEP_OK && !skep_play_is_over(play)) {
        st = skep_play_tick(play, err);
        st = st == SKEP_OK ? server_keep_consumer(play, err) : st;
    }
    return st;
}

static skep_status server_perform(struct skep_play *play, enum server_loss loss, struct skep_error *err)
{
    const bool forgets = loss != SERVER_LOSES_NOTHING;
    const char *const *args = forgets ? server_everysec : server_always;
    const uint64_t n_kills = play->is_long ? 100 : loss == SERVER_LOSES_POWER ? 4 : 8;
    const struct skep_stat *stat = &play->books.status.stat;
    struct server_state state = {
        .supply = {.format = "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.004}}",
                   .chunk = SERVER_CHUNK,
                   .end = n_kills * 3 * SERVER_CHUNK},
        .loss = loss,
        .life_ms = loss == SERVER_LOSES_POWER ? SERVER_LIFE_POWER_MS : SERVER_LIFE_MS,
    };
    skep_status st = skep_play_begin(play, args, state.supply.end, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, SERVER_N_WORKERS, server_slots, err) : st;
    st = st == SKEP_OK ? server_storm(play, &state, args, n_kills, err) : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_note(play->report, "%zu kills", state.resumes.n);
        skep_supply_report_times(play, &state.resumes, "work resumed after", SERVER_RESUME_MS);
        /* A server that is back in the past knows slots that are no more: their lease ends, and what was at
         * the head of their hands is blamed. */
        skep_report_most(play->report, "crashes", stat->crashes, forgets ? INT64_MAX : 0);
        skep_report_most(play->report, "reaped", stat->reaped, forgets ? INT64_MAX : 0);
        skep_report_most(play->report, "out of step", stat->out_of_step, forgets ? INT64_MAX : 0);
        if (loss == SERVER_LOSES_POWER) {
            skep_report_check(play->report, state.n_cut_bytes > 0, "%" PRIu64 " bytes of the file lost",
                              state.n_cut_bytes);
        }
        skep_report_note(play->report, "cycles answered from memory %" PRId64, stat->replays);
    }
    skep_times_release(&state.resumes);
    return st;
}

static skep_status server_perform_always(struct skep_play *play, struct skep_error *err)
{
    return server_perform(play, SERVER_LOSES_NOTHING, err);
}

static skep_status server_perform_everysec(struct skep_play *play, struct skep_error *err)
{
    play->may_repeat = INT64_MAX;
    return server_perform(play, SERVER_LOSES_UNSYNCED, err);
}

static skep_status server_perform_power(struct skep_play *play, struct skep_error *err)
{
    play->may_repeat = INT64_MAX;
    return server_perform(play, SERVER_LOSES_POWER, err);
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

const struct skep_row skep_row_power = {
    .name = "power",
    .fault = "power lost under Redis, append-only file synced every second",
    .small = "4 times",
    .large = "100 times",
    .holds = "lost: only what was pushed in the last 2 s; what was done in them may be done again",
    .perform = server_perform_power,
};
