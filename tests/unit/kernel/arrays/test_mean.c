/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

static double mean_of(enum skep_dtype dtype, int64_t n, const void *data)
{
    struct kernel_call k;
    double mean;

    kernel_call_init(&k, "mean");
    kernel_call_array(&k, "x", dtype, 1, &n, data);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_F64);
    mean = k.value.f64;
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    assert_true(k.value.f64 == mean || (isnan(k.value.f64) && isnan(mean)));
    kernel_call_release(&k);
    return mean;
}

/* The mean is the exact sum over n, rounded once; expected values by Python's fractions. */
static void test_mean__is_rounded_once(void **state)
{
    static const double thirds[] = {0.1, 0.2, 0.3};
    static const double large[] = {0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023, 0x1p1023};
    static const double small[] = {0x1p-1074, 0, 0x1p-1074};
    static const double cancels[] = {1e30, 1, -1e30};

    (void)state;
    assert_true(mean_of(SKEP_F8, 3, thirds) == 0x1.999999999999ap-3);
    assert_true(mean_of(SKEP_F8, 3, large) == 0x1.aaaaaaaaaaaaap+1023);
    assert_true(mean_of(SKEP_F8, 3, small) == 0x1p-1074);
    assert_true(mean_of(SKEP_F8, 3, cancels) == 1.0 / 3.0);
}

/* Whole numbers have the exact mean too, when their sum does not fit into a double or into 64 bits. */
static void test_mean__of_whole_numbers(void **state)
{
    static const int8_t i1[] = {-128, 127, 3};
    static const int64_t i8[] = {INT64_MAX, INT64_MAX, INT64_MAX - 6};
    static const uint64_t u8[] = {UINT64_MAX, UINT64_MAX, 0, 1};
    static const uint8_t b1[] = {0, 7, 1, 0};
    static const float f4[] = {0.1f, 16777216.0f};

    (void)state;
    assert_true(mean_of(SKEP_I1, 3, i1) == 2.0 / 3.0);
    assert_true(mean_of(SKEP_I8, 3, i8) == 0x1p63);
    assert_true(mean_of(SKEP_U8, 4, u8) == 0x1p63);
    assert_true(mean_of(SKEP_B1, 4, b1) == 0.5);
    assert_true(mean_of(SKEP_F4, 2, f4) == 0x1.000000199999ap+23);
}

/* The mean of nothing is NaN, of a number itself. */
static void test_mean__of_nothing_and_of_one(void **state)
{
    double x = 0.1;
    struct kernel_call k;

    (void)state;
    assert_true(isnan(mean_of(SKEP_F8, 0, &x)));
    assert_true(isnan(mean_of(SKEP_I4, 0, &x)));
    kernel_call_init(&k, "mean");
    kernel_call_array(&k, "x", SKEP_F8, 0, NULL, &x);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 0.1);
    kernel_call_release(&k);
}

/* A NaN goes through, or counts neither above nor below the line. */
static void test_mean__nan(void **state)
{
    static const double x[] = {1, NAN, 4};
    static const int64_t n = 3;
    struct kernel_call k;

    (void)state;
    assert_true(isnan(mean_of(SKEP_F8, 3, x)));
    kernel_call_init(&k, "mean");
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    kernel_call_word(&k, "nan", "skip");
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 2.5);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean__is_rounded_once),
        cmocka_unit_test(test_mean__of_whole_numbers),
        cmocka_unit_test(test_mean__of_nothing_and_of_one),
        cmocka_unit_test(test_mean__nan),
    };
    return cmocka_run_group_tests_name("kernel/mean", tests, NULL, NULL);
}
