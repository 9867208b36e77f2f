/* SPDX-License-Identifier: MIT */
/* The C library's fma is the truth. With SKEP_TEST_LONG a hundred times as many triples. */
#include "unit/kernel/kernel_call.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/math/fused.h"

static void assert_fused(double a, double b, double c)
{
    double value = skep_fused(a, b, c);
    double expected = fma(a, b, c);

    assert_true(memcmp(&value, &expected, sizeof value) == 0 || (isnan(value) && isnan(expected)));
}

static double any(uint64_t *chance, int least, int most)
{
    int exponent = least + (int)(test_chance(chance) % (uint64_t)(most - least));
    double size = 1.0 + test_chance_f8(chance);

    if (test_chance(chance) % 4 == 0) {
        size = rint(ldexp(size, 20)) * 0x1p-20; /* few bits: exact products, ties */
    }
    return ldexp((test_chance(chance) & 1) != 0 ? -size : size, exponent);
}

/* Triples in which the product is far larger, far smaller, and all but cancelled by the third. */
static void test_fused__is_the_exact_one_rounded(void **state)
{
    int n = getenv("SKEP_TEST_LONG") != NULL ? 100000000 : 1000000;
    uint64_t chance = 1;

    (void)state;
    for (int i = 0; i < n; i++) {
        double a = any(&chance, -30, 30);
        double b = any(&chance, -30, 30);
        double c = any(&chance, -120, 120);

        assert_fused(a, b, c);
        c = -(a * b);
        assert_fused(a, b, c);
        assert_fused(a, b, c * (1.0 + ldexp(any(&chance, 0, 1), -(int)(test_chance(&chance) % 60))));
    }
}

/* Sums half way between two doubles, which the other part of the product decides. */
static void test_fused__near_ties(void **state)
{
    uint64_t chance = 2;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        double c = 1.0 + test_chance_f8(&chance);
        double a = 1.0 + ldexp((double)(test_chance(&chance) % 3), -52);
        double b = ldexp(1.0 - ldexp((double)(test_chance(&chance) % 3), -53), -53);

        assert_fused(a, b, c);
        assert_fused(-a, b, c);
        assert_fused(a, b, -c);
    }
}

/* Zeros, infinities, NaN, and the ends of the range. */
static void test_fused__special(void **state)
{
    static const double values[] = {0.0,        -0.0,     1.0,       -1.5,       0x1p-1074,
                                    -0x1p-1022, 0x1p-600, 0x1p-451,  -0x1p600,   0x1.8p900,
                                    0x1p1023,   HUGE_VAL, -HUGE_VAL, (double)NAN};
    enum { N = sizeof values / sizeof values[0] };

    (void)state;
    for (int i = 0; i < N * N * N; i++) {
        assert_fused(values[i % N], values[i / N % N], values[i / N / N]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fused__is_the_exact_one_rounded),
        cmocka_unit_test(test_fused__near_ties),
        cmocka_unit_test(test_fused__special),
    };
    return cmocka_run_group_tests_name("kernel/fused", tests, NULL, NULL);
}
