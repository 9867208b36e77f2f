/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "config/nearest.h"

static size_t distance(const char *a, const char *b)
{
    return skep_nearest_distance(a, strlen(a), b, strlen(b));
}

/* One slip costs one, whatever its kind; distances add up and are the same both ways. */
static void test_nearest__counts_slips(void **state)
{
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        {"slots", "slots", 0},  {"slots", "slot", 1},     {"slots", "sltos", 1}, {"slots", "slobs", 1},
        {"slots", "slotss", 1}, {"kitten", "sitting", 3}, {"", "abc", 3},        {"ca", "abc", 3},
        {"ab", "ba", 1},        {"abcdef", "badcfe", 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(distance(cases[i].b, cases[i].a), cases[i].distance);
    }
}

static const struct skep_option rows[] = {
    {.name = "slots", .help = "x"},
    {.name = "redis", .help = "x"},
    {.name = "sleep-ms", .help = "x"},
    {.name = "hidden"},
    {0},
};

static const struct skep_option short_rows[] = {{.name = "ab", .help = "x"}, {0}};

/* The row one slip away is found, the nearer of two wins. */
static void test_nearest__finds_what_was_meant(void **state)
{
    (void)state;
    assert_ptr_equal(skep_nearest_option(rows, "sltos", 5), &rows[0]);
    assert_ptr_equal(skep_nearest_option(rows, "reddis", 6), &rows[1]);
    assert_ptr_equal(skep_nearest_option(rows, "sleepms", 7), &rows[2]);
    assert_ptr_equal(skep_nearest_option(rows, "slotsXYZ", 5), &rows[0]);
    /* Two slips in five letters are near, three are not; two in two letters would be another word. */
    assert_ptr_equal(skep_nearest_option(rows, "slXYs", 5), &rows[0]);
    assert_null(skep_nearest_option(rows, "sXYZs", 5));
    assert_null(skep_nearest_option(short_rows, "xy", 2));
}

/* Nothing is suggested for a word that is like none, nor is a row that people are not shown. */
static void test_nearest__suggests_nothing_far(void **state)
{
    char endless[100];

    (void)state;
    assert_null(skep_nearest_option(rows, "xyzzy", 5));
    assert_null(skep_nearest_option(rows, "", 0));
    assert_null(skep_nearest_option(rows, "s", 1));
    assert_null(skep_nearest_option(rows, "hiden", 5));
    memset(endless, 's', sizeof endless);
    assert_null(skep_nearest_option(rows, endless, sizeof endless));
    assert_int_equal(skep_nearest_distance(endless, sizeof endless, "s", 1), SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest__counts_slips),
        cmocka_unit_test(test_nearest__finds_what_was_meant),
        cmocka_unit_test(test_nearest__suggests_nothing_far),
    };
    return cmocka_run_group_tests_name("config/nearest", tests, NULL, NULL);
}
