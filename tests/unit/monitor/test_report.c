/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "monitor/report.h"

static bool is_near(double a, double b, double by)
{
    return fabs(a - b) <= by;
}

/* ---- works ---- */

/* The two tables of Quinn, Parallel Programming in C with MPI and OpenMP (2004), section 7.5, on 2 to 8
 * processors: a speed-up that a serial tenth limits, and one that growing overhead limits. */
static void test_report__karp_flatt(void **state)
{
    static const double limited[] = {1.82, 2.50, 3.08, 3.57, 4.00, 4.38, 4.71};
    static const double overhead[] = {1.87, 2.61, 3.23, 3.73, 4.14, 4.46, 4.71};
    static const double fractions[] = {0.070, 0.075, 0.080, 0.085, 0.090, 0.095, 0.100};

    (void)state;
    for (int p = 2; p <= 8; p++) {
        assert_true(is_near(skep_karp_flatt(limited[p - 2], p), 0.1, 0.0015));
        assert_true(is_near(skep_karp_flatt(overhead[p - 2], p), fractions[p - 2], 0.0006));
    }
    assert_true(isnan(skep_karp_flatt(1, 1)));
}

/* Amdahl's law is the other way round: a tenth serial gives at most ten, and 4.71 on eight. */
static void test_report__amdahl(void **state)
{
    (void)state;
    assert_true(is_near(skep_amdahl(0.1, 8), 4.71, 0.005));
    assert_true(is_near(skep_amdahl(0.1, 1e12), 10, 1e-6));
    assert_true(skep_amdahl(0, 8) == 8);
    for (int p = 2; p < 100; p += 7) {
        assert_true(is_near(skep_karp_flatt(skep_amdahl(0.037, p), p), 0.037, 1e-12));
    }
}

/* Four slots for 100 s, of which they were busy 320 s: 10 s of that mapping, 290 computing, 15 committing. By
 * hand: use 320/400, speed-up 3.2, serial (1/3.2 - 1/4)/(1 - 1/4) = 1/12, on eight slots
 * 1/(1/12 + (11/12)/8) = 96/19, which is 320*19/96 = 63.33 s; 4 * 0.8/0.6 = 5.33, so two slots more. */
static void test_report__by_hand(void **state)
{
    struct skep_report_account account = {
        .rows = {[SKEP_ACCOUNT_ATTEMPTS] = 1000,
                 [SKEP_ACCOUNT_WALL] = 320000000000,
                 [SKEP_ACCOUNT_MAP] = 10000000000,
                 [SKEP_ACCOUNT_COMPUTE] = 290000000000,
                 [SKEP_ACCOUNT_COMMIT] = 15000000000},
        .from_ms = 1700000000000,
        .to_ms = 1700000100000,
        .n_slots = 4,
        .busiest_ns = 90000000000,
    };
    struct skep_report report;

    (void)state;
    assert_true(skep_report_make(&account, 1.5, &report));
    assert_int_equal(report.slots, 4);
    assert_true(is_near(report.elapsed_s, 100, 1e-9));
    assert_true(is_near(report.use, 0.8, 1e-12));
    assert_true(is_near(report.speedup, 3.2, 1e-12));
    assert_true(is_near(report.serial, 1.0 / 12, 1e-12));
    assert_true(is_near(report.parts[SKEP_REPORT_WAIT], 0.2, 1e-12));
    assert_true(is_near(report.parts[SKEP_REPORT_MAP], 0.025, 1e-12));
    assert_true(is_near(report.parts[SKEP_REPORT_COMPUTE], 0.725, 1e-12));
    assert_true(is_near(report.parts[SKEP_REPORT_COMMIT], 0.0375, 1e-12));
    assert_true(is_near(report.parts[SKEP_REPORT_OTHER], 0.0125, 1e-12));
    assert_true(is_near(report.twice_speedup, 96.0 / 19, 1e-12));
    assert_true(is_near(report.twice_s, 320.0 * 19 / 96, 1e-9));
    assert_false(report.is_bounded_by_longest);
    assert_int_equal(report.more_slots, 2);
    assert_true(is_near(report.mean_s, 0.32, 1e-12));
    assert_true(isnan(report.median_s)); /* no histogram was given */
}

/* The longest task is no shorter on twice the slots. */
static void test_report__longest_task(void **state)
{
    struct skep_report_account account = {
        .rows = {[SKEP_ACCOUNT_ATTEMPTS] = 100, [SKEP_ACCOUNT_WALL] = 160000000000},
        .to_ms = 100000,
        .n_slots = 2,
        .busiest_ns = 90000000000,
    };
    struct skep_report report;

    (void)state;
    assert_true(skep_report_make(&account, 80, &report));
    assert_true(report.is_bounded_by_longest);
    assert_true(is_near(report.twice_s, 80, 1e-9));
    assert_true(is_near(report.twice_speedup, 2, 1e-9));
}

/* No more slots than tasks are of use: three tasks on two slots that never waited take a third of the time on
 * twice as many. */
static void test_report__few_tasks(void **state)
{
    struct skep_report_account account = {
        .rows = {[SKEP_ACCOUNT_ATTEMPTS] = 3, [SKEP_ACCOUNT_WALL] = 6000000000},
        .to_ms = 3000,
        .n_slots = 2,
        .busiest_ns = 3000000000,
    };
    struct skep_report report;

    (void)state;
    assert_true(skep_report_make(&account, 0, &report));
    assert_true(is_near(report.twice_s, 2, 1e-9));
    assert_int_equal(report.more_slots, 0); /* three seconds are no use that lasts */
}

/* Eight slots on four busy cores: half the time in kernels without a processor, and interrupted for it. What
 * more slots would give is not foretold. Tasks that wait by themselves are another matter. */
static void test_report__shared_cores(void **state)
{
    struct skep_report_account account = {
        .rows = {[SKEP_ACCOUNT_ATTEMPTS] = 100,
                 [SKEP_ACCOUNT_WALL] = 800000000000,
                 [SKEP_ACCOUNT_COMPUTE] = 800000000000,
                 [SKEP_ACCOUNT_USER] = 390000000000,
                 [SKEP_ACCOUNT_SYSTEM] = 10000000000,
                 [SKEP_ACCOUNT_VOLUNTARY] = 500,
                 [SKEP_ACCOUNT_INVOLUNTARY] = 90000},
        .to_ms = 101000,
        .n_slots = 8,
        .busiest_ns = 100000000000,
    };
    struct skep_report report;

    (void)state;
    assert_true(skep_report_make(&account, 8, &report));
    assert_true(is_near(report.processor, 0.5, 1e-12));
    assert_true(report.shares_cores);
    assert_true(isnan(report.twice_s));
    assert_int_equal(report.more_slots, 0);
    account.rows[SKEP_ACCOUNT_INVOLUNTARY] = 7000; /* fewer than ten a second are everyday life */
    assert_true(skep_report_make(&account, 8, &report));
    assert_false(report.shares_cores);
    account.rows[SKEP_ACCOUNT_INVOLUNTARY] = 100;
    assert_true(skep_report_make(&account, 8, &report));
    assert_false(report.shares_cores);
    assert_true(isfinite(report.twice_s));
    assert_int_equal(report.more_slots, 6); /* 8 * (100/101) / 0.6 = 13.2 */
}

/* Fields become numbers; those of slots are counted. */
static void test_report__takes_fields(void **state)
{
    struct skep_report_account account = {0};

    (void)state;
    skep_report_take(&account, "attempts", 7);
    skep_report_take(&account, "compute_ns", 8);
    skep_report_take(&account, "b0", 3);
    skep_report_take(&account, "b17", 4);
    skep_report_take(&account, "w:host:1:2:abc", 100);
    skep_report_take(&account, "w:host:2:2:abc", 300);
    skep_report_take(&account, "w:host:3:2:abc", 200);
    skep_report_take(&account, "peak_rss_bytes", 4096);
    skep_report_take(&account, "from_ms", 10);
    skep_report_take(&account, "to_ms", 20);
    assert_int_equal(account.rows[SKEP_ACCOUNT_ATTEMPTS], 7);
    assert_int_equal(account.rows[SKEP_ACCOUNT_COMPUTE], 8);
    assert_int_equal(account.buckets[0], 3);
    assert_int_equal(account.buckets[17], 4);
    assert_int_equal(account.n_slots, 3);
    assert_int_equal(account.busiest_ns, 300);
    assert_int_equal(account.n_uncounted, 0);
    assert_int_equal(account.peak_rss_bytes, 4096);
    assert_int_equal(account.from_ms, 10);
    assert_int_equal(account.to_ms, 20);
    skep_report_take(&account, "w:", 50); /* slots that are not told apart */
    assert_int_equal(account.n_uncounted, 1);
}

/* ---- refuses ---- */

/* One slot tells nothing of what does not scale. */
static void test_report__one_slot(void **state)
{
    struct skep_report_account account = {
        .rows = {[SKEP_ACCOUNT_ATTEMPTS] = 10, [SKEP_ACCOUNT_WALL] = 9000000000},
        .to_ms = 10000,
        .n_slots = 1,
        .busiest_ns = 9000000000,
    };
    struct skep_report report;

    (void)state;
    assert_true(skep_report_make(&account, 1, &report));
    assert_true(isnan(report.serial) && isnan(report.twice_s));
    assert_true(is_near(report.use, 0.9, 1e-12));
}

/* Nothing has ended: nothing to tell. */
static void test_report__nothing(void **state)
{
    const struct skep_report_account account = {.n_slots = 3, .to_ms = 100};
    struct skep_report report;

    (void)state;
    assert_false(skep_report_make(&account, 0, &report));
}

/* ---- breaks ---- */

/* What somebody else wrote there makes no sense, and no nonsense of the rest: negative amounts, buckets and
 * fields that there are not, clocks that ran backwards, slots that were busier than there was time. */
static void test_report__strange_fields(void **state)
{
    struct skep_report_account account = {0};
    struct skep_report report;

    (void)state;
    skep_report_take(&account, "attempts", -7);
    skep_report_take(&account, "b18", 3);
    skep_report_take(&account, "b-1", 3);
    skep_report_take(&account, "b", 3);
    skep_report_take(&account, "", 3);
    skep_report_take(&account, "nonsense", 3);
    assert_false(skep_report_make(&account, 0, &report));
    skep_report_take(&account, "attempts", 2);
    skep_report_take(&account, "wall_ns", INT64_MAX);
    skep_report_take(&account, "from_ms", INT64_MAX);
    skep_report_take(&account, "to_ms", 0);
    assert_true(skep_report_make(&account, 1, &report));
    assert_int_equal(report.slots, 1);
    assert_true(report.use <= 1 && report.use >= 0);
    assert_true(isfinite(report.elapsed_s) && report.elapsed_s > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report__karp_flatt),   cmocka_unit_test(test_report__amdahl),
        cmocka_unit_test(test_report__by_hand),      cmocka_unit_test(test_report__longest_task),
        cmocka_unit_test(test_report__few_tasks),    cmocka_unit_test(test_report__takes_fields),
        cmocka_unit_test(test_report__shared_cores), cmocka_unit_test(test_report__one_slot),
        cmocka_unit_test(test_report__nothing),      cmocka_unit_test(test_report__strange_fields),
    };

    return cmocka_run_group_tests_name("monitor/report", tests, NULL, NULL);
}
