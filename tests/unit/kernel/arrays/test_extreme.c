/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

static skep_status run_on(struct kernel_call *k, const char *name, enum skep_dtype dtype, int64_t n,
                          const void *data, const char *nan)
{
    kernel_call_init(k, name);
    kernel_call_array(k, "x", dtype, 1, &n, data);
    kernel_call_word(k, "nan", nan);
    return kernel_call_run(k);
}

/* The ends of every dtype are found, and the distance of the least from 0 is there too. */
static void test_extreme__ends_of_dtypes(void **state)
{
    static const int64_t i8[] = {0, INT64_MAX, INT64_MIN, 1};
    static const uint64_t u8[] = {UINT64_MAX, 0, 5};
    static const int8_t i1[] = {-128, 127};
    struct kernel_call k;

    (void)state;
    assert_int_equal(run_on(&k, "min", SKEP_I8, 4, i8, "propagate"), SKEP_OK);
    assert_true(k.value.kind == SKEP_VALUE_I64 && k.value.i64 == INT64_MIN);
    kernel_call_release(&k);
    assert_int_equal(run_on(&k, "max", SKEP_U8, 3, u8, "propagate"), SKEP_OK);
    assert_true(k.value.kind == SKEP_VALUE_U64 && k.value.u64 == UINT64_MAX);
    kernel_call_release(&k);
    assert_int_equal(run_on(&k, "absmax", SKEP_I8, 4, i8, "propagate"), SKEP_OK);
    assert_true(k.value.kind == SKEP_VALUE_U64 && k.value.u64 == (uint64_t)1 << 63);
    kernel_call_release(&k);
    assert_int_equal(run_on(&k, "absmax", SKEP_I1, 2, i1, "propagate"), SKEP_OK);
    assert_true(k.value.u64 == 128);
    kernel_call_release(&k);
}

/* Of zeros of both signs the value is the first, at whatever place. */
static void test_extreme__first_of_equal_zeros(void **state)
{
    static double x[5000];
    static const char *const names[] = {"min", "max"};
    struct kernel_call k;

    (void)state;
    for (int which = 0; which < 2; which++) {
        for (int first = 0; first < 5000; first += 777) {
            for (int i = 0; i < 5000; i++) {
                x[i] = i < first ? (which == 0 ? 1.0 : -1.0) : i == first ? -0.0 : 0.0;
            }
            assert_int_equal(run_on(&k, names[which], SKEP_F8, 5000, x, "propagate"), SKEP_OK);
            assert_true(k.value.f64 == 0.0 && signbit(k.value.f64) != 0);
            assert_int_equal(kernel_call_reference(&k), SKEP_OK);
            assert_true(signbit(k.value.f64) != 0);
            kernel_call_release(&k);
        }
    }
}

/* The place is the first of equal ones, across pieces too; the first NaN comes before every number. */
static void test_extreme__places(void **state)
{
    static double x[10000];
    struct kernel_call k;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        x[i] = (double)(i % 2500);
    }
    assert_int_equal(run_on(&k, "argmax", SKEP_F8, 10000, x, "propagate"), SKEP_OK);
    assert_int_equal(k.value.i64, 2499);
    kernel_call_release(&k);
    x[7000] = x[9000] = NAN;
    assert_int_equal(run_on(&k, "argmax", SKEP_F8, 10000, x, "propagate"), SKEP_OK);
    assert_int_equal(k.value.i64, 7000);
    kernel_call_release(&k);
    x[0] = NAN;
    assert_int_equal(run_on(&k, "argmin", SKEP_F8, 10000, x, "skip"), SKEP_OK);
    assert_int_equal(k.value.i64, 2500);
    kernel_call_release(&k);
}

/* Infinities are numbers: the least of +inf and NaN is +inf, at its place. */
static void test_extreme__infinities(void **state)
{
    static const double x[] = {NAN, HUGE_VAL, NAN, HUGE_VAL};
    struct kernel_call k;

    (void)state;
    assert_int_equal(run_on(&k, "min", SKEP_F8, 4, x, "skip"), SKEP_OK);
    assert_true(k.value.f64 == HUGE_VAL);
    kernel_call_release(&k);
    assert_int_equal(run_on(&k, "argmin", SKEP_F8, 4, x, "skip"), SKEP_OK);
    assert_int_equal(k.value.i64, 1);
    kernel_call_release(&k);
}

/* Nothing has no extreme; NaN alone has NaN, but no place. */
static void test_extreme__of_nothing_is_refused(void **state)
{
    static const char *const names[] = {"min", "max", "absmax", "argmin", "argmax"};
    static const double nans[] = {NAN, NAN};
    struct kernel_call k;

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(run_on(&k, names[i], SKEP_F8, 0, nans, "skip"), SKEP_E_BAD_ARGS);
        kernel_call_refused(&k, SKEP_E_BAD_ARGS, "no elements");
        kernel_call_release(&k);
        assert_int_equal(run_on(&k, names[i], SKEP_I2, 0, nans, "skip"), SKEP_E_BAD_ARGS);
        kernel_call_release(&k);
        assert_int_equal(run_on(&k, names[i], SKEP_F8, 2, nans, "skip"), i < 3 ? SKEP_OK : SKEP_E_BAD_ARGS);
        assert_true(i >= 3 || isnan(k.value.f64));
        kernel_call_release(&k);
        assert_int_equal(run_on(&k, names[i], SKEP_F8, 2, nans, "propagate"), SKEP_OK);
        assert_true(i < 3 ? isnan(k.value.f64) : k.value.i64 == 0);
        kernel_call_release(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extreme__ends_of_dtypes),
        cmocka_unit_test(test_extreme__first_of_equal_zeros),
        cmocka_unit_test(test_extreme__places),
        cmocka_unit_test(test_extreme__infinities),
        cmocka_unit_test(test_extreme__of_nothing_is_refused),
    };
    return cmocka_run_group_tests_name("kernel/extreme", tests, NULL, NULL);
}
