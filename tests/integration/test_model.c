/* SPDX-License-Identifier: MIT */
/* The scripts against a model of what they must do: a seeded chance chooses who does what next, and after
 * each step the whole state of the server is compared with the model's.
 *
 *     SKEP_MODEL_SEED=12345 SKEP_MODEL_STEPS=1000000 tests/integration_test_model
 *
 * A failure prints its seed; the same seed makes the same choices (times of Redis differ, so that what
 * depends on a millisecond may not come again). */
#include "support/test.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/parse.h"

enum { STEPS = 100000 };

struct step {
    const char *name;
    void (*act)(struct world *world);
    unsigned weight;
};

static const struct step steps[] = {
    {"cycle", slot_cycle, 600},
    {"register again", slot_register_again, 5},
    {"kill", slot_kill, 15},
    {"beat", agent_beat, 50},
    {"reap", agent_reap, 50},
    {"put", producer_put, 90},
    {"plain push", producer_push_raw, 30},
    {"forget push", producer_forget, 4},
    {"put ranges", range_put, 30},
    {"take a large share", slot_take_large, 60},
    {"collect", consumer_collect, 110},
    {"reader's mark fades", consumer_mark_fades, 15},
    {"sift", operator_sift, 10},
    {"cancel", operator_cancel, 15},
    {"ask what is cancelled", slot_ask, 10},
    {"cancellations fade", cancellations_fade, 8},
    {"forget job", operator_forget, 15},
    {"settings", operator_set, 10},
    {"status", operator_look, 15},
    {"time passes", time_leap, 20},
    {"scripts forgotten", server_forget_scripts, 1},
    {"save", server_save, 4},
    {"restore", server_restore, 2},
};
enum { N_STEPS = sizeof steps / sizeof steps[0] };

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    uint64_t number = otherwise;

    if (text != NULL && !skep_parse_u64(text, strlen(text), &number)) {
        fail_msg("%s is no number: %s", name, text);
    }
    return number;
}

static bool step_puts(size_t at)
{
    return steps[at].act == producer_put || steps[at].act == producer_push_raw || steps[at].act == range_put;
}

/* What gives back to the queue. */
static bool step_disturbs(size_t at)
{
    return steps[at].act == slot_kill || steps[at].act == agent_reap || steps[at].act == operator_set;
}

/* Nothing is put into a queue that is long: the comparison costs time by its length. And sometimes for a
 * while nothing at all, and few slots die, so that it becomes empty, and slots take from each other. */
static size_t choose(struct world *world)
{
    size_t at = 0, chance, total = 0;

    world->is_drought = world->n_steps % 2000 > 1200;
    if (world->n_steps % 2000 == 1200) {
        operator_let_take(world);
    }
    for (size_t i = 0; i < N_STEPS; i++) {
        total += steps[i].weight;
    }
    chance = pick(world, total);
    while (chance >= steps[at].weight) {
        chance -= steps[at].weight;
        at++;
    }
    if (step_puts(at) && (world->is_drought || world->model.queue.n > 60)) {
        return 0;
    }
    return world->is_drought && step_disturbs(at) && happens(world, 90) ? 0 : at;
}

static void print_figures(const struct world *world, const uint64_t counts[N_STEPS], double seconds)
{
    for (size_t i = 0; i < N_STEPS; i++) {
        printf("    %-20s %8" PRIu64 "\n", steps[i].name, counts[i]);
    }
    printf("    met:");
#define PRINT_MET(name) printf(" %s=%" PRIu64, #name, world->met.name);
    WORLD_MET_MAP(PRINT_MET)
#undef PRINT_MET
    printf("\n    seed %" PRIu64 ": %" PRIu64 " steps, %zu tasks, %.1f s, %.0f steps/s\n", world->seed,
           world->n_steps, world->n_tasks, seconds, (double)world->n_steps / seconds);
}

static void check_met(const struct world *world)
{
#define CHECK_MET(name)                                                                                      \
    if (world->met.name == 0) {                                                                              \
        world_fail(world, "a run of this length should have met %s", #name);                                 \
    }
    WORLD_MET_MAP(CHECK_MET)
#undef CHECK_MET
}

/* A change is judged by the same choices as the one before it; the long run looks for new ones. */
enum { MODEL_SEED = 20261121 };

/* Whatever slots, agents, producers, consumers and operators do, in whatever order, with whatever is lost:
 * every task is in exactly one place, every result is published once, and every number is exact. */
static void test_model__agrees_with_redis(void **state)
{
    static struct world world;
    uint64_t counts[N_STEPS] = {0};
    uint64_t n_steps = setting("SKEP_MODEL_STEPS", STEPS);
    uint64_t any_seed = getenv("SKEP_TEST_LONG") != NULL ? skep_entropy_u64() >> 32 : MODEL_SEED;
    uint64_t seed = setting("SKEP_MODEL_SEED", any_seed);
    int64_t began_ms = skep_monotonic_ms();

    (void)state;
    printf("    SKEP_MODEL_SEED=%" PRIu64 " SKEP_MODEL_STEPS=%" PRIu64 "\n", seed, n_steps);
    world_open(&world, seed);
    world_check(&world);
    while (world.n_steps < n_steps) {
        size_t at = choose(&world);
        world.n_steps++;
        world.doing = steps[at].name;
        steps[at].act(&world);
        counts[at]++;
        world_check(&world);
    }
    print_figures(&world, counts, (double)(skep_monotonic_ms() - began_ms) / 1000);
    if (n_steps >= STEPS) {
        check_met(&world);
    }
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model__agrees_with_redis),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
