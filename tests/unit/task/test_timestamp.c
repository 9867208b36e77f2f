/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>
#include <time.h>

#include "task/timestamp.h"

static int64_t parse(const char *text)
{
    int64_t ms = -1;

    return skep_timestamp_parse(text, strlen(text), &ms) ? ms : -1;
}

/* Times of date(1): date -u -d 2026-11-21T10:04:05 +%s, and so on. */
static void test_timestamp__reads_known_times(void **state)
{
    (void)state;
    assert_int_equal(parse("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(parse("2026-11-21T10:04:05Z"), INT64_C(1795255445000));
    assert_int_equal(parse("2000-02-29T23:59:59Z"), INT64_C(951868799000));
    assert_int_equal(parse("2100-03-01T00:00:00Z"), INT64_C(4107542400000));
    assert_int_equal(parse("9999-12-31T23:59:59Z"), INT64_C(253402300799000));
}

/* A fraction of a second counts to the millisecond; the rest of it is cut. */
static void test_timestamp__reads_fractions(void **state)
{
    (void)state;
    assert_int_equal(parse("1970-01-01T00:00:00.5Z"), 500);
    assert_int_equal(parse("1970-01-01T00:00:00.25Z"), 250);
    assert_int_equal(parse("1970-01-01T00:00:00.123Z"), 123);
    assert_int_equal(parse("1970-01-01T00:00:00.123999999Z"), 123);
    assert_int_equal(parse("1970-01-01T00:00:00.000Z"), 0);
}

/* An offset says how far the written clock is ahead of UTC, as Python's isoformat writes it. */
static void test_timestamp__reads_offsets(void **state)
{
    (void)state;
    assert_int_equal(parse("1970-01-01T02:00:00+01:30"), 1800000);
    assert_int_equal(parse("1969-12-31T23:00:00-01:30"), 1800000);
    assert_int_equal(parse("2026-11-21T10:04:05.123456+00:00"), INT64_C(1795255445123));
}

/* Each day from 1970 to 2200 is written as the C library's gmtime writes it, and read back. */
static void test_timestamp__agrees_with_gmtime(void **state)
{
    char text[SKEP_TIMESTAMP_BYTES];
    char wanted[64];

    (void)state;
    for (int64_t day = 0; day < 84006; day++) {
        const time_t seconds = (time_t)(day * 86400 + day * 7919 % 86400);
        struct tm parts;

        assert_non_null(gmtime_r(&seconds, &parts));
        assert_true(strftime(wanted, sizeof wanted, "%Y-%m-%dT%H:%M:%S.007Z", &parts) > 0);
        skep_timestamp_format((int64_t)seconds * 1000 + 7, text);
        assert_string_equal(text, wanted);
        assert_int_equal(parse(text), (int64_t)seconds * 1000 + 7);
    }
    skep_timestamp_format(SKEP_TIMESTAMP_MAX_MS, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
}

/* Dates that do not exist, times outside the calendar, and other spellings are refused. */
static void test_timestamp__refuses(void **state)
{
    static const char *const wrong[] = {
        "",
        "now",
        "2026-11-21",
        "2026-11-21T10:04Z",
        "2026-11-21T10:04:05",
        "2026-11-21 10:04:05Z",
        "2026-11-21t10:04:05z",
        "2026-11-21T10:04:05ZZ",
        " 2026-11-21T10:04:05Z",
        "2026-11-21T10:04:05.Z",
        "2026-11-21T10:04:05,5Z",
        "2026-11-21T10:04:05+0100",
        "2026-11-21T10:04:05+24:00",
        "2026-11-21T10:04:05+01:60",
        "2026-00-21T10:04:05Z",
        "2026-13-21T10:04:05Z",
        "2026-11-00T10:04:05Z",
        "2026-11-31T10:04:05Z",
        "2026-02-29T10:04:05Z",
        "2100-02-29T10:04:05Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T10:60:05Z",
        "2026-11-21T10:04:60Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "12026-11-21T10:04:05Z",
        "-026-11-21T10:04:05Z",
        "0000-01-01T00:00:00Z",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (parse(wrong[i]) != -1) {
            fail_msg("passed: %s", wrong[i]);
        }
    }
}

/* No prefix of a time is a time, and nothing is read behind its end. */
static void test_timestamp__refuses_every_prefix(void **state)
{
    static const char whole[] = "2026-11-21T10:04:05.123+01:30";
    int64_t ms = 5;

    (void)state;
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        assert_false(skep_timestamp_parse(whole, n, &ms));
        assert_int_equal(ms, 5);
    }
    assert_true(skep_timestamp_parse(whole, sizeof whole - 1, &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timestamp__reads_known_times),
        cmocka_unit_test(test_timestamp__reads_fractions),
        cmocka_unit_test(test_timestamp__reads_offsets),
        cmocka_unit_test(test_timestamp__agrees_with_gmtime),
        cmocka_unit_test(test_timestamp__refuses),
        cmocka_unit_test(test_timestamp__refuses_every_prefix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
