/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

/* Both variants, to the bit. */
static double norm_of(int64_t n, const double *x)
{
    struct kernel_call k;
    double norm;

    kernel_call_init(&k, "norm2");
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    norm = k.value.f64;
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    if (k.value.f64 != norm && !isnan(norm)) {
        fail_msg("%a, not %a", norm, k.value.f64);
    }
    kernel_call_release(&k);
    return norm;
}

/* No square overflows or underflows. Expected values by Python's fractions and decimals of 60 digits. */
static void test_norm2__ends_of_the_range(void **state)
{
    static const double large[] = {3e200, 4e200};
    static const double small[] = {3e-170, 4e-170};
    static const double least[] = {0x1p-1074, 0x1p-1074, 0x1p-1074};
    static const double mixed[] = {3e200, 1e-300, 4e200, 5};
    static const double too_large[] = {0x1.8p1023, 0x1.8p1023};

    (void)state;
    assert_true(norm_of(2, large) == 0x1.a20df0dcd3afp+666); /* exactly in the middle: to the even one */
    assert_true(norm_of(2, small) == 0x1.8274291c6065bp-563);
    assert_true(norm_of(3, least) == 0x2p-1074);
    assert_true(norm_of(4, mixed) == 0x1.a20df0dcd3af1p+666); /* just above it */
    assert_true(norm_of(2, too_large) == HUGE_VAL);
}

/* Rounded once: a root of many equal terms, and roots of whole numbers that are squares. */
static void test_norm2__is_rounded_once(void **state)
{
    double tenths[10], x[3];

    (void)state;
    for (int i = 0; i < 10; i++) {
        tenths[i] = 0.1;
    }
    assert_true(norm_of(10, tenths) == 0x1.43d136248490fp-2);
    for (int i = 1; i < 300; i++) { /* (2 i)^2 + (i^2 - 1)^2 = (i^2 + 1)^2 */
        x[0] = 2.0 * i * 0x1p300;
        x[1] = ((double)i * i - 1.0) * 0x1p300;
        assert_true(norm_of(2, x) == ((double)i * i + 1.0) * 0x1p300);
    }
}

/* Thousands of random arrays: the quick sum proves what the exact one says. */
static void test_norm2__agrees_with_its_reference(void **state)
{
    uint64_t chance = 3;
    static double x[3000];

    (void)state;
    for (int round = 0; round < 300; round++) {
        int64_t n = 1 + (int64_t)(test_chance(&chance) % (round % 30 == 0 ? 3000 : 60));
        int spread = 1 + round * 7;
        for (int64_t i = 0; i < n; i++) {
            x[i] = ldexp(test_chance_f8(&chance) - 0.5,
                         (int)(test_chance(&chance) % (uint64_t)spread) - spread / 2);
        }
        norm_of(n, x);
    }
}

/* Nothing and zeros have the norm 0, an infinity +inf, a NaN NaN. */
static void test_norm2__specials(void **state)
{
    static const double x[] = {0, -0.0, 0, 3, -HUGE_VAL, NAN, 4};
    struct kernel_call k;
    int64_t n = 4;

    (void)state;
    assert_true(norm_of(0, x) == 0.0);
    assert_true(norm_of(3, x) == 0.0);
    assert_true(norm_of(5, x) == HUGE_VAL);
    assert_true(isnan(norm_of(6, x)));
    kernel_call_init(&k, "norm2");
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x + 3);
    kernel_call_word(&k, "nan", "skip");
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == HUGE_VAL);
    n = 2;
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x + 5);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 4.0);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_norm2__ends_of_the_range),
        cmocka_unit_test(test_norm2__is_rounded_once),
        cmocka_unit_test(test_norm2__agrees_with_its_reference),
        cmocka_unit_test(test_norm2__specials),
    };
    return cmocka_run_group_tests_name("kernel/norm2", tests, NULL, NULL);
}
