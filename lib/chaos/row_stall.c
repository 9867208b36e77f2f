/* SPDX-License-Identifier: MIT */
/* The server stands still for much longer than a lease, and every line with it. Nobody is dead for that: only
 * time in which the server answered counts. */
#include <inttypes.h>
#include <signal.h>

#include "base/clock.h"
#include "chaos/row.h"
#include "chaos/supply.h"

enum { STALL_CHUNK = 800, STALL_BETWEEN_MS = 2000, STALL_RESUME_MS = 5000 };

static const char *const stall_slots[] = {"--slots", "1", NULL};

static skep_status stall_once(struct skep_play *play, struct skep_supply *supply, int64_t stall_ms,
                              struct skep_times *resumes, struct skep_error *err)
{
    int64_t went_on_ms;
    skep_status st = skep_supply_for(supply, play, STALL_BETWEEN_MS, err);

    if (st != SKEP_OK) {
        return st;
    }
    play->is_blind = true;
    skep_actor_signal(&play->cast.server, SIGSTOP);
    st = skep_supply_for(supply, play, stall_ms, err);
    skep_actor_signal(&play->cast.server, SIGCONT);
    play->is_blind = false;
    went_on_ms = skep_monotonic_ms();
    return st == SKEP_OK ? skep_supply_await_work(supply, play, went_on_ms, true, resumes, err) : st;
}

static skep_status stall_perform(struct skep_play *play, struct skep_error *err)
{
    const size_t n_workers = play->is_long ? 20 : 6;
    const uint64_t n_rounds = play->is_long ? 5 : 1;
    const struct skep_stat *stat = &play->books.status.stat;
    struct skep_supply supply = {.format = "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}",
                                 .chunk = STALL_CHUNK,
                                 .end = n_rounds * (play->is_long ? 8 : 3) * STALL_CHUNK};
    struct skep_times resumes = {0};
    skep_status st = skep_play_begin(play, NULL, supply.end, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, n_workers, stall_slots, err) : st;
    for (uint64_t i = 0; st == SKEP_OK && i < n_rounds; i++) {
        st = stall_once(play, &supply, play->is_long ? 30000 : 7000, &resumes, err);
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_note(play->report, "%zu stalls, %zu workers", resumes.n, n_workers);
        skep_report_most(play->report, "declared dead", stat->reaped, 0);
        skep_report_most(play->report, "refused as dead", stat->fenced, 0);
        skep_report_most(play->report, "crashes", stat->crashes, 0);
        skep_supply_report_times(play, &resumes, "work resumed after", STALL_RESUME_MS);
    }
    skep_times_release(&resumes);
    return st;
}

const struct skep_row skep_row_stall = {
    .name = "stall",
    .fault = "Redis stands still (SIGSTOP)",
    .small = "7 s once, 6 workers",
    .large = "30 s five times, 20 workers",
    .holds = "nobody is declared dead",
    .perform = stall_perform,
};
