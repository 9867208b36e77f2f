/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

static uint64_t divisor_of(uint64_t n, uint64_t lo, uint64_t hi, bool is_reference)
{
    struct kernel_call k;

    kernel_call_init(&k, "prime_divisor");
    kernel_call_arg(&k, "n")->u64 = n;
    kernel_call_arg(&k, "lo")->u64 = lo;
    kernel_call_arg(&k, "hi")->u64 = hi;
    assert_int_equal(is_reference ? kernel_call_reference(&k) : kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_U64);
    assert_int_equal(k.arena.used_bytes, 0);
    kernel_call_release(&k);
    return k.value.u64;
}

/* All intervals of small numbers, 0 and 1 among them, and empty and reversed ones: as a plain loop finds. */
static void test_prime_divisor__small_numbers(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 50; n++) {
        for (uint64_t lo = 0; lo < 55; lo++) {
            for (uint64_t hi = 0; hi < 60; hi++) {
                uint64_t expected = 0;
                for (uint64_t d = lo; d < hi && expected == 0; d++) {
                    expected = d > 0 && n % d == 0 ? d : 0;
                }
                assert_int_equal(divisor_of(n, lo, hi, false), expected);
                assert_int_equal(divisor_of(n, lo, hi, true), expected);
            }
        }
    }
}

/* Longer intervals, where the number is factored, give what the reference finds by trying. */
static void test_prime_divisor__variants_agree(void **state)
{
    uint64_t chance = 5;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        uint64_t n = test_chance(&chance) >> (i % 60);
        uint64_t lo = test_chance(&chance) % 20000;
        uint64_t hi = lo + test_chance(&chance) % 5000;
        if (i % 2 == 0) { /* rich in divisors */
            n = 735134400 * (1 + n % 1000000007);
        }
        if (divisor_of(n, lo, hi, false) != divisor_of(n, lo, hi, true)) {
            fail_msg("%llu in [%llu, %llu)", (unsigned long long)n, (unsigned long long)lo,
                     (unsigned long long)hi);
        }
    }
}

/* Known factors of large numbers, found in intervals of any length. */
static void test_prime_divisor__large_numbers(void **state)
{
    const uint64_t product = 18446743979220271189u; /* 4294967279 times 4294967291 */

    (void)state;
    assert_int_equal(divisor_of(product, 2, UINT64_MAX, false), 4294967279u);
    assert_int_equal(divisor_of(product, 4294967280u, UINT64_MAX, false), 4294967291u);
    assert_int_equal(divisor_of(product, 4294967291u, 4294967292u, false), 4294967291u);
    assert_int_equal(divisor_of(product, 2, 4294967279u, false), 0);
    assert_int_equal(divisor_of(product, 4294967292u, UINT64_MAX, false), product);
    assert_int_equal(divisor_of(4294967297, 2, 1000000, false), 641);
    assert_int_equal(divisor_of(18446744073709551557u, 2, 18446744073709551557u, false), 0);
    assert_int_equal(divisor_of(18446744073709551557u, 2, UINT64_MAX, false), 18446744073709551557u);
    assert_int_equal(divisor_of(UINT64_MAX, 18, UINT64_MAX, false), 51); /* 3 * 5 * 17 * 257 * ... */
    assert_int_equal(divisor_of(897612484786617600u, 947424000, UINT64_MAX, false), 947506560);
    assert_int_equal(divisor_of(0, 12345, UINT64_MAX, false), 12345);
}

/* A stop ends the call, in either variant. */
static void test_prime_divisor__stops(void **state)
{
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "prime_divisor");
    kernel_call_arg(&k, "n")->u64 = 18446744073709551557u;
    kernel_call_arg(&k, "lo")->u64 = 2;
    kernel_call_arg(&k, "hi")->u64 = UINT64_MAX;
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prime_divisor__small_numbers),
        cmocka_unit_test(test_prime_divisor__variants_agree),
        cmocka_unit_test(test_prime_divisor__large_numbers),
        cmocka_unit_test(test_prime_divisor__stops),
    };
    return cmocka_run_group_tests_name("kernel/prime_divisor", tests, NULL, NULL);
}
