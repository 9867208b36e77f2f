/* SPDX-License-Identifier: MIT */
/* The list of results is capped and nobody reads it: workers stop taking, tell what they have, and go on by
 * themselves when the consumer does. */
#include "chaos/row.h"

#include <inttypes.h>
#include <signal.h>

#include "base/clock.h"
#include "queue/holder.h"

enum {
    CAPPED_N_WORKERS = 2,
    CAPPED_N_SLOTS = 2,
    CAPPED_MOST = 500,
    CAPPED_PER_ROUND = 8000,
    CAPPED_REST_MS = 1000
};

static const char *const capped_slots[] = {"--slots", "2", NULL};

/* Until the list is full, nothing is held and nothing moves for a second; or for too long. */
static skep_status capped_await_rest(struct skep_play *play, bool *rests_out, struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + skep_play_limit_ms(play, 20000), since_ms = 0, taken = -1;
    skep_status st = SKEP_OK;

    *rests_out = false;
    while (st == SKEP_OK && !*rests_out && skep_monotonic_ms() < until_ms) {
        const struct skep_queue_status *status = &play->books.status;
        st = skep_play_tick(play, err);
        if (status->n_results < CAPPED_MOST || status->n_held > 0 || status->stat.taken != taken) {
            taken = status->stat.taken;
            since_ms = skep_monotonic_ms();
        }
        *rests_out = skep_monotonic_ms() - since_ms >= CAPPED_REST_MS;
    }
    return st;
}

static skep_status capped_perform(struct skep_play *play, struct skep_error *err)
{
    const int64_t n_rounds = play->is_long ? 20 : 2;
    const uint64_t n_tasks = (uint64_t)n_rounds * CAPPED_PER_ROUND;
    int64_t n_rests = 0, n_most = 0;
    skep_status st = skep_play_begin(play, NULL, n_tasks, err);

    st = st == SKEP_OK
             ? skep_queue_set_limit(play->cast.conn, &play->cast.keys, SKEP_LIMIT_RESULTS, CAPPED_MOST, err)
             : st;
    st = st == SKEP_OK ? skep_play_start_workers(play, CAPPED_N_WORKERS, capped_slots, err) : st;
    st = st == SKEP_OK ? skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}",
                                        0, n_tasks, err)
                       : st;
    for (int64_t i = 0; st == SKEP_OK && i < n_rounds; i++) {
        bool rests;
        skep_actor_signal(&play->cast.consumer, SIGSTOP);
        st = capped_await_rest(play, &rests, err);
        n_rests += rests;
        n_most = play->books.status.n_results > n_most ? play->books.status.n_results : n_most;
        skep_actor_signal(&play->cast.consumer, SIGCONT);
        st = st == SKEP_OK ? skep_play_until_seen(play, play->ledger.n_seen + CAPPED_PER_ROUND / 2, err) : st;
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_check(play->report, n_rests == n_rounds,
                          "workers came to rest with nothing in hand in %" PRId64 " of %" PRId64 " rounds",
                          n_rests, n_rounds);
        skep_report_check(play->report,
                          n_most >= CAPPED_MOST &&
                              n_most <= CAPPED_MOST + CAPPED_N_WORKERS * CAPPED_N_SLOTS * SKEP_BATCH_MAX,
                          "at most %" PRId64 " results with a limit of %d", n_most, CAPPED_MOST);
    }
    return st;
}

const struct skep_row skep_row_capped = {
    .name = "capped",
    .fault = "list of results capped, consumer stopped",
    .small = "2 rounds",
    .large = "20 rounds",
    .holds = "taking stops, what is held is told, and all goes on by itself",
    .perform = capped_perform,
};
