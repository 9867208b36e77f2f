/* SPDX-License-Identifier: MIT */
/* A few tasks kill their slot whenever they run. Blame is exact: each of them crashes three times and is then
 * buried, and nobody else is blamed for it. */
#include "chaos/row.h"

#include <inttypes.h>

enum { CRASH_N_WORKERS = 2, CRASH_BUDGET = 3, CRASH_GOOD_PER_DEADLY = 1000 };

static const char *const crash_slots[] = {"--slots", "4", NULL};

static skep_status crash_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_deadly = play->is_long ? 200 : 4, n_good = n_deadly * CRASH_GOOD_PER_DEADLY;
    const int64_t budget = (int64_t)n_deadly * CRASH_BUDGET;
    const struct skep_stat *stat = &play->books.status.stat;
    skep_status st = skep_play_begin(play, NULL, n_deadly + n_good, err);

    st = st == SKEP_OK
             ? skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"fail\",\"args\":{\"how\":\"segv\"}}", 0,
                              n_deadly, err)
             : st;
    while (st == SKEP_OK && skep_play_is_pushing(play)) {
        st = skep_play_tick(play, err);
    }
    st = st == SKEP_OK ? skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}",
                                        n_deadly, n_good, err)
                       : st;
    st = st == SKEP_OK ? skep_play_start_workers(play, CRASH_N_WORKERS, crash_slots, err) : st;
    while (st == SKEP_OK && !skep_play_is_over(play)) {
        st = skep_play_tick(play, err);
        play->has_failed = stat->crashes > 2 * budget; /* they would go on for ever */
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_check(play->report, stat->crashes == budget, "crashes %" PRId64 ", wanted %" PRId64,
                          stat->crashes, budget);
        skep_report_check(play->report, play->ledger.n_failed == n_deadly && stat->dead == (int64_t)n_deadly,
                          "buried %" PRId64 " of %" PRIu64 " deadly ones", stat->dead, n_deadly);
        skep_report_most(play->report, "retried", stat->retried, 0);
    }
    return st;
}

const struct skep_row skep_row_crash = {
    .name = "crash",
    .fault = "tasks that kill their slot whenever they run",
    .small = "4 among 4,000",
    .large = "200 among 200,000",
    .holds = "each crashes three times and is buried; nobody else is blamed",
    .perform = crash_perform,
};
