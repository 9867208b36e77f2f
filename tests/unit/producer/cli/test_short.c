/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "producer/cli/short.h"

static char text[SKEP_SHORT_BYTES];

/* In full as long as it is short, then three figures. */
static void test_short__count(void **state)
{
    (void)state;
    assert_string_equal(skep_short_count(0, text), "0");
    assert_string_equal(skep_short_count(99999, text), "99,999");
    assert_string_equal(skep_short_count(100000, text), "100k");
    assert_string_equal(skep_short_count(999499, text), "999k");
    assert_string_equal(skep_short_count(999600, text), "1.00M");
    assert_string_equal(skep_short_count(1234567, text), "1.23M");
    assert_string_equal(skep_short_count(12345678, text), "12.3M");
    assert_string_equal(skep_short_count(10000000000, text), "10.0G");
    assert_string_equal(skep_short_count(INT64_MAX, text), "9.22E");
    assert_string_equal(skep_short_count(-5, text), "-5");
}

/* What is not known is no number. */
static void test_short__rate(void **state)
{
    (void)state;
    assert_string_equal(skep_short_rate(0, text), "0");
    assert_string_equal(skep_short_rate(0.25, text), "0.25");
    assert_string_equal(skep_short_rate(0.999, text), "1.0");
    assert_string_equal(skep_short_rate(12.34, text), "12.3");
    assert_string_equal(skep_short_rate(1234.4, text), "1,234");
    assert_string_equal(skep_short_rate(2.5e6, text), "2.50M");
    assert_string_equal(skep_short_rate(1e300, text), "900P");
    assert_string_equal(skep_short_rate(NAN, text), "-");
    assert_string_equal(skep_short_rate(INFINITY, text), "-");
    assert_string_equal(skep_short_rate(-1, text), "-");
}

/* Two units at most. */
static void test_short__seconds(void **state)
{
    (void)state;
    assert_string_equal(skep_short_seconds(0.04, text), "0.0s");
    assert_string_equal(skep_short_seconds(-3, text), "0.0s");
    assert_string_equal(skep_short_seconds(9.94, text), "9.9s");
    assert_string_equal(skep_short_seconds(9.96, text), "10s");
    assert_string_equal(skep_short_seconds(99.4, text), "99s");
    assert_string_equal(skep_short_seconds(200, text), "3m20s");
    assert_string_equal(skep_short_seconds(3599.6, text), "1h00m");
    assert_string_equal(skep_short_seconds(7500, text), "2h05m");
    assert_string_equal(skep_short_seconds(3 * 86400 + 4 * 3600, text), "3d04h");
    assert_string_equal(skep_short_seconds(250 * 86400, text), "250d");
    assert_string_equal(skep_short_seconds(10 * 365.25 * 86400, text), "10.0y");
    assert_string_equal(skep_short_seconds(INFINITY, text), "never");
    assert_string_equal(skep_short_seconds(NAN, text), "-");
}

/* Times of tasks. */
static void test_short__time(void **state)
{
    (void)state;
    assert_string_equal(skep_short_time(0, text), "0.0us");
    assert_string_equal(skep_short_time(12e-6, text), "12us");
    assert_string_equal(skep_short_time(0.0015, text), "1.5ms");
    assert_string_equal(skep_short_time(0.5, text), "500ms");
    assert_string_equal(skep_short_time(2.3, text), "2.30s");
    assert_string_equal(skep_short_time(75, text), "75s");
    assert_string_equal(skep_short_time(NAN, text), "-");
}

/* An age that is not known is below 0. */
static void test_short__age(void **state)
{
    (void)state;
    assert_string_equal(skep_short_age(-1, text), "-");
    assert_string_equal(skep_short_age(0, text), "0.0s");
    assert_string_equal(skep_short_age(400, text), "0.4s");
    assert_string_equal(skep_short_age(200000, text), "3m20s");
}

/* Amounts in powers of 1024. */
static void test_short__bytes(void **state)
{
    (void)state;
    assert_string_equal(skep_short_bytes(-1, text), "-");
    assert_string_equal(skep_short_bytes(512, text), "512B");
    assert_string_equal(skep_short_bytes(1536, text), "1.50K");
    assert_string_equal(skep_short_bytes(INT64_C(3) << 30, text), "3.00G");
    assert_string_equal(skep_short_bytes(INT64_MAX, text), "8.00E");
}

/* None is wider than its column. */
static void test_short__fits(void **state)
{
    double x = 1e-9;

    (void)state;
    for (int i = 0; i < 950; i++) { /* up to 1e19 */
        x *= 1.07;
        assert_in_range(strlen(skep_short_count((int64_t)(x < 9e18 ? x : 9e18), text)), 1, 6);
        assert_in_range(strlen(skep_short_rate(x, text)), 1, 6);
        assert_in_range(strlen(skep_short_seconds(x, text)), 1, 6);
        assert_in_range(strlen(skep_short_time(x, text)), 1, 6);
        assert_in_range(strlen(skep_short_bytes((int64_t)(x < 9e18 ? x : 9e18), text)), 1, 6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short__count),   cmocka_unit_test(test_short__rate),
        cmocka_unit_test(test_short__seconds), cmocka_unit_test(test_short__time),
        cmocka_unit_test(test_short__age),     cmocka_unit_test(test_short__bytes),
        cmocka_unit_test(test_short__fits),
    };

    return cmocka_run_group_tests_name("producer/cli/short", tests, NULL, NULL);
}
