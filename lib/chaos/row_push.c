/* SPDX-License-Identifier: MIT */
/* The producer is killed, again and again: a push that is repeated adds what is missing, and nothing twice.
 */
#include "chaos/row.h"

#include <inttypes.h>
#include <signal.h>

#include "base/clock.h"

enum { PUSH_N_WORKERS = 2, PUSH_CHUNK = 40000, PUSH_LIFE_MS = 25 };

static const char *const push_slots[] = {"--slots", "4", NULL};

/* One push, killed until it is through. Each time it may live longer: what was sent must not be sent for
 * ever. */
static skep_status push_once(struct skep_play *play, uint64_t first, uint64_t *n_killed,
                             struct skep_error *err)
{
    int64_t life_ms = PUSH_LIFE_MS;
    skep_status st = skep_play_push(play, "{\"id\":\"%s\",\"kernel\":\"echo\"}", first, PUSH_CHUNK, err);
    int64_t dies_ms = skep_monotonic_ms() + skep_chance_life_ms(&play->chance, life_ms);

    while (st == SKEP_OK && skep_play_is_pushing(play)) {
        st = skep_play_tick(play, err); /* starts it again, with the same name */
        if (st == SKEP_OK && skep_monotonic_ms() >= dies_ms && !skep_actor_is_over(&play->cast.producer)) {
            skep_actor_end(&play->cast.producer, SIGKILL, SKEP_CAST_END_MS);
            life_ms += PUSH_LIFE_MS;
            dies_ms = skep_monotonic_ms() + skep_chance_life_ms(&play->chance, life_ms);
            (*n_killed)++;
        }
    }
    return st;
}

static skep_status push_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_kills = play->is_long ? 100 : 10, n_most = n_kills * 10 * PUSH_CHUNK;
    uint64_t n_killed = 0, n_given = 0;
    skep_status st = skep_play_begin(play, NULL, n_most, err);

    st = st == SKEP_OK ? skep_play_start_workers(play, PUSH_N_WORKERS, push_slots, err) : st;
    while (st == SKEP_OK && n_killed < n_kills && n_given < n_most) {
        st = push_once(play, n_given, &n_killed, err);
        n_given += PUSH_CHUNK;
    }
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        skep_report_check(play->report, n_killed >= n_kills, "killed %" PRIu64 " times", n_killed);
        skep_report_check(play->report, (uint64_t)play->books.status.stat.put == n_given,
                          "put %" PRId64 " records", play->books.status.stat.put);
    }
    return st;
}

const struct skep_row skep_row_push = {
    .name = "push",
    .fault = "kill -9 of skep push --job, and the same command again",
    .small = "10 times",
    .large = "100 times",
    .holds = "exactly the missing records are added",
    .perform = push_perform,
};
