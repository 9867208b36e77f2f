/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <time.h>

#include "base/clock.h"

static int64_t fixed_wall_ms(void)
{
    return 1234;
}

static int64_t fixed_monotonic_ns(void)
{
    return 5999999;
}

/* A replaced clock is what everybody sees, until the system's is put back. */
static void test_clock__is_replaceable(void **state)
{
    static const struct skep_clock fixed = {fixed_wall_ms, fixed_monotonic_ns};

    (void)state;
    skep_clock_replace(&fixed);
    assert_int_equal(skep_wall_ms(), 1234);
    assert_int_equal(skep_monotonic_ns(), 5999999);
    assert_int_equal(skep_monotonic_ms(), 5);
    skep_clock_replace(NULL);
    assert_int_not_equal(skep_wall_ms(), 1234);
}

/* The system's wall clock is the one that time(2) tells. */
static void test_clock__wall_is_unix_time(void **state)
{
    int64_t before = (int64_t)time(NULL);
    int64_t now = skep_wall_ms() / 1000;
    int64_t after = (int64_t)time(NULL);

    (void)state;
    assert_true(before - 1 <= now && now <= after + 1);
}

/* Durations never run backwards. */
static void test_clock__monotonic_does_not_go_back(void **state)
{
    int64_t last = skep_monotonic_ns();

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t now = skep_monotonic_ns();
        assert_true(now >= last);
        last = now;
    }
}

/* Texts as `date -u -d @SECONDS` gives them, with the milliseconds. */
static void test_clock__formats_utc(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {951782400007, "2000-02-29T00:00:00.007Z"},
        {1772150645123, "2026-02-27T00:04:05.123Z"},
        {4102444799999, "2099-12-31T23:59:59.999Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {-1000, "1969-12-31T23:59:59.000Z"},
    };
    char text[SKEP_TIME_TEXT_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(skep_time_format(cases[i].ms, text, sizeof text), cases[i].text);
    }
}

/* A sleep of no time or less returns at once instead of being refused or lasting for ever. */
static void test_clock__no_sleep_at_all(void **state)
{
    (void)state;
    skep_sleep_ms(0);
    skep_sleep_ms(-1000);
    skep_sleep_ms(INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock__is_replaceable),
        cmocka_unit_test(test_clock__wall_is_unix_time),
        cmocka_unit_test(test_clock__monotonic_does_not_go_back),
        cmocka_unit_test(test_clock__formats_utc),
        cmocka_unit_test(test_clock__no_sleep_at_all),
    };
    return cmocka_run_group_tests_name("base/clock", tests, NULL, NULL);
}
