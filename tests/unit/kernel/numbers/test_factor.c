/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include "kernel/numbers/factor.h"
#include "kernel/numbers/prime_test.h"

/* The factors of N are prime, different, and their product is N. */
static void check(uint64_t n)
{
    struct skep_call call = {0};
    struct skep_factors factors;
    uint64_t product = 1;

    assert_int_equal(skep_factor(&call, n, &factors), SKEP_OK);
    for (int i = 0; i < factors.n; i++) {
        assert_true(skep_is_prime(factors.prime[i]));
        assert_true(factors.exponent[i] > 0);
        for (int k = 0; k < i; k++) {
            assert_true(factors.prime[i] != factors.prime[k]);
        }
        for (int k = 0; k < factors.exponent[i]; k++) {
            product *= factors.prime[i];
        }
    }
    if (product != n) {
        fail_msg("%llu", (unsigned long long)n);
    }
}

/* Every number up to 10^5, and random ones of every size. */
static void test_factor__products_are_the_number(void **state)
{
    uint64_t chance = 3;

    (void)state;
    for (uint64_t n = 1; n < 100000; n++) {
        check(n);
    }
    for (int i = 0; i < 500; i++) {
        uint64_t n = test_chance(&chance) >> (i % 63);
        check(n > 0 ? n : 1);
    }
}

/* What is hard: two large primes, squares, cubes and higher powers of primes, many factors. */
static void test_factor__hard_numbers(void **state)
{
    static const uint64_t numbers[] = {
        UINT64_MAX,
        18446744030759878681u, /* 4294967291^2 */
        18446743979220271189u, /* 4294967291 * 4294967279 */
        9223372036854775808u,  /* 2^63 */
        12157665459056928801u, /* 3^40 */
        18446724184312856125u, /* 2642245^3 = 5^3 * 528449^3 */
        614889782588491410u,   /* the product of the first 15 primes */
        897612484786617600u,   /* 103,680 divisors */
        4295098369u,           /* 65537^2 */
        281487861809153u,      /* 65537^3 */
        66049u,                /* 257^2 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        check(numbers[i]);
    }
}

/* A stop ends the search. */
static void test_factor__stops(void **state)
{
    atomic_uint stop = 1;
    struct skep_call call = {.stop = &stop};
    struct skep_factors factors;

    (void)state;
    assert_int_equal(skep_factor(&call, 18446743979220271189u, &factors), SKEP_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor__products_are_the_number),
        cmocka_unit_test(test_factor__hard_numbers),
        cmocka_unit_test(test_factor__stops),
    };
    return cmocka_run_group_tests_name("kernel/factor", tests, NULL, NULL);
}
