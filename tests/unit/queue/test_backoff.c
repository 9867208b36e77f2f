/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "queue/backoff.h"

#include <stdbool.h>

/* The limits double from the base up to the cap: 50, 100, 200, ... 1600, 2000, 2000. A draw never exceeds its
 * limit, and of many draws some lie in each quarter below it (each misses one with probability 0.75^400 <
 * 1e-49). */
static void test_backoff__doubles_up_to_the_cap_with_full_jitter(void **state)
{
    static const int limits_ms[] = {50, 100, 200, 400, 800, 1600, 2000, 2000, 2000};
    enum { N_LIMITS = sizeof limits_ms / sizeof limits_ms[0], N_DRAWS = 400 };
    bool seen[N_LIMITS][4] = {{false}};

    (void)state;
    for (int draw = 0; draw < N_DRAWS; draw++) {
        struct skep_backoff backoff = {0};
        for (int i = 0; i < N_LIMITS; i++) {
            int ms = skep_backoff_next_ms(&backoff);
            assert_in_range(ms, 1, limits_ms[i]);
            seen[i][(ms - 1) * 4 / limits_ms[i]] = true;
        }
    }
    for (int i = 0; i < N_LIMITS; i++) {
        assert_true(seen[i][0] && seen[i][1] && seen[i][2] && seen[i][3]);
    }
}

/* After a success it begins at the base again. */
static void test_backoff__reset_starts_over(void **state)
{
    struct skep_backoff backoff = {.base_ms = 1, .cap_ms = 1 << 30};

    (void)state;
    for (int i = 0; i < 20; i++) {
        (void)skep_backoff_next_ms(&backoff);
    }
    skep_backoff_reset(&backoff);
    assert_int_equal(skep_backoff_next_ms(&backoff), 1);
}

/* No number of failures makes the wait overflow, whatever base and cap are. */
static void test_backoff__stays_in_range_for_ever(void **state)
{
    struct skep_backoff backoff = {.base_ms = INT32_MAX, .cap_ms = INT32_MAX};
    struct skep_backoff capped_below_base = {.base_ms = 100, .cap_ms = 1};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_in_range(skep_backoff_next_ms(&backoff), 1, INT32_MAX);
        assert_int_equal(skep_backoff_next_ms(&capped_below_base), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backoff__doubles_up_to_the_cap_with_full_jitter),
        cmocka_unit_test(test_backoff__reset_starts_over),
        cmocka_unit_test(test_backoff__stays_in_range_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
