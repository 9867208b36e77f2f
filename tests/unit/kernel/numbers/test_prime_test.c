/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/numbers/prime_test.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

enum { SIEVED = 1000000 };

static void check(uint64_t n, bool is_prime)
{
    if (skep_is_prime(n) != is_prime) {
        fail_msg("%llu is %s", (unsigned long long)n, is_prime ? "prime" : "composite");
    }
}

/* Every number below a million agrees with the sieve of Eratosthenes. */
static void test_prime_test__agrees_with_a_sieve(void **state)
{
    static bool is_composite[SIEVED];

    (void)state;
    for (uint64_t i = 2; i < SIEVED; i++) {
        for (uint64_t j = i * i; !is_composite[i] && j < SIEVED; j += i) {
            is_composite[j] = true;
        }
    }
    for (uint64_t i = 0; i < SIEVED; i++) {
        check(i, i >= 2 && !is_composite[i]);
    }
}

/* The ten primes before a power of two are at the distances published by C. Caldwell
 * (primes.utm.edu/lists/2small), and nothing between them is prime. */
static void test_prime_test__primes_below_powers_of_two(void **state)
{
    static const struct {
        int bits;
        uint64_t distance[10];
    } rows[] = {
        {32, {5, 17, 65, 99, 107, 135, 153, 185, 209, 267}},
        {48, {59, 65, 89, 93, 147, 165, 189, 233, 243, 257}},
        {63, {25, 165, 259, 301, 375, 387, 391, 409, 457, 471}},
        {64, {59, 83, 95, 179, 189, 257, 279, 323, 353, 363}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t power = rows[i].bits == 64 ? 0 : (uint64_t)1 << rows[i].bits;
        int k = 0;

        for (uint64_t d = 1; d <= rows[i].distance[9]; d++) {
            check(power - d, d == rows[i].distance[k]);
            k += d == rows[i].distance[k];
        }
        assert_int_equal(k, 10);
    }
}

/* The smallest strong pseudoprimes to the first k primes as bases (Jaeschke 1993; Zhang 2001; Jiang and Deng
 * 2014; all below 2^64), and other numbers that are known for passing tests, are composite. */
static void test_prime_test__strong_pseudoprimes(void **state)
{
    static const uint64_t composites[] = {
        2047,
        1373653,
        25326001,
        3215031751,
        2152302898747,
        3474749660383,
        341550071728321,
        3825123056546413051,
        /* to 2 and 3; 2 and 7; 2 and 61; 2, 3, 5 and 61; 31 and 73; 2, 7 and 61; 2, 13, 23; 2, 3, 7 and 17 */
        1530787,
        314821,
        916327,
        42550716781,
        9080191,
        4759123141,
        1122004669633,
        47636622961201,
        /* squares of the Wieferich primes, strong pseudoprimes to base 2 */
        1194649,
        12327121,
    };

    (void)state;
    for (size_t i = 0; i < COUNT(composites); i++) {
        check(composites[i], false);
    }
}

/* Carmichael numbers, which pass Fermat's test for every base, are composite: all below 10^5, and products
 * (6k+1)(12k+1)(18k+1) of three primes (Chernick 1939) up to 2^64. */
static void test_prime_test__carmichael_numbers(void **state)
{
    static const uint64_t small[] = {561,   1105,  1729,  2465,  2821,  6601,  8911,  10585,
                                     15841, 29341, 41041, 46657, 52633, 62745, 63973, 75361};
    int n_found = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(small); i++) {
        check(small[i], false);
    }
    for (uint64_t k = 1; k < 242000; k++) {
        if (skep_is_prime(6 * k + 1) && skep_is_prime(12 * k + 1) && skep_is_prime(18 * k + 1)) {
            check((6 * k + 1) * (12 * k + 1) * (18 * k + 1), false);
            n_found++;
        }
    }
    assert_true(n_found > 500);
}

/* Squares of primes, and products of two primes p and r (p - 1) + 1, where most strong pseudoprimes are
 * found, are composite: the primes from a sieve up to 2^20, and the ten largest below 2^32. */
static void test_prime_test__products_of_two_primes(void **state)
{
    static const uint64_t large[] = {5, 17, 65, 99, 107, 135, 153, 185, 209, 267};
    static bool is_composite[1 << 20];

    (void)state;
    for (uint64_t p = 2; p < COUNT(is_composite); p++) {
        if (is_composite[p]) {
            continue;
        }
        for (uint64_t j = p * p; j < COUNT(is_composite); j += p) {
            is_composite[j] = true;
        }
        check(p * p, false);
        for (uint64_t r = 2; r < 8; r++) {
            check(p * (r * (p - 1) + 1), false);
        }
    }
    for (size_t i = 0; i < COUNT(large); i++) {
        for (size_t k = 0; k < COUNT(large); k++) {
            check((((uint64_t)1 << 32) - large[i]) * (((uint64_t)1 << 32) - large[k]), false);
        }
    }
}

/* The ends of the range. */
static void test_prime_test__ends(void **state)
{
    (void)state;
    check(0, false);
    check(1, false);
    check(2, true);
    check(UINT64_MAX, false);
    check((uint64_t)1 << 63, false);
    check(4294967297, false); /* 641 times 6700417 */
    check(65537, true);
    check(2305843009213693951, true); /* 2^61 - 1, Pervushin 1883 */
    check(4759123129, true);          /* on both sides of 4759123141, where the bases change */
    check(4759123151, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prime_test__agrees_with_a_sieve),
        cmocka_unit_test(test_prime_test__primes_below_powers_of_two),
        cmocka_unit_test(test_prime_test__strong_pseudoprimes),
        cmocka_unit_test(test_prime_test__carmichael_numbers),
        cmocka_unit_test(test_prime_test__products_of_two_primes),
        cmocka_unit_test(test_prime_test__ends),
    };
    return cmocka_run_group_tests_name("kernel/prime_test", tests, NULL, NULL);
}
