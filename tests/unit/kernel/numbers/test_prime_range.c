/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include "kernel/numbers/prime_range.h"
#include "kernel/numbers/prime_test.h"

static uint64_t count_of(uint64_t lo, uint64_t hi)
{
    struct skep_arena arena;
    struct skep_call call = {.arena = &arena};
    struct skep_error err = {0};
    struct skep_cost cost;
    uint64_t count;

    skep_arena_init_guarded(&arena, (size_t)64 << 20);
    assert_int_equal(skep_prime_range_count(&call, lo, hi, &count, &err), SKEP_OK);
    skep_prime_range_cost(lo, hi, &cost);
    assert_true((double)arena.used_bytes <= cost.bytes);
    assert_true(cost.bytes <= (double)arena.used_bytes + 1000);
    skep_arena_release(&arena);
    return count;
}

/* The first intervals of the sieve, at every start on the wheel and of every length around a byte, and across
 * the ends of segments: as the test of each number counts. */
static void test_prime_range__ends_anywhere(void **state)
{
    static const uint64_t starts[] = {120, 16129 - 40, 1966080 + 120 - 40, 3000000, 4294967296 - 40};
    enum { BEYOND = 50000 };

    (void)state;
    for (size_t s = 0; s < sizeof starts / sizeof starts[0]; s++) {
        uint64_t before = 0;
        for (uint64_t lo = starts[s]; lo < starts[s] + 60; lo++) {
            uint64_t expected = 0;
            for (uint64_t hi = lo; hi < starts[s] + 90; hi++) {
                assert_int_equal(count_of(lo, hi), expected);
                expected += skep_is_prime(hi);
            }
        }
        for (uint64_t n = starts[s]; n < starts[s] + BEYOND; n++) {
            if (n % 1009 < 3) {
                assert_int_equal(count_of(starts[s], n), before);
            }
            before += skep_is_prime(n);
        }
    }
}

/* Intervals of all three ways, long enough for several segments: known counts, pi(10^7) and pi(10^8) less the
 * 30 primes below 120; and 10^6 numbers before 2^64, each tested. */
static void test_prime_range__long_intervals(void **state)
{
    uint64_t expected = 0;

    (void)state;
    assert_int_equal(count_of(120, 10000000), 664579 - 30);
    assert_int_equal(count_of(120, 100000000), 5761455 - 30);
    for (uint64_t n = UINT64_MAX - 1000000; n < UINT64_MAX; n += 2) {
        expected += skep_is_prime(n);
    }
    expected += skep_is_prime(UINT64_MAX - 1000000);
    assert_int_equal(count_of(UINT64_MAX - 1000000, UINT64_MAX), expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prime_range__ends_anywhere),
        cmocka_unit_test(test_prime_range__long_intervals),
    };
    return cmocka_run_group_tests_name("kernel/prime_range", tests, NULL, NULL);
}
