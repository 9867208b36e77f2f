/* SPDX-License-Identifier: MIT */
/* Whole workers stand still for three leases and go on: whoever holds their tasks by then is not them. */
#include "chaos/row.h"

#include <inttypes.h>
#include <signal.h>

#include "base/clock.h"
#include "queue/beat.h"

enum { STOP_N_WORKERS = 5, STOP_N_VICTIMS = 4, STOP_FOR_MS = 3 * SKEP_LEASE_MS, STOP_BETWEEN_MS = 1000 };

static const char *const stop_slots[] = {"--slots", "2", NULL};

/* A slot that goes on before its agent does finds out by itself, with results in its hand; otherwise its
 * agent hears of it first and ends it. Both must do no harm. */
static skep_status stop_go_on(struct skep_play *play, size_t half, struct skep_error *err)
{
    struct skep_actor *workers = play->cast.workers;
    skep_status st = SKEP_OK;

    for (size_t i = half; half == 0 && i < STOP_N_VICTIMS; i += 2) {
        pid_t pids[SKEP_ACTOR_MAX_CHILDREN];
        size_t n = skep_actor_children(&workers[i], pids);
        for (size_t k = 0; k < n; k++) {
            (void)kill(pids[k], SIGCONT);
        }
    }
    st = skep_play_tick_for(play, STOP_BETWEEN_MS, err);
    for (size_t i = half; i < STOP_N_VICTIMS; i += 2) {
        skep_actor_signal_all(&workers[i], SIGCONT);
    }
    return st;
}

/* Stop half of the victims, and a little later the other half, for three leases each: two rounds at once. The
 * last worker goes on all the time. */
static skep_status stop_rounds(struct skep_play *play, struct skep_error *err)
{
    struct skep_actor *workers = play->cast.workers;
    skep_status st = SKEP_OK;

    for (size_t half = 0; st == SKEP_OK && half < 2; half++) {
        for (size_t i = half; i < STOP_N_VICTIMS; i += 2) {
            skep_actor_signal_all(&workers[i], SIGSTOP);
        }
        st = skep_play_tick_for(play, STOP_BETWEEN_MS, err);
    }
    st = st == SKEP_OK ? skep_play_tick_for(play, STOP_FOR_MS - STOP_BETWEEN_MS, err) : st;
    for (size_t half = 0; half < 2; half++) {
        skep_status went = stop_go_on(play, half, err);
        st = st == SKEP_OK ? went : st;
    }
    return st;
}

static bool stop_all_are_busy(const struct skep_play *play)
{
    const struct skep_queue_status *status = &play->books.status;
    size_t n_busy = 0;

    for (size_t i = 0; play->books.has_status && i < status->n_slots; i++) {
        n_busy += status->slots[i].n_held > 0;
    }
    return n_busy >= 2 * STOP_N_WORKERS;
}

/* Until every slot has something in its hand: who is stopped with empty hands comes late with nothing. */
static skep_status stop_await_all(struct skep_play *play, struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + skep_play_limit_ms(play, 10000);
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && skep_monotonic_ms() < until_ms && !stop_all_are_busy(play)) {
        st = skep_play_tick(play, err);
    }
    return st;
}

static skep_status stop_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_rounds = play->is_long ? 50 : 2;
    const uint64_t n_tasks = n_rounds * 25000;
    const struct skep_stat *stat = &play->books.status.stat;
    skep_status st = skep_play_begin(play, NULL, n_tasks, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, STOP_N_WORKERS, stop_slots, err) : st;
    st = st == SKEP_OK ? skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}",
                                        0, n_tasks, err)
                       : st;
    for (uint64_t i = 0; st == SKEP_OK && i < n_rounds; i += 2) {
        st = stop_await_all(play, err);
        st = st == SKEP_OK ? stop_rounds(play, err) : st;
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        const int64_t n_victims =
            (int64_t)n_rounds * STOP_N_VICTIMS; /* two slots each, half of them a round */
        skep_report_note(play->report, "%" PRIu64 " rounds", n_rounds);
        skep_report_check(play->report, stat->fenced > 0 && stat->fenced_results > 0,
                          "refused %" PRId64 " late cycles with %" PRId64 " results", stat->fenced,
                          stat->fenced_results);
        skep_report_check(play->report, stat->reaped > 0 && stat->reaped <= n_victims,
                          "%" PRId64 " slots declared dead, all of them stopped (at most %" PRId64 ")",
                          stat->reaped, n_victims);
    }
    return st;
}

const struct skep_row skep_row_stop = {
    .name = "stop",
    .fault = "SIGSTOP of whole workers for 3 leases, then SIGCONT",
    .small = "2 rounds at once",
    .large = "50 rounds, two at once",
    .holds = "late cycles are refused and counted; no other slot is declared dead",
    .perform = stop_perform,
};
