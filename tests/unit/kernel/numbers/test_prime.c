/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

static bool is_prime(uint64_t n, bool is_reference)
{
    struct kernel_call k;

    kernel_call_init(&k, "prime");
    kernel_call_arg(&k, "n")->u64 = n;
    assert_int_equal(is_reference ? kernel_call_reference(&k) : kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_BOOL);
    kernel_call_release(&k);
    return k.value.boolean;
}

/* Both variants know the first primes and some large numbers. */
static void test_prime__known_numbers(void **state)
{
    static const struct {
        uint64_t n;
        bool is_prime;
    } rows[] = {
        {0, false},          {1, false},
        {2, true},           {3, true},
        {4, false},          {5, true},
        {9, false},          {37, true},
        {1369, false},       {561, false},
        {2147483647, true},  {4294967297, false},
        {4294967291, true},  {18446744073709551557u, true},
        {UINT64_MAX, false}, {3825123056546413051, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(is_prime(rows[i].n, false), rows[i].is_prime);
        assert_int_equal(is_prime(rows[i].n, true), rows[i].is_prime);
    }
}

/* Random numbers of every size: the fast variant and the reference, which has other bases and other
 * arithmetic, agree. */
static void test_prime__variants_agree(void **state)
{
    int n_rounds = getenv("SKEP_TEST_LONG") != NULL ? 1000000 : 20000;
    uint64_t chance = 1;
    int n_primes = 0;

    (void)state;
    for (int i = 0; i < n_rounds; i++) {
        uint64_t n = test_chance(&chance) >> (i % 64) | 1;
        bool expected = is_prime(n, true);
        if (is_prime(n, false) != expected) {
            fail_msg("%llu", (unsigned long long)n);
        }
        n_primes += expected;
    }
    assert_true(n_primes > n_rounds / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prime__known_numbers),
        cmocka_unit_test(test_prime__variants_agree),
    };
    return cmocka_run_group_tests_name("kernel/prime", tests, NULL, NULL);
}
