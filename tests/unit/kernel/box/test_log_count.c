/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/box/log_count.h"

static skep_log_wide units(struct skep_log log)
{
    return (skep_log_wide)log.whole * ((skep_log_wide)1 << 30) + log.rest;
}

/* Whether A and B are within 2^-74. */
static bool is_near(skep_log_wide a, skep_log_wide b)
{
    skep_log_wide apart = a > b ? a - b : b - a;
    return apart <= 1 << 12;
}

static uint32_t any_count(uint64_t *chance)
{
    return (uint32_t)(test_chance(chance) >> 32) >> (test_chance(chance) % 32) | 1;
}

/* It is the logarithm as far as long double can tell, for small counts, random ones and those next to where
 * the table's entries meet. */
static void test_log_count__is_the_logarithm(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < 40000; round++) {
        uint32_t k = round < 20000 ? (uint32_t)round + 1 : any_count(&chance);
        struct skep_log log = skep_log_count(k);
        long double value = (long double)log.whole * 0x1p-56L + (long double)log.rest * 0x1p-86L;

        if (!(fabsl(value - logl(k)) <= 2e-19L * logl(k))) {
            fail_msg("log %u", k);
        }
    }
    for (uint32_t j = 65; j < 128; j++) {
        for (unsigned s = 1; s < 25; s++) {
            uint32_t edge = (2 * j + 1) << (s - 1);
            struct skep_log below = skep_log_count(edge - 1), at = skep_log_count(edge);
            long double step = (long double)(units(at) - units(below)) * 0x1p-86L;

            assert_true(fabsl(step + log1pl(-1.0L / edge)) <= 0x1p-74L + 0x1p-62L / edge);
        }
    }
}

/* Far below a long double's last place the logarithm of a product is the sum of those of its factors: 2^-75
 * for each of the three. */
static void test_log_count__products(void **state)
{
    uint64_t chance = 2;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        uint32_t a = (uint32_t)(test_chance(&chance) % 65535) + 1;
        uint32_t b = (uint32_t)(test_chance(&chance) % 65535) + 1;

        if (!is_near(units(skep_log_count(a)) + units(skep_log_count(b)), units(skep_log_count(a * b)))) {
            fail_msg("log %u + log %u", a, b);
        }
    }
}

/* Powers of two are exact multiples of log 2; the logarithm of 1 is 0. */
static void test_log_count__powers_of_two(void **state)
{
    struct skep_log two = skep_log_count(2);

    (void)state;
    /* log 2 2^86, from its digits in base 16. */
    assert_true(two.whole == 0xb17217f7d1cf79 && two.rest == 0x2af278ed);
    for (int s = 0; s < 32; s++) {
        struct skep_log log = skep_log_count((uint32_t)1 << s);
        assert_true(log.whole == s * two.whole && log.rest == s * two.rest);
    }
}

/* A weighted sum is the sum of its parts, in one piece or several, with a table of logarithms or without, and
 * whatever the gaps between the weights are. */
static void test_log_count__weighted(void **state)
{
    enum { MOST = 5000 };
    static int64_t weights[MOST + 1];
    static struct skep_log logs[MOST + 1];
    uint64_t chance = 3;

    (void)state;
    for (int64_t k = 1; k <= MOST; k++) {
        logs[k] = skep_log_count((uint32_t)k);
    }
    for (int round = 0; round < 300; round++) {
        int64_t last = 1 + (int64_t)(test_chance(&chance) % MOST);
        int64_t middle = (int64_t)(test_chance(&chance) % (uint64_t)last);
        skep_log_wide expected = 0;

        memset(weights, 0, sizeof weights);
        for (int64_t k = 1; k < last; k++) {
            if (test_chance(&chance) % 7 < (uint64_t)round % 8) {
                weights[k] = (int64_t)(test_chance(&chance) >> 40) - ((int64_t)1 << 23);
            }
            expected += units(logs[k]) * weights[k];
        }
        assert_true(skep_log_weighted(weights, 0, last, NULL) == expected);
        assert_true(skep_log_weighted(weights, 1, last, logs) == expected);
        assert_true(skep_log_weighted(weights, 0, middle, NULL) +
                        skep_log_weighted(weights, middle, last, logs) ==
                    expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_count__is_the_logarithm),
        cmocka_unit_test(test_log_count__products),
        cmocka_unit_test(test_log_count__powers_of_two),
        cmocka_unit_test(test_log_count__weighted),
    };
    return cmocka_run_group_tests_name("kernel/box/log_count", tests, NULL, NULL);
}
