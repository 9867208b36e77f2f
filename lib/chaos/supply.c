/* SPDX-License-Identifier: MIT */
#include "chaos/supply.h"

#include <inttypes.h>

#include "base/clock.h"

enum { SUPPLY_PATIENCE_MS = 60000 };

static bool supply_is_short(const struct skep_supply *supply, const struct skep_play *play)
{
    return supply->next < supply->end && !skep_play_is_pushing(play) && !play->is_blind &&
           play->books.has_status && (uint64_t)play->books.status.n_waiting < supply->chunk;
}

skep_status skep_supply_tick(struct skep_supply *supply, struct skep_play *play, struct skep_error *err)
{
    skep_status st = skep_play_tick(play, err);

    if (supply->was_pushing && !skep_play_is_pushing(play)) {
        supply->acked_ms = skep_monotonic_ms();
    }
    if (st == SKEP_OK && supply_is_short(supply, play)) {
        uint64_t left = supply->end - supply->next;
        supply->acked_n = left < supply->chunk ? left : supply->chunk;
        st = skep_play_push(play, supply->format, supply->next, supply->acked_n, err);
        supply->next += supply->acked_n;
    }
    supply->was_pushing = skep_play_is_pushing(play);
    return st;
}

skep_status skep_supply_for(struct skep_supply *supply, struct skep_play *play, int64_t ms,
                            struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + ms;
    skep_status st;

    do {
        st = skep_supply_tick(supply, play, err);
    } while (st == SKEP_OK && skep_monotonic_ms() < until_ms);
    return st;
}

/* Attempts that were settled, whatever became of them. */
static int64_t supply_settled(const struct skep_play *play)
{
    const struct skep_stat *stat = &play->books.status.stat;

    return stat->done + stat->retried + stat->dead;
}

skep_status skep_supply_await_work(struct skep_supply *supply, struct skep_play *play, int64_t since_ms,
                                   bool is_beyond_hands, struct skep_times *times, struct skep_error *err)
{
    uint64_t n_samples = play->books.n_samples;
    int64_t before = -1;
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && skep_monotonic_ms() - since_ms < SUPPLY_PATIENCE_MS) {
        st = skep_supply_tick(supply, play, err);
        if (play->books.n_samples == n_samples) {
            continue; /* not asked, or not answered */
        }
        n_samples = play->books.n_samples;
        if (before < 0) {
            before = supply_settled(play) + (is_beyond_hands ? play->books.status.n_held : 0);
        } else if (supply_settled(play) > before) {
            break;
        }
    }
    if (st == SKEP_OK) {
        skep_times_add(times, skep_monotonic_ms() - since_ms);
    }
    return st;
}

void skep_supply_report_times(struct skep_play *play, struct skep_times *times, const char *what,
                              int64_t limit_ms)
{
    int64_t limit = skep_play_limit_ms(play, limit_ms);
    int64_t worst = skep_times_percentile(times, 1);

    skep_report_check(play->report, times->n > 0 && worst <= limit,
                      "%s at most %" PRId64 " ms, %" PRId64 " ms at the median (limit %" PRId64 ")", what,
                      worst, skep_times_percentile(times, 0.5), limit);
}
