/* SPDX-License-Identifier: MIT */
#include "unit/monitor/made.h"

#include "monitor/rates.h"

static const struct skep_job range_job = {
    .name = "te", .is_announced = true, .is_range = true, .n_announced = 1000, .n_put = 1000, .n_done = 400};

/* Two overviews: differences over the time of the one who read them, whatever the server's clock says. */
static void test_rates__between_two(void **state)
{
    struct made before, made;

    (void)state;
    made_begin(&before);
    made_begin(&made);
    before.overview.status.n_in = 100;
    before.overview.status.n_out = 50;
    skep_rates_fill(&before.overview, NULL);
    made.overview.status.n_in = 120;
    made.overview.status.n_out = 55;
    made.overview.at_ms = before.overview.at_ms + 2000;
    made.overview.status.now_ms += 77777;
    skep_rates_fill(&made.overview, &before.overview);
    assert_true(made.overview.in_per_s == 10);
    assert_true(made.overview.out_per_s == 2.5);
    assert_int_equal(made.overview.n_left, 12);
    assert_true(made.overview.eta_s == 12 / 2.5);
}

/* One overview: since the sample in the server, by the server's clock. */
static void test_rates__since_the_sample(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.overview.status.pace = (struct skep_queue_pace){MADE_NOW_MS - 10000, 10, 20};
    made.overview.status.n_in = 60;
    made.overview.status.n_out = 50;
    skep_rates_fill(&made.overview, NULL);
    assert_true(made.overview.in_per_s == 5);
    assert_true(made.overview.out_per_s == 3);
    assert_true(made.overview.eta_s == 4);
}

/* Looks that lie close together: until there is something to count by, the rates of before stand; then each
 * counts from the first of them. */
static void test_rates__of_many_looks(void **state)
{
    struct made looks[2];

    (void)state;
    made_begin(&looks[0]);
    looks[0].overview.status.pace = (struct skep_queue_pace){MADE_NOW_MS - 10000, 0, -40};
    skep_rates_fill(&looks[0].overview, NULL);
    assert_true(looks[0].overview.out_per_s == 4);
    for (int i = 1; i <= 500; i++) {
        struct made *now = &looks[i % 2], *before = &looks[(i - 1) % 2];
        made_begin(now);
        now->overview.at_ms += 5 * i;
        now->overview.status.n_out = 5 * i; /* a thousand a second */
        skep_rates_fill(&now->overview, &before->overview);
        assert_true(now->overview.out_per_s == (i < 4 ? 4 : 1000));
    }
    assert_true(looks[0].overview.at_ms - looks[0].overview.base.at_ms <= 1000);
}

/* A range job is counted by its own number, whatever number of records it waits as. */
static void test_rates__count_range_jobs(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.jobs[0] = range_job;
    made.overview.n_jobs = 1;
    made.overview.status.n_waiting = 1;
    made.overview.status.n_held = 64;
    skep_rates_fill(&made.overview, NULL);
    assert_int_equal(made.overview.n_left, 600);
    made.overview.status.n_waiting = 11; /* ten plain ones beside it */
    skep_rates_fill(&made.overview, NULL);
    assert_int_equal(made.overview.n_left, 610);
    made.jobs[0].n_done = 1000; /* over */
    skep_rates_fill(&made.overview, NULL);
    assert_int_equal(made.overview.n_left, 75);
}

/* Never, at once, and nobody knows. */
static void test_rates__eta(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.overview.status.pace = (struct skep_queue_pace){MADE_NOW_MS - 10000, 0, 0};
    skep_rates_fill(&made.overview, NULL);
    assert_true(made.overview.out_per_s == 0);
    assert_true(isnan(made.overview.eta_s)); /* long tasks run */
    made_idle(&made);
    skep_rates_fill(&made.overview, NULL);
    assert_true(isinf(made.overview.eta_s));
    made.overview.status.n_waiting = 0;
    skep_rates_fill(&made.overview, NULL);
    assert_true(made.overview.eta_s == 0);
}

/* ---- nonsense ---- */

/* No sample, an old one, one of the future, and counts that went back: not known. */
static void test_rates__not_known(void **state)
{
    const struct skep_queue_pace paces[] = {
        {0, 0, 0}, {MADE_NOW_MS - 600000, 0, 0}, {MADE_NOW_MS + 5000, 0, 0}, {MADE_NOW_MS - 10000, 50, 50}};
    struct made made;

    (void)state;
    for (size_t i = 0; i < sizeof paces / sizeof paces[0]; i++) {
        made_begin(&made);
        made.overview.status.pace = paces[i];
        made.overview.status.n_in = made.overview.status.n_out = 40;
        skep_rates_fill(&made.overview, NULL);
        assert_true(isnan(made.overview.in_per_s));
        assert_true(isnan(made.overview.out_per_s));
        assert_true(isnan(made.overview.eta_s));
    }
    made.overview.status.n_slots = 0; /* that is known: nobody takes anything */
    made.overview.status.n_held = 0;
    skep_rates_fill(&made.overview, NULL);
    assert_true(made.overview.out_per_s == 0);
    assert_true(isinf(made.overview.eta_s));
}

/* The first range job changes how what comes in is counted: that cannot be compared, what goes out can. */
static void test_rates__counted_otherwise(void **state)
{
    struct made before, made;

    (void)state;
    made_begin(&before);
    made_begin(&made);
    made.overview.at_ms += 1000;
    made.overview.status.n_in = 1000000;
    made.overview.status.n_out = 4;
    made.overview.status.counts_puts = true;
    skep_rates_fill(&made.overview, &before.overview);
    assert_true(isnan(made.overview.in_per_s));
    assert_true(made.overview.out_per_s == 4);
}

/* Numbers that no queue has do not overflow. */
static void test_rates__any_number(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.overview.status.n_waiting = made.overview.status.n_delayed = INT64_MAX;
    made.overview.status.n_in = INT64_MAX;
    made.overview.status.pace.n_in = INT64_MIN;
    made.jobs[0] = range_job;
    made.jobs[0].n_announced = INT64_MAX;
    made.jobs[0].n_done = INT64_MAX;
    made.jobs[0].n_failed = INT64_MAX;
    made.jobs[1] = range_job;
    made.jobs[1].n_announced = INT64_MAX;
    made.overview.n_jobs = 2;
    skep_rates_fill(&made.overview, NULL);
    assert_int_equal(made.overview.n_left, INT64_MAX);
    assert_true(made.overview.in_per_s > 1e18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates__between_two),
        cmocka_unit_test(test_rates__since_the_sample),
        cmocka_unit_test(test_rates__of_many_looks),
        cmocka_unit_test(test_rates__count_range_jobs),
        cmocka_unit_test(test_rates__eta),
        cmocka_unit_test(test_rates__not_known),
        cmocka_unit_test(test_rates__counted_otherwise),
        cmocka_unit_test(test_rates__any_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
