/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/tuner.h"

/* Durations in seconds; what a cycle costs is taken from the benchmarks, on the high side. */
static const double cycle_s = 0.3e-3;

/* ---- one slot with as much work as it likes ---- */

/* Chunk after chunk until TOTAL_S seconds of work are done; returns the share of time that cycles took. */
static double overhead_of(double (*task_s)(int64_t i), double total_s, double *longest_s_out)
{
    struct skep_tuner tuner;
    double work_s = 0, all_s = 0;
    int64_t i = 0;

    skep_tuner_init(&tuner);
    *longest_s_out = 0;
    while (work_s < total_s) {
        double chunk_s = 0;
        for (int64_t k = 0; k < tuner.want; k++) {
            double one_s = task_s(i++);
            skep_tuner_see(&tuner, (int64_t)(one_s * 1e9));
            chunk_s += one_s;
        }
        skep_tuner_learn(&tuner, tuner.want, chunk_s);
        *longest_s_out = chunk_s > *longest_s_out ? chunk_s : *longest_s_out;
        work_s += chunk_s;
        all_s += chunk_s + cycle_s;
    }
    return (all_s - work_s) / all_s;
}

static double task_of_1us(int64_t i)
{
    (void)i;
    return 1e-6;
}

static double task_of_100us(int64_t i)
{
    (void)i;
    return 100e-6;
}

static double task_of_14ms(int64_t i)
{
    (void)i;
    return 14e-3;
}

/* Most take 0.2 ms, one in eight 40 ms, in no order. */
static double task_of_two_kinds(int64_t i)
{
    return (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) >> 61 == 0 ? 40e-3 : 0.2e-3;
}

/* Cycles take less than 2 % of the time from the first few seconds on, whatever tasks take, and no chunk is
 * longer than half a second. */
static void test_tuner__overhead_is_below_two_percent(void **state)
{
    static double (*const kinds[])(int64_t) = {task_of_1us, task_of_100us, task_of_14ms};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        double longest_s, overhead = overhead_of(kinds[i], 3, &longest_s);
        if (overhead >= 0.02 || longest_s > 0.5) {
            fail_msg("%zu: %.4f of the time, a chunk of %.3f s", i, overhead, longest_s);
        }
    }
}

/* Where durations vary by more than three medians a chunk is sized as if all tasks were long. */
static void test_tuner__wide_durations_hold_it_back(void **state)
{
    struct skep_tuner tuner;

    (void)state;
    skep_tuner_init(&tuner);
    for (int64_t i = 0, chunk = 0; chunk < 200; chunk++) {
        double chunk_s = 0;
        for (int64_t k = 0; k < tuner.want; k++) {
            double one_s = task_of_two_kinds(i++);
            skep_tuner_see(&tuner, (int64_t)(one_s * 1e9));
            chunk_s += one_s;
        }
        skep_tuner_learn(&tuner, tuner.want, chunk_s);
        assert_true(chunk_s <= 0.5);
    }
    assert_true(tuner.want <= 500 / 40);
}

/* It starts with one and at most doubles, however short the first tasks were. */
static void test_tuner__grows_by_doubling(void **state)
{
    struct skep_tuner tuner;
    int64_t before = 1;

    (void)state;
    skep_tuner_init(&tuner);
    assert_int_equal(tuner.want, 1);
    for (int i = 0; i < 30; i++) {
        for (int k = 0; k < SKEP_TUNER_SAMPLES; k++) {
            skep_tuner_see(&tuner, 1);
        }
        skep_tuner_learn(&tuner, before, 1e-9 * (double)before);
        assert_int_equal(tuner.want, fmin(2 * (double)before, 0.5 / 1e-9));
        before = tuner.want;
    }
}

/* A task of no time at all, a chunk of which nothing was run, one of an hour: always at least one. */
static void test_tuner__survives_odd_chunks(void **state)
{
    struct skep_tuner tuner;

    (void)state;
    skep_tuner_init(&tuner);
    skep_tuner_learn(&tuner, 0, 1);
    assert_int_equal(tuner.want, 1);
    skep_tuner_see(&tuner, 0);
    skep_tuner_learn(&tuner, 1, 0);
    assert_int_equal(tuner.want, 2);
    skep_tuner_see(&tuner, INT64_C(3600) * 1000000000);
    skep_tuner_learn(&tuner, 1, 3600);
    assert_int_equal(tuner.want, 1);
}

/* ---- many slots, one job ---- */

enum { SIM_MAX_SLOTS = 64, SIM_TELL_MS = 50 };

struct sim_slot {
    struct skep_tuner tuner;
    double now_s, told_s, began_s;
    int64_t told, next, end; /* what it has told, runs next, and believes to hold */
    int64_t hi;              /* what the server leaves it */
    int64_t begun;           /* the chunk's first */
};

struct sim {
    int n_slots;
    int64_t n, lo; /* the cursor */
    double (*task_s)(int64_t position);
    struct sim_slot slots[SIM_MAX_SLOTS];
    int64_t n_run; /* with those that were run twice */
};

/* As the server cuts it (the queue's protocol): never more than its share of half of what is left. */
static bool sim_take(struct sim *sim, struct sim_slot *slot)
{
    int64_t left = sim->n - sim->lo;
    int64_t guided = (left + 2 * sim->n_slots - 1) / (2 * sim->n_slots);
    int64_t size = slot->tuner.want < guided ? slot->tuner.want : guided;
    struct sim_slot *victim = NULL;

    if (left > 0) {
        slot->told = sim->lo;
        sim->lo += size;
        slot->hi = sim->lo;
    } else {
        for (int i = 0; i < sim->n_slots; i++) {
            struct sim_slot *other = &sim->slots[i];
            if (other != slot && other->hi - other->told >= 2 &&
                (victim == NULL || other->hi - other->told > victim->hi - victim->told)) {
                victim = other;
            }
        }
        if (victim == NULL) {
            return false;
        }
        slot->told = victim->told + (victim->hi - victim->told + 1) / 2;
        slot->hi = victim->hi;
        victim->hi = slot->told;
    }
    slot->next = slot->begun = slot->told;
    slot->end = slot->hi;
    slot->now_s += cycle_s;
    slot->told_s = slot->began_s = slot->now_s;
    return true;
}

/* The slot's next event: a task, and what is told behind it. False: there is nothing more for it. */
static bool sim_step(struct sim *sim, struct sim_slot *slot)
{
    double one_s;

    if (slot->next >= slot->end) {
        if (slot->next > slot->begun) {
            skep_tuner_learn(&slot->tuner, slot->next - slot->begun, slot->now_s - slot->began_s);
        }
        slot->told = slot->hi;
        return sim_take(sim, slot);
    }
    one_s = sim->task_s(slot->next++);
    skep_tuner_see(&slot->tuner, (int64_t)(one_s * 1e9));
    slot->now_s += one_s;
    sim->n_run++;
    if (sim->lo == sim->n && slot->now_s - slot->told_s >= SIM_TELL_MS * 1e-3) {
        slot->told = slot->next < slot->hi ? slot->next : slot->hi;
        slot->end = slot->hi;
        slot->told_s = slot->now_s += cycle_s;
    }
    return true;
}

/* The makespan. */
static double simulate(struct sim *sim)
{
    bool is_over[SIM_MAX_SLOTS] = {false};
    double end_s = 0;

    sim->lo = sim->n_run = 0;
    memset(sim->slots, 0, sizeof sim->slots);
    for (int i = 0; i < sim->n_slots; i++) {
        skep_tuner_init(&sim->slots[i].tuner);
    }
    for (;;) {
        struct sim_slot *first = NULL;
        for (int i = 0; i < sim->n_slots; i++) {
            if (!is_over[i] && (first == NULL || sim->slots[i].now_s < first->now_s)) {
                first = &sim->slots[i];
            }
        }
        if (first == NULL) {
            return end_s;
        }
        if (!sim_step(sim, first)) {
            is_over[first - sim->slots] = true;
            end_s = first->now_s > end_s ? first->now_s : end_s;
        }
    }
}

/* 10,000 tasks of 14 ms: within 3 % of what so many slots could do at best. */
static void test_tuner__ten_thousand_tasks_of_14_ms(void **state)
{
    static const int slots[] = {1, 2, 7, 8, 32, 64};
    static struct sim sim = {.n = 10000, .task_s = task_of_14ms};

    (void)state;
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
        double ideal_s, took_s;
        sim.n_slots = slots[i];
        took_s = simulate(&sim);
        ideal_s = (double)((sim.n + slots[i] - 1) / slots[i]) * 14e-3;
        if (took_s > 1.03 * ideal_s) {
            fail_msg("%d slots: %.3f s, at best %.3f s", slots[i], took_s, ideal_s);
        }
        assert_true(sim.n_run <= sim.n + 5 * slots[i]);
    }
}

/* Durations that vary by a factor of 200: within 3 % and one long task. */
static void test_tuner__tasks_of_two_kinds(void **state)
{
    static struct sim sim = {.n = 20000, .task_s = task_of_two_kinds, .n_slots = 8};
    double work_s = 0;

    (void)state;
    for (int64_t i = 0; i < sim.n; i++) {
        work_s += task_of_two_kinds(i);
    }
    assert_true(simulate(&sim) <= 1.03 * work_s / 8 + 40e-3);
}

/* Five tasks of up to 3 s; the longest comes first, as `--order longest` has it. */
static const double five_s[] = {3, 2.5, 2, 1, 0.5};

static double task_of_five(int64_t i)
{
    return five_s[i];
}

/* When so many tasks are given out one by one to whoever is free, in the order of PLACES. */
static double makespan_of(const int *places, int n, int n_slots)
{
    double free_s[SIM_MAX_SLOTS] = {0}, end_s = 0;

    for (int i = 0; i < n; i++) {
        int first = 0;
        for (int k = 1; k < n_slots; k++) {
            first = free_s[k] < free_s[first] ? k : first;
        }
        free_s[first] += five_s[places[i]];
        end_s = free_s[first] > end_s ? free_s[first] : end_s;
    }
    return end_s;
}

/* Of all orders: those that begin with places[0..at) are tried. */
static double best_makespan(int *places, int at, int n, int n_slots)
{
    double best_s = INFINITY;

    if (at == n) {
        return makespan_of(places, n, n_slots);
    }
    for (int i = at; i < n; i++) {
        int kept = places[at];
        places[at] = places[i];
        places[i] = kept;
        best_s = fmin(best_s, best_makespan(places, at + 1, n, n_slots));
        places[i] = places[at];
        places[at] = kept;
    }
    return best_s;
}

/* Five tasks of up to 3 s on four slots end when they would in the best of all orders. */
static void test_tuner__five_long_tasks_on_four_slots(void **state)
{
    static struct sim sim = {.n = 5, .task_s = task_of_five, .n_slots = 4};
    int places[] = {0, 1, 2, 3, 4};
    double took_s = simulate(&sim);

    (void)state;
    assert_true(took_s <= best_makespan(places, 0, 5, 4) + 10 * cycle_s);
    assert_int_equal(sim.n_run, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tuner__overhead_is_below_two_percent),
        cmocka_unit_test(test_tuner__wide_durations_hold_it_back),
        cmocka_unit_test(test_tuner__grows_by_doubling),
        cmocka_unit_test(test_tuner__survives_odd_chunks),
        cmocka_unit_test(test_tuner__ten_thousand_tasks_of_14_ms),
        cmocka_unit_test(test_tuner__tasks_of_two_kinds),
        cmocka_unit_test(test_tuner__five_long_tasks_on_four_slots),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
