/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"
#include "chaos/times.h"

/* Percentiles by the nearest rank, whatever the order in which the times came. */
static void test_times__gives_percentiles(void **state)
{
    struct skep_times times = {0};

    (void)state;
    assert_int_equal(skep_times_percentile(&times, 0.5), 0);
    for (int64_t i = 0; i < 200; i++) {
        skep_times_add(&times, (i * 77) % 200 + 1); /* each of 1 to 200 once: 77 and 200 share no factor */
    }
    assert_int_equal(times.n, 200);
    assert_int_equal(skep_times_percentile(&times, 0), 1);
    assert_int_equal(skep_times_percentile(&times, 0.5), 100);
    assert_int_equal(skep_times_percentile(&times, 0.99), 198);
    assert_int_equal(skep_times_percentile(&times, 1), 200);
    skep_times_release(&times);
}

/* When memory ends, those that are kept stay right. */
static void test_times__survives_a_lack_of_memory(void **state)
{
    struct skep_times times = {0};

    (void)state;
    test_heap_begin(1, TEST_HEAP_REST_FAILS);
    for (int64_t i = 0; i < 1000; i++) {
        skep_times_add(&times, 5);
    }
    assert_true(test_heap_end());
    assert_in_range(times.n, 1, 999);
    assert_int_equal(skep_times_percentile(&times, 1), 5);
    skep_times_release(&times);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times__gives_percentiles),
        cmocka_unit_test(test_times__survives_a_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
