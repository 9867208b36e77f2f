/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "ops/exporter/history.h"

static struct skep_export_history history;

static int set_up(void **state)
{
    (void)state;
    history = (struct skep_export_history){0};
    return 0;
}

static void add(int64_t second, int64_t n_in, int64_t n_out, int64_t n_failed)
{
    const struct skep_export_point point = {.wall_ms = 1000 * second};
    const struct skep_export_sums sums = {
        .at_ms = 1000 * second, .n_in = n_in, .n_out = n_out, .n_failed = n_failed};

    skep_export_history_add(&history, &point, &sums);
}

static double last(enum skep_export_series series)
{
    return (double)skep_export_history_last(&history)->values[series];
}

/* Rates of a point are those since the point before it; the first one has none. */
static void test_history__rates_of_points(void **state)
{
    (void)state;
    assert_null(skep_export_history_last(&history));
    add(10, 100, 50, 5);
    assert_true(isnan(last(SKEP_EXPORT_IN)) && isnan(last(SKEP_EXPORT_OUT)));
    add(12, 100, 80, 6);
    assert_true(last(SKEP_EXPORT_IN) == 0);
    assert_true(last(SKEP_EXPORT_OUT) == 15);
    assert_true(last(SKEP_EXPORT_FAILED) == 0.5);
}

/* The rate that is told as the present one covers the last five steps, not more. */
static void test_history__rates_over_the_window(void **state)
{
    struct skep_export_sums now = {.at_ms = 21000, .n_in = 10, .n_out = 2200};
    struct skep_export_rates rates = skep_export_history_rates(&history, &now);

    (void)state;
    assert_true(isnan(rates.out_per_s));
    for (int i = 0; i <= 10; i++) {
        add(2 * i, 0, i < 6 ? 0 : 200 * i, 0); /* nothing until 10 s, then 100 a second */
    }
    rates = skep_export_history_rates(&history, &now);
    assert_true(fabs(rates.out_per_s - (2200.0 - 1200) / (21 - 12)) < 1e-9);
    assert_true(fabs(rates.in_per_s - 10.0 / 9) < 1e-9);
}

/* What was put is counted in another unit from the first range job on: no rate across. */
static void test_history__does_not_compare_apples_with_pears(void **state)
{
    const struct skep_export_point point = {0};
    struct skep_export_sums sums = {.at_ms = 1000, .n_in = 5, .n_out = 5};

    (void)state;
    skep_export_history_add(&history, &point, &sums);
    sums = (struct skep_export_sums){.at_ms = 3000, .n_in = 1000005, .n_out = 7, .counts_puts = true};
    skep_export_history_add(&history, &point, &sums);
    assert_true(isnan(last(SKEP_EXPORT_IN)));
    assert_true(last(SKEP_EXPORT_OUT) == 1);
}

/* After somebody emptied the server sums begin anew: no rate is negative. */
static void test_history__survives_sums_that_shrink(void **state)
{
    (void)state;
    add(0, 1000, 1000, 10);
    add(2, 4, 2, 0);
    assert_true(last(SKEP_EXPORT_IN) == 2);
    assert_true(last(SKEP_EXPORT_OUT) == 1);
    assert_true(last(SKEP_EXPORT_FAILED) == 0);
}

/* Ten minutes and no more: the oldest point makes room. */
static void test_history__is_a_ring(void **state)
{
    (void)state;
    for (int i = 0; i < SKEP_EXPORT_POINTS + 7; i++) {
        add(2 * i, 0, 0, 0);
        assert_int_equal(history.n_points, i < SKEP_EXPORT_POINTS ? i + 1 : SKEP_EXPORT_POINTS);
    }
    assert_int_equal(SKEP_EXPORT_POINTS * SKEP_EXPORT_STEP_MS, 600000);
    assert_int_equal(skep_export_history_at(&history, 0)->wall_ms, 2000 * 7);
    assert_int_equal(skep_export_history_at(&history, SKEP_EXPORT_POINTS - 1)->wall_ms,
                     2000 * (SKEP_EXPORT_POINTS + 6));
    assert_int_equal(skep_export_history_last(&history)->wall_ms, 2000 * (SKEP_EXPORT_POINTS + 6));
}

/* In a gap nothing is known, and no rate is taken across it. */
static void test_history__has_gaps(void **state)
{
    struct skep_export_sums now = {.at_ms = 9000, .n_out = 100};

    (void)state;
    add(0, 0, 0, 0);
    skep_export_history_add_gap(&history, 2000);
    assert_int_equal(skep_export_history_last(&history)->wall_ms, 2000);
    for (int i = 0; i < SKEP_EXPORT_SERIES; i++) {
        assert_true(isnan(last((enum skep_export_series)i)));
    }
    assert_true(isnan(skep_export_history_rates(&history, &now).out_per_s));
    add(4, 0, 100, 0);
    assert_true(isnan(last(SKEP_EXPORT_OUT)));
    assert_true(last(SKEP_EXPORT_LEFT) == 0);
}

/* Latency is that of the tasks that ended in the step; none ended: none is told. */
static void test_history__latency_of_a_step(void **state)
{
    const struct skep_export_point point = {0};
    struct skep_export_sums sums = {.at_ms = 1000};

    (void)state;
    sums.buckets[0] = 1000000; /* very many fast ones, long ago */
    skep_export_history_add(&history, &point, &sums);
    assert_true(isnan(last(SKEP_EXPORT_P50)));
    sums.at_ms = 3000;
    sums.buckets[5] = 10; /* 256 us to 1.024 ms */
    skep_export_history_add(&history, &point, &sums);
    assert_true(last(SKEP_EXPORT_P50) > 256e-6 && last(SKEP_EXPORT_P50) < 1024e-6);
    assert_true(last(SKEP_EXPORT_P99) > last(SKEP_EXPORT_P50));
    sums.at_ms = 5000;
    skep_export_history_add(&history, &point, &sums);
    assert_true(isnan(last(SKEP_EXPORT_P50)));
}

#define TEST(name) cmocka_unit_test_setup(test_history__##name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rates_of_points),
        TEST(rates_over_the_window),
        TEST(does_not_compare_apples_with_pears),
        TEST(survives_sums_that_shrink),
        TEST(is_a_ring),
        TEST(has_gaps),
        TEST(latency_of_a_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
