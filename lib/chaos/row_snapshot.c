/* SPDX-License-Identifier: MIT */
/* Redis keeps snapshots only, and dies: it comes back with what the last one holds. What was pushed since is
 * gone, what was done since is done again, and nothing that the snapshot holds is lost. The same push given
 * again brings the rest back. */
#include "chaos/row.h"

#include <inttypes.h>
#include <signal.h>

enum { SNAPSHOT_N_WORKERS = 2, SNAPSHOT_TASKS = 4000, SNAPSHOT_IN_HAND = 2000 };

static const char *const snapshot_slots[] = {"--slots", "4", NULL};
static const char snapshot_task[] = "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.002}}";

/* One push before the snapshot and one behind it; then the server dies in the middle of the second. */
static skep_status snapshot_lose(struct skep_play *play, uint64_t first, int64_t *n_again_out,
                                 struct skep_error *err)
{
    uint64_t n_seen = 0;
    skep_status st = skep_play_push(play, snapshot_task, first, SNAPSHOT_TASKS, err);

    st = st == SKEP_OK ? skep_play_until_seen(play, first + SNAPSHOT_TASKS / 2, err) : st;
    if (st == SKEP_OK) {
        n_seen = play->ledger.n_seen;
        st = skep_cast_ask(&play->cast, NULL, err, "SAVE", NULL);
    }
    st = st == SKEP_OK ? skep_play_until_seen(play, first + SNAPSHOT_TASKS, err) : st;
    st =
        st == SKEP_OK ? skep_play_push(play, snapshot_task, first + SNAPSHOT_TASKS, SNAPSHOT_TASKS, err) : st;
    st = st == SKEP_OK ? skep_play_until_seen(play, first + SNAPSHOT_TASKS + SNAPSHOT_TASKS / 2, err) : st;
    skep_actor_end(&play->cast.server, SIGKILL, 0);
    skep_conn_close(play->cast.conn);
    *n_again_out = (int64_t)(play->ledger.n_seen - n_seen);
    return st;
}

static skep_status snapshot_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_rounds = play->is_long ? 20 : 1;
    int64_t n_again = 0;
    skep_status st = skep_play_begin(play, NULL, n_rounds * 2 * SNAPSHOT_TASKS, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, SNAPSHOT_N_WORKERS, snapshot_slots, err) : st;
    for (uint64_t i = 0; st == SKEP_OK && i < n_rounds; i++) {
        const uint64_t first = i * 2 * SNAPSHOT_TASKS;
        st = snapshot_lose(play, first, &n_again, err);
        play->may_repeat += n_again + SNAPSHOT_IN_HAND;
        st = st == SKEP_OK ? skep_cast_start_server(&play->cast, NULL, err) : st;
        st = st == SKEP_OK ? skep_play_push_again(play, first + SNAPSHOT_TASKS, SNAPSHOT_TASKS, err) : st;
        st = st == SKEP_OK ? skep_play_until_seen(play, first + 2 * SNAPSHOT_TASKS, err) : st;
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_note(play->report, "%" PRIu64 " times", n_rounds);
        skep_report_check(play->report, play->ledger.n_duplicated > 0, "done again %" PRIu64,
                          play->ledger.n_duplicated);
    }
    return st;
}

const struct skep_row skep_row_snapshot = {
    .name = "snapshot",
    .fault = "kill -9 of Redis that keeps snapshots only; the last push is given again",
    .small = "once",
    .large = "20 times",
    .holds = "nothing older than the snapshot is lost; what was done since may be done again",
    .perform = snapshot_perform,
};
