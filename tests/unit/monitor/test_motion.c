/* SPDX-License-Identifier: MIT */
#include "unit/monitor/made.h"

#include "monitor/motion.h"

/* The same queue MS later; the caller moves what is to have moved. */
static void later(struct made *made, const struct made *before, int64_t ms)
{
    *made = *before;
    made->overview.slots = made->slots;
    made->overview.jobs = made->jobs;
    made->overview.status.slots = made->statuses;
    made->overview.at_ms += ms;
    made->overview.status.now_ms += ms;
    for (int i = 0; i < MADE_SLOTS; i++) {
        made->slots[i].status = &made->statuses[i];
    }
}

static void beat(struct made *made)
{
    for (int i = 0; i < MADE_SLOTS; i++) {
        made->statuses[i].beat++;
    }
}

/* ---- ages ---- */

/* One look: what a slot told of its last cycle is believed while that is still its last one. */
static void test_motion__told(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.slots[1].info.cycle_ms = MADE_NOW_MS - 300;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.slots[0].cycle_age_ms, 1200);
    assert_int_equal(made.overview.cycle_age_ms, 300);
    assert_int_equal(made.slots[0].beat_age_ms, -1);
    made.statuses[1].n_cycles++;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.slots[1].cycle_age_ms, -1);
    assert_int_equal(made.overview.cycle_age_ms, -1); /* it may have been a moment ago */
    assert_int_equal(skep_motion_cycle_at_most(&made.overview, &made.slots[1]), 1000);
    assert_int_equal(skep_motion_cycle_at_most(&made.overview, &made.slots[0]), 1200);
    made.slots[1].info.cycle_ms = MADE_NOW_MS + 300;
    made.slots[1].info.cycles++;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.slots[1].cycle_age_ms, 0);
}

/* Several looks: a count that stands still is as old as it has been looked at. */
static void test_motion__observed(void **state)
{
    struct made first, second, third;

    (void)state;
    made_begin(&first);
    first.slots[0].has_info = first.slots[1].has_info = false;
    skep_motion_fill(&first.overview, NULL);
    assert_int_equal(first.overview.cycle_age_ms, -1);
    later(&second, &first, 1000);
    second.statuses[1].n_cycles++;
    beat(&second);
    skep_motion_fill(&second.overview, &first.overview);
    assert_int_equal(second.slots[0].cycle_age_ms, 1000);
    assert_int_equal(second.slots[1].cycle_age_ms, 0);
    assert_int_equal(second.slots[0].beat_age_ms, 0);
    assert_int_equal(second.overview.cycle_age_ms, 0);
    later(&third, &second, 500);
    skep_motion_fill(&third.overview, &second.overview);
    assert_int_equal(third.slots[0].cycle_age_ms, 1500);
    assert_int_equal(third.slots[1].cycle_age_ms, 500);
    assert_int_equal(third.slots[1].beat_age_ms, 500);
    assert_int_equal(third.overview.cycle_age_ms, 500);
}

/* A slot that is new begins anew; one that was told of long ago and has not moved is that old. */
static void test_motion__new_slots(void **state)
{
    struct made first, second;

    (void)state;
    made_begin(&first);
    first.slots[1].info.cycle_ms = MADE_NOW_MS - 60000;
    skep_motion_fill(&first.overview, NULL);
    later(&second, &first, 1000);
    snprintf(second.statuses[0].worker, sizeof second.statuses[0].worker, "bee:100:f0002:3");
    second.slots[0].has_info = false;
    skep_motion_fill(&second.overview, &first.overview);
    assert_int_equal(second.slots[0].cycle_age_ms, -1);
    assert_int_equal(second.slots[1].cycle_age_ms, 61000);
    assert_non_null(skep_motion_find(&second.overview, "bee:100:f0002:3"));
    assert_null(skep_motion_find(&second.overview, "bee:101:f0000:1"));
    second.overview.n_slots = 0;
    assert_null(skep_motion_find(&second.overview, "bee:100:f0002:3"));
}

/* ---- silence ---- */

/* Silent is what was told of long ago, and has not been seen to beat. */
static void test_motion__silent(void **state)
{
    struct made first, second;

    (void)state;
    made_begin(&first);
    first.slots[0].info.at_ms = MADE_NOW_MS - SKEP_SILENT_MS;
    first.slots[1].info.at_ms = MADE_NOW_MS - SKEP_SILENT_MS - 1;
    skep_motion_fill(&first.overview, NULL);
    assert_false(first.slots[0].is_silent);
    assert_true(first.slots[1].is_silent);
    later(&second, &first, 100);
    beat(&second);
    skep_motion_fill(&second.overview, &first.overview);
    assert_false(second.slots[1].is_silent);
}

/* One of which nothing is told is new; if its name says that it is not, what was told has gone away. */
static void test_motion__silent_without_a_word(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.slots[0].has_info = false;
    skep_motion_fill(&made.overview, NULL);
    assert_false(made.slots[0].is_silent);
    made.overview.status.now_ms = 0xf0000 + 30000;
    skep_motion_fill(&made.overview, NULL);
    assert_false(made.slots[0].is_silent);
    made.overview.status.now_ms++;
    skep_motion_fill(&made.overview, NULL);
    assert_true(made.slots[0].is_silent);
}

/* Names that nobody but a stranger gave say nothing. */
static void test_motion__strange_names(void **state)
{
    static const char *const names[] = {"",          "bee",        "bee:1", "bee:1:", "bee:1:f0000",
                                        "bee:1:x:2", "bee:1:-5:2", ":::"};
    struct made made;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        made_begin(&made);
        made.overview.n_slots = 1;
        made.slots[0].has_info = false;
        made.overview.status.now_ms += 60000;
        snprintf(made.statuses[0].worker, sizeof made.statuses[0].worker, "%s", names[i]);
        skep_motion_fill(&made.overview, NULL);
        assert_false(made.slots[0].is_silent);
    }
}

/* A beat that stands still for long, seen with the reader's clock. */
static void test_motion__silent_when_watched(void **state)
{
    struct made first, second, third;

    (void)state;
    made_begin(&first);
    first.slots[0].has_info = first.slots[1].has_info = false;
    skep_motion_fill(&first.overview, NULL);
    later(&second, &first, SKEP_SILENT_MS - 1);
    skep_motion_fill(&second.overview, &first.overview);
    assert_false(second.slots[0].is_silent);
    later(&third, &second, 1);
    skep_motion_fill(&third.overview, &second.overview);
    assert_true(third.slots[0].is_silent);
}

/* ---- stalled ---- */

/* Watched: so long as all three have been so, and no longer than the last cycle is ago. */
static void test_motion__stalled_when_watched(void **state)
{
    struct made first, second, third, fourth;

    (void)state;
    made_begin(&first);
    made_idle(&first);
    first.overview.status.n_waiting = 0;
    skep_motion_fill(&first.overview, NULL);
    later(&second, &first, 60000);
    second.overview.status.n_waiting = 5; /* they have just come */
    beat(&second);
    skep_motion_fill(&second.overview, &first.overview);
    assert_int_equal(second.overview.stalled_ms, 0);
    later(&third, &second, 4000);
    skep_motion_fill(&third.overview, &second.overview);
    assert_int_equal(third.overview.stalled_ms, 4000);
    later(&fourth, &third, 1000);
    fourth.statuses[0].n_cycles++;
    skep_motion_fill(&fourth.overview, &third.overview);
    assert_int_equal(fourth.overview.stalled_ms, 0);
}

/* One look: the age of the oldest, or that nothing has come in since the sample, says how long they wait. */
static void test_motion__stalled_at_one_look(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made_idle(&made);
    made.overview.status.n_in = 7; /* some came after the sample */
    made.slots[0].info.cycle_ms = made.slots[1].info.cycle_ms = MADE_NOW_MS - 60000;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 500);
    made.overview.status.oldest_ms = 5000;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 5000);
    made.overview.status.oldest_ms = -1;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 0);
    made.overview.status.n_in = 0;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 12000);
    made.slots[0].info.cycle_ms = MADE_NOW_MS - 2000;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 2000);
}

/* Where nothing is to be taken, or nobody has nothing to do, nothing is stalled. */
static void test_motion__not_stalled(void **state)
{
    struct made good, made;

    (void)state;
    made_begin(&good);
    made_idle(&good);
    good.slots[0].info.cycle_ms = good.slots[1].info.cycle_ms = MADE_NOW_MS - 60000;
    later(&made, &good, 0);
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 12000);
    made.overview.status.is_paused = true;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 0);
    later(&made, &good, 0);
    made.overview.status.max_results = made.overview.status.n_results = 3;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 0);
    later(&made, &good, 0);
    made.overview.n_jobs = 1;
    made.jobs[0].is_held_up = true;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 0);
    later(&made, &good, 0);
    made.statuses[0].n_held = made.statuses[1].n_held = 1;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 0);
    later(&made, &good, 0);
    made.overview.status.n_waiting = 0;
    skep_motion_fill(&made.overview, NULL);
    assert_int_equal(made.overview.stalled_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_motion__told),
        cmocka_unit_test(test_motion__observed),
        cmocka_unit_test(test_motion__new_slots),
        cmocka_unit_test(test_motion__silent),
        cmocka_unit_test(test_motion__silent_without_a_word),
        cmocka_unit_test(test_motion__strange_names),
        cmocka_unit_test(test_motion__silent_when_watched),
        cmocka_unit_test(test_motion__stalled_when_watched),
        cmocka_unit_test(test_motion__stalled_at_one_look),
        cmocka_unit_test(test_motion__not_stalled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
