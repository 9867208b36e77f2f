/* SPDX-License-Identifier: MIT */
#include "unit/sweep/spec.h"

static struct spec spec; /* large */

/* ---- works ---- */

/* Equal parts differ by at most one, larger ones are to the right, and together they are the whole. */
static void check_split(int64_t total, int64_t parts)
{
    char factor[128];
    int64_t end = 0;

    snprintf(factor, sizeof factor, "{\"split\":\"n\",\"from\":\"%lld:%lld\"}", (long long)total,
             (long long)parts);
    spec_open(&spec, factor);
    assert_int_equal(spec.sweep.n_all, parts);
    for (int64_t i = 0; i < parts; i++) {
        const int64_t size = total / parts + (i >= parts - total % parts);

        assert_int_equal(spec_int(&spec, i, "n"), size);
        assert_int_equal(spec_int(&spec, i, "n.lo"), end);
        end += size;
        assert_int_equal(spec_int(&spec, i, "n.hi"), end);
        assert_int_equal(spec_at(&spec, i, "n.hi").place, i);
    }
    assert_int_equal(end, total);
    spec_close(&spec);
}

/* Every split of small totals, and of large ones. */
static void test_factor_parts__split_sums_up(void **state)
{
    (void)state;
    for (int64_t total = 1; total <= 40; total++) {
        for (int64_t parts = 1; parts <= total; parts++) {
            check_split(total, parts);
        }
    }
    check_split(10000000000, 1000);
    check_split(INT64_C(1) << 62, 1001);
}

/* Integers may be written as people write large ones. */
static void test_factor_parts__split_reads_powers_of_ten(void **state)
{
    (void)state;
    spec_open(&spec, "{\"split\":\"n\",\"from\":\"1e10:1e3\"}");
    assert_int_equal(spec.sweep.n_all, 1000);
    assert_int_equal(spec_int(&spec, 999, "n.hi"), 10000000000);
    spec_close(&spec);
}

/* The parts of a range follow each other from its start to its end. */
static void test_factor_parts__ranges_cover(void **state)
{
    (void)state;
    for (int64_t parts = 1; parts <= 23; parts++) {
        char factor[128];
        int64_t end = -7;

        snprintf(factor, sizeof factor, "{\"ranges\":[\"a\",\"b\"],\"from\":\"-7:16:%lld\"}",
                 (long long)parts);
        spec_open(&spec, factor);
        for (int64_t i = 0; i < parts; i++) {
            assert_int_equal(spec_int(&spec, i, "a"), end);
            end = spec_int(&spec, i, "b");
            assert_in_range(end - spec_int(&spec, i, "a"), 23 / parts, 23 / parts + (23 % parts != 0));
        }
        assert_int_equal(end, 16);
        spec_close(&spec);
    }
}

/* With a step all parts are of this size; the last one may be smaller. */
static void test_factor_parts__ranges_by_step(void **state)
{
    (void)state;
    for (int64_t step = 1; step <= 30; step++) {
        char factor[128];
        int64_t n = 0;

        snprintf(factor, sizeof factor, "{\"ranges\":[\"a\",\"b\"],\"from\":\"2:25/%lld\"}", (long long)step);
        spec_open(&spec, factor);
        for (int64_t lo = 2; lo < 25; lo += step) { /* range(2, 25, step) */
            assert_int_equal(spec_int(&spec, n, "a"), lo);
            assert_int_equal(spec_int(&spec, n, "b"), lo + step < 25 ? lo + step : 25);
            n++;
        }
        assert_int_equal(spec.sweep.n_all, n);
        spec_close(&spec);
    }
}

/* ---- refuses ---- */

/* What does not cut a whole into parts is refused. */
static void test_factor_parts__refuses(void **state)
{
    static const struct {
        const char *from;
        const char *words;
    } ranges[] = {
        {"\"5:5:1\"", "nothing lies from 5 up to 5"},
        {"\"6:5:1\"", "nothing lies from 6 up to 5"},
        {"\"0:10:0\"", "the number of parts must be at least 1, not 0"},
        {"\"0:10/0\"", "the step must be at least 1, not 0"},
        {"\"0:10:11\"", "11 parts of 10: some would be empty"},
        {"\"0:10:3:4\"", "wanted LO:HI:PARTS or LO:HI/STEP in integers"},
        {"\"0:10:3/4\"", "wanted LO:HI:PARTS or LO:HI/STEP in integers"},
        {"\"0:10\"", "wanted LO:HI:PARTS or LO:HI/STEP in integers"},
        {"\"0/10\"", "wanted LO:HI:PARTS or LO:HI/STEP in integers"},
        {"\"0:10/\"", "wanted LO:HI:PARTS or LO:HI/STEP in integers"},
        {"\"0.5:10:3\"", "wanted LO:HI:PARTS or LO:HI/STEP in integers"},
        {"\"-9223372036854775808:9223372036854775807:3\"", "only integers up to 2^62"},
        {"7", "\"from\": wanted a text, got 7"},
    };
    static const struct {
        const char *from;
        const char *words;
    } splits[] = {
        {"\"0:1\"", "nothing lies from 0 up to 0"},
        {"\"-5:1\"", "nothing lies from 0 up to -5"},
        {"\"10:0\"", "the number of parts must be at least 1, not 0"},
        {"\"10:-2\"", "the number of parts must be at least 1, not -2"},
        {"\"10:20\"", "20 parts of 10"},
        {"\"10\"", "wanted TOTAL:PARTS in integers"},
        {"\"10:2:1\"", "wanted TOTAL:PARTS in integers"},
        {"\"1e400:2\"", "wanted TOTAL:PARTS in integers"},
    };
    char factor[128];

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        snprintf(factor, sizeof factor, "{\"ranges\":[\"a\",\"b\"],\"from\":%s}", ranges[i].from);
        spec_refuse(factor, ranges[i].words);
    }
    for (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++) {
        snprintf(factor, sizeof factor, "{\"split\":\"n\",\"from\":%s}", splits[i].from);
        spec_refuse(factor, splits[i].words);
    }
    spec_refuse("{\"ranges\":[\"a\"],\"from\":\"0:1:1\"}", "ranges: wanted a list of 2 names");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor_parts__split_sums_up),
        cmocka_unit_test(test_factor_parts__split_reads_powers_of_ten),
        cmocka_unit_test(test_factor_parts__ranges_cover),
        cmocka_unit_test(test_factor_parts__ranges_by_step),
        cmocka_unit_test(test_factor_parts__refuses),
    };
    return cmocka_run_group_tests_name("sweep/factor_parts", tests, NULL, NULL);
}
