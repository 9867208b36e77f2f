/* SPDX-License-Identifier: MIT */
/* The consumer of results is killed, again and again: between the list and the file nothing is lost. */
#include "chaos/row.h"

#include <inttypes.h>
#include <signal.h>

#include "base/clock.h"
#include "chaos/supply.h"

enum { CONSUMER_N_WORKERS = 2, CONSUMER_LIFE_MS = 200, CONSUMER_CHUNK = 10000 };

static const char *const consumer_slots[] = {"--slots", "4", NULL};

static skep_status consumer_kill(struct skep_play *play, struct skep_error *err)
{
    skep_actor_end(&play->cast.consumer, SIGKILL, SKEP_CAST_END_MS);
    return skep_cast_start_consumer(&play->cast, err);
}

static skep_status consumer_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_kills = play->is_long ? 100 : 20;
    struct skep_supply supply = {.format = "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}",
                                 .chunk = CONSUMER_CHUNK,
                                 .end = n_kills * CONSUMER_CHUNK};
    uint64_t n_killed = 0;
    int64_t dies_ms;
    skep_status st = skep_play_begin(play, NULL, supply.end, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, CONSUMER_N_WORKERS, consumer_slots, err) : st;
    dies_ms = skep_monotonic_ms() + CONSUMER_LIFE_MS;
    while (st == SKEP_OK && n_killed < n_kills && (supply.next == 0 || !skep_play_is_over(play))) {
        st = skep_supply_tick(&supply, play, err);
        if (st == SKEP_OK && skep_monotonic_ms() >= dies_ms) {
            st = consumer_kill(play, err);
            dies_ms = skep_monotonic_ms() + skep_chance_life_ms(&play->chance, CONSUMER_LIFE_MS);
            n_killed++;
        }
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_check(play->report, n_killed == n_kills, "killed %" PRIu64 " consumers", n_killed);
    }
    return st;
}

const struct skep_row skep_row_consumer = {
    .name = "consumer",
    .fault = "kill -9 of the consumer of results",
    .small = "20 times",
    .large = "100 times",
    .holds = NULL,
    .perform = consumer_perform,
};
