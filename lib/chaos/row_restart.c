/* SPDX-License-Identifier: MIT */
/* A deploy that never ends: workers are told to stop with SIGTERM and started anew, one after the other. */
#include "chaos/row.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

enum { RESTART_N_WORKERS = 4, RESTART_PAUSE_MS = 150 };

/* A grace shorter than the long ones among the tasks: those are given back, again and again. */
static const char *const restart_args[] = {"--slots", "2", "--grace", "0.2", NULL};

struct restart_state {
    uint64_t n_later; /* results that are not of the first attempt */
};

static void restart_look(struct skep_play *play, int64_t number, const char *line, size_t n)
{
    static const char first[] = "\"attempt\":1,";
    struct restart_state *state = play->row_state;

    (void)number;
    state->n_later += memmem(line, n, first, sizeof first - 1) == NULL;
}

static skep_status restart_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_restarts = play->is_long ? 100 : 20;
    const uint64_t n_short = n_restarts * 1500, n_long = 40;
    const struct skep_stat *stat = &play->books.status.stat;
    struct restart_state state = {0};
    uint64_t n_bad_ends = 0;
    skep_status st;

    play->row_state = &state;
    play->on_result = restart_look;
    st = skep_play_begin(play, NULL, n_long + n_short, err);
    st = st == SKEP_OK ? skep_play_start_workers(play, RESTART_N_WORKERS, restart_args, err) : st;
    st = st == SKEP_OK ? skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.5}}", 0,
                                        n_long, err)
                       : st;
    while (st == SKEP_OK && skep_play_is_pushing(play)) {
        st = skep_play_tick(play, err);
    }
    st = st == SKEP_OK ? skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}",
                                        n_long, n_short, err)
                       : st;
    for (uint64_t i = 0; st == SKEP_OK && i < n_restarts; i++) {
        struct skep_actor *worker = &play->cast.workers[i % RESTART_N_WORKERS];
        st = skep_play_tick_for(play, RESTART_PAUSE_MS, err);
        skep_actor_end(worker, SIGTERM, SKEP_CAST_END_MS);
        n_bad_ends += !skep_actor_has_succeeded(worker);
        st = st == SKEP_OK
                 ? skep_cast_start_worker(&play->cast, i % RESTART_N_WORKERS, restart_args, NULL, err)
                 : st;
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_note(play->report, "%" PRIu64 " restarts, %" PRId64 " tasks given back", n_restarts,
                         stat->given_back);
        skep_report_most(play->report, "ends that were not in order", (int64_t)n_bad_ends, 0);
        skep_report_most(play->report, "results of a later attempt", (int64_t)state.n_later, 0);
        skep_report_most(play->report, "retried", stat->retried, 0);
        skep_report_most(play->report, "crashes", stat->crashes, 0);
        skep_report_most(play->report, "failed", (int64_t)play->ledger.n_failed, 0);
    }
    return st;
}

const struct skep_row skep_row_restart = {
    .name = "restart",
    .fault = "rolling restarts with SIGTERM under load, some tasks longer than the grace",
    .small = "20 restarts",
    .large = "100 restarts",
    .holds = "no attempt used up",
    .perform = restart_perform,
};
