/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "config/nearest.h"

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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest__finds_what_was_meant),
        cmocka_unit_test(test_nearest__suggests_nothing_far),
    };
    return cmocka_run_group_tests_name("config/nearest", tests, NULL, NULL);
}
