/* SPDX-License-Identifier: MIT */
/* The server is away for longer than a lease and comes back with all it knew. The agents find it one after
 * the other, each after a pause of its own: who comes first sees the others' beats stand where they stood,
 * and must not conclude anything from time in which nobody could beat. The slots are busy with long tasks and
 * say nothing themselves. */
#include "chaos/row.h"

#include <inttypes.h>
#include <signal.h>

#include "queue/beat.h"

enum { AWAY_N_WORKERS = 16, AWAY_FOR_MS = SKEP_LEASE_MS + 1500, AWAY_BEFORE_MS = 1500, AWAY_AFTER_MS = 4000 };

static const char *const away_slots[] = {"--slots", "1", NULL};
static const char *const away_server[] = {"--appendonly", "yes", "--appendfsync", "always", NULL};

/* A long task for every slot, and the server goes away in the middle of them. */
static skep_status away_once(struct skep_play *play, uint64_t first, struct skep_error *err)
{
    skep_status st = skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":12}}", first,
                                    AWAY_N_WORKERS, err);

    st = st == SKEP_OK ? skep_play_tick_for(play, AWAY_BEFORE_MS, err) : st;
    if (st != SKEP_OK) {
        return st;
    }
    skep_actor_end(&play->cast.server, SIGKILL, SKEP_CAST_END_MS);
    play->is_blind = true;
    st = skep_play_tick_for(play, AWAY_FOR_MS, err);
    play->is_blind = false;
    st = st == SKEP_OK ? skep_cast_start_server(&play->cast, away_server, err) : st;
    st = st == SKEP_OK ? skep_play_tick_for(play, AWAY_AFTER_MS, err) : st;
    return st == SKEP_OK ? skep_play_until_seen(play, first + AWAY_N_WORKERS, err) : st;
}

static skep_status away_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_rounds = play->is_long ? 20 : 1, n_tasks = n_rounds * AWAY_N_WORKERS;
    const struct skep_stat *stat = &play->books.status.stat;
    skep_status st = skep_play_begin(play, away_server, n_tasks, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, AWAY_N_WORKERS, away_slots, err) : st;
    for (uint64_t i = 0; st == SKEP_OK && i < n_rounds; i++) {
        st = away_once(play, i * AWAY_N_WORKERS, err);
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_note(play->report, "%" PRIu64 " times away for %d ms", n_rounds, AWAY_FOR_MS);
        skep_report_most(play->report, "declared dead", stat->reaped, 0);
        skep_report_most(play->report, "refused as dead", stat->fenced, 0);
        skep_report_most(play->report, "failed", (int64_t)play->ledger.n_failed, 0);
    }
    return st;
}

const struct skep_row skep_row_away = {
    .name = "away",
    .fault = "Redis away for longer than a lease: killed, and started again with all its data",
    .small = "once, 16 workers",
    .large = "20 times, 16 workers",
    .holds = "nobody is declared dead",
    .perform = away_perform,
};
