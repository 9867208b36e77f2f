/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "base/nearest.h"

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

/* A word that is too long for the table is far from everything. */
static void test_nearest__leaves_long_words_alone(void **state)
{
    char endless[SKEP_NEAREST_MAX + 1];

    (void)state;
    memset(endless, 's', sizeof endless);
    assert_int_equal(skep_nearest_distance(endless, sizeof endless, "s", 1), SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest__counts_slips),
        cmocka_unit_test(test_nearest__leaves_long_words_alone),
    };
    return cmocka_run_group_tests_name("base/nearest", tests, NULL, NULL);
}
