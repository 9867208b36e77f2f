/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/math/exact.h"
#include "kernel/math/twofold.h"

/* A random twofold number that is known exactly: its slack is 0. */
static struct skep_twofold chance_twofold(uint64_t *chance, int spread)
{
    struct skep_twofold x = {0.0, 0.0, 0.0};
    int exponent = (int)(test_chance(chance) % (uint64_t)spread) - spread / 2;

    x.hi = ldexp(test_chance_f8(chance) - 0.3, exponent);
    x.lo = ldexp(x.hi, -54) * (test_chance_f8(chance) - 0.5);
    return x;
}

static void exact_add(struct skep_exact *sum, struct skep_twofold x)
{
    skep_exact_add(sum, x.hi);
    skep_exact_add(sum, x.lo);
}

/* A long sum stays within its slack of the exact one, and where it says what that rounds to, it is right. */
static void test_twofold__sums_within_slack(void **state)
{
    uint64_t chance = 1;
    int n_sure = 0;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct skep_twofold total = {0.0, 0.0, 0.0};
        struct skep_exact sum, rest;
        double value;

        skep_exact_init(&sum);
        for (int i = 0; i < 30; i++) {
            struct skep_twofold x = chance_twofold(&chance, 1 + round / 10);
            total = skep_twofold_add(total, x);
            exact_add(&sum, x);
        }
        rest = sum;
        skep_exact_add(&rest, -total.hi);
        skep_exact_add(&rest, -total.lo);
        assert_true(fabs(skep_exact_round(&rest)) <= total.slack);
        if (skep_twofold_round(total, &value)) {
            assert_true(value == skep_exact_round(&sum));
            n_sure++;
        }
    }
    assert_true(n_sure > 1990);
}

/* The quotient by a whole number rounds as the exact one does, where it says so. */
static void test_twofold__quotients(void **state)
{
    uint64_t chance = 2;
    int n_sure = 0;

    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct skep_twofold x = chance_twofold(&chance, 200);
        uint64_t divisor = 1 + test_chance(&chance) % ((uint64_t)1 << (round % 53));
        struct skep_exact sum;
        double value;

        skep_exact_init(&sum);
        exact_add(&sum, x);
        if (skep_twofold_round(skep_twofold_divide(x, (double)divisor), &value)) {
            assert_true(value == skep_exact_round_quotient(&sum, divisor));
            n_sure++;
        }
    }
    assert_true(n_sure > 4990);
}

/* So does the root. */
static void test_twofold__roots(void **state)
{
    uint64_t chance = 3;
    int n_sure = 0;

    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct skep_twofold x = chance_twofold(&chance, 600);
        struct skep_exact sum;
        double value;

        x.hi = fabs(x.hi);
        skep_exact_init(&sum);
        exact_add(&sum, x);
        if (skep_twofold_round(skep_twofold_root(x), &value)) {
            assert_true(value == skep_exact_round_root(&sum));
            n_sure++;
        }
    }
    assert_true(n_sure > 4990);
}

/* A slack that reaches the middle between two doubles, one that is infinite and one that is NaN leave it
 * open; a number known exactly rounds, also from the very middle. */
static void test_twofold__says_when_it_cannot_tell(void **state)
{
    double value;

    (void)state;
    assert_true(skep_twofold_round((struct skep_twofold){1.0, 0x1p-60, 0x1p-56}, &value) && value == 1.0);
    assert_false(skep_twofold_round((struct skep_twofold){1.0, 0x1p-53 - 0x1p-80, 0x1p-80}, &value));
    assert_true(skep_twofold_round((struct skep_twofold){1.0, 0x1p-53, 0.0}, &value) && value == 1.0);
    assert_false(skep_twofold_round((struct skep_twofold){1.0, 0x1p-53, 0x1p-1074}, &value));
    assert_false(skep_twofold_round((struct skep_twofold){1.0, 0.0, HUGE_VAL}, &value));
    assert_false(skep_twofold_round((struct skep_twofold){1.0, 0.0, NAN}, &value));
    assert_false(skep_twofold_round((struct skep_twofold){NAN, NAN, NAN}, &value));
    assert_true(skep_twofold_round((struct skep_twofold){-0.0, 0.0, 0.0}, &value) && !signbit(value));
    assert_true(skep_twofold_root((struct skep_twofold){0x1p-1000, 0.0, 0.0}).slack == HUGE_VAL);
    assert_true(skep_twofold_root((struct skep_twofold){0.0, 0.0, 0.0}).slack == 0.0);
    assert_true(skep_twofold_divide((struct skep_twofold){0x1p-1000, 0.0, 0.0}, 3.0).slack == HUGE_VAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twofold__sums_within_slack),
        cmocka_unit_test(test_twofold__quotients),
        cmocka_unit_test(test_twofold__roots),
        cmocka_unit_test(test_twofold__says_when_it_cannot_tell),
    };
    return cmocka_run_group_tests_name("kernel/twofold", tests, NULL, NULL);
}
