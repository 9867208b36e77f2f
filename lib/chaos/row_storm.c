/* SPDX-License-Identifier: MIT */
/* An administrator gone mad: ten times a second every line is closed and every script forgotten. Everybody
 * comes back, but not all at once and not more often than they are thrown out. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "chaos/row.h"
#include "chaos/supply.h"

enum { STORM_N_WORKERS = 4, STORM_CHUNK = 3000, STORM_EVERY_MS = 100, STORM_RESUME_MS = 2000 };

static const char *const storm_slots[] = {"--slots", "3", NULL};

/* The number behind NAME in INFO; -1 when there is none. */
static int64_t storm_info(struct skep_play *play, const char *name)
{
    struct skep_reply *reply;
    const char *at;

    if (skep_cast_ask(&play->cast, &reply, NULL, "INFO", NULL) != SKEP_OK) {
        return -1;
    }
    at = strstr(reply->bytes, name);
    return at != NULL ? strtoll(at + strlen(name), NULL, 10) : -1;
}

struct storm_state {
    struct skep_supply supply;
    struct skep_times resumes;
    uint64_t n_kills;
    int64_t n_clients;    /* at the start */
    int64_t n_connected;  /* in the storm */
    int64_t most_at_once; /* between two kills */
    int64_t spent_ms, done_before, done_in_it;
};

static skep_status storm_strike(struct skep_play *play, struct storm_state *state, struct skep_error *err)
{
    int64_t before = storm_info(play, "total_connections_received:"), came;
    skep_status st =
        skep_cast_ask(&play->cast, NULL, err, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes", NULL);

    st = st == SKEP_OK ? skep_cast_ask(&play->cast, NULL, err, "SCRIPT", "FLUSH", NULL) : st;
    st = st == SKEP_OK ? skep_supply_for(&state->supply, play, STORM_EVERY_MS, err) : st;
    came = storm_info(play, "total_connections_received:") - before;
    state->n_kills++;
    state->n_connected += came;
    state->most_at_once = came > state->most_at_once ? came : state->most_at_once;
    return st;
}

static skep_status storm_rage(struct skep_play *play, struct storm_state *state, struct skep_error *err)
{
    int64_t storm_ms = play->is_long ? 60000 : 5000;
    int64_t began_ms = skep_monotonic_ms();
    skep_status st = SKEP_OK;

    state->n_clients = storm_info(play, "connected_clients:");
    state->done_before = play->books.status.stat.done;
    while (st == SKEP_OK && skep_monotonic_ms() - began_ms < storm_ms) {
        st = storm_strike(play, state, err);
    }
    state->spent_ms = skep_monotonic_ms() - began_ms;
    state->done_in_it = play->books.status.stat.done - state->done_before;
    return st == SKEP_OK ? skep_supply_await_work(&state->supply, play, skep_monotonic_ms(), false,
                                                  &state->resumes, err)
                         : st;
}

static void storm_report(struct skep_play *play, struct storm_state *state)
{
    const struct skep_stat *stat = &play->books.status.stat;
    double each = (double)state->n_connected / (double)(state->n_kills * (uint64_t)state->n_clients);

    skep_report_note(play->report, "%" PRIu64 " times all of %" PRId64 " lines closed", state->n_kills,
                     state->n_clients);
    skep_report_note(play->report, "%.0f connects/s, at most %" PRId64 " between two times",
                     1000.0 * (double)state->n_connected / (double)state->spent_ms, state->most_at_once);
    /* Twice: a line may be closed while it says hello, and commands come and go. */
    skep_report_check(play->report, each <= 2, "connects for each line closed %.2f (limit 2)", each);
    skep_report_check(play->report, state->done_in_it > 0, "done in the storm %" PRId64, state->done_in_it);
    skep_report_most(play->report, "crashes", stat->crashes, 0);
    skep_report_most(play->report, "declared dead", stat->reaped, 0);
    skep_report_note(play->report, "cycles answered from memory %" PRId64, stat->replays);
    skep_supply_report_times(play, &state->resumes, "work resumed after", STORM_RESUME_MS);
}

static skep_status storm_perform(struct skep_play *play, struct skep_error *err)
{
    struct storm_state state = {
        .supply = {.format = "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.004}}",
                   .chunk = STORM_CHUNK,
                   .end = (play->is_long ? 80 : 10) * STORM_CHUNK}};
    skep_status st = skep_play_begin(play, NULL, state.supply.end, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, STORM_N_WORKERS, storm_slots, err) : st;
    st = st == SKEP_OK ? skep_supply_for(&state.supply, play, 1000, err) : st;
    st = st == SKEP_OK
             ? skep_supply_await_work(&state.supply, play, skep_monotonic_ms(), false, &state.resumes, err)
             : st;
    state.resumes.n = 0; /* that was the start */
    st = st == SKEP_OK ? storm_rage(play, &state, err) : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        storm_report(play, &state);
    }
    skep_times_release(&state.resumes);
    return st;
}

const struct skep_row skep_row_storm = {
    .name = "storm",
    .fault = "CLIENT KILL of every line and SCRIPT FLUSH every 100 ms",
    .small = "5 s",
    .large = "60 s",
    .holds = "no storm of connects, work goes on in it",
    .perform = storm_perform,
};
