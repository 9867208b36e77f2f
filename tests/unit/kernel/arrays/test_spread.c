/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <float.h>
#include <math.h>

/* var or std of N elements: the two variants agree to what the row says. */
static double spread_of(const char *name, enum skep_dtype dtype, int64_t n, const void *data, int64_t ddof)
{
    struct kernel_call k;
    double value;

    kernel_call_init(&k, name);
    kernel_call_array(&k, "x", dtype, 1, &n, data);
    kernel_call_arg(&k, "ddof")->i64 = ddof;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    value = k.value.f64;
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    if (!isnan(value) && fabs(value - k.value.f64) > k.kernel->rtol * value) {
        fail_msg("%a, not %a", value, k.value.f64);
    }
    assert_int_equal(isnan(value), isnan(k.value.f64));
    kernel_call_release(&k);
    return value;
}

static void assert_close(double value, double wanted, double rtol)
{
    if (!(fabs(value - wanted) <= rtol * fabs(wanted))) {
        fail_msg("%.17g (%a), not %.17g (%a)", value, value, wanted, wanted);
    }
}

/* An offset of 1e9 costs nothing. Expected values, here and below, by Python's fractions. */
static void test_spread__offset_keeps_full_accuracy(void **state)
{
    static const double four[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
    static double many[5000];

    (void)state;
    assert_true(spread_of("var", SKEP_F8, 4, four, 0) == 22.5);
    assert_close(spread_of("std", SKEP_F8, 4, four, 1), 5.477225575051661, 4 * DBL_EPSILON);
    for (int i = 0; i < 5000; i++) {
        many[i] = 1e9 + (double)(i * 7919 % 1000) / 1000;
    }
    assert_close(spread_of("var", SKEP_F8, 5000, many, 0), 0x1.55553ef6d767ap-4, 8 * DBL_EPSILON);
    assert_close(spread_of("std", SKEP_F8, 5000, many, 0), 0x1.279a6aa95e3d7p-2, 8 * DBL_EPSILON);
}

/* A first element, or a beginning, that is far off does not spoil what follows. */
static void test_spread__beginnings_do_not_matter(void **state)
{
    static double x[10000];

    (void)state;
    for (int i = 0; i < 4099; i++) {
        x[i] = i == 0 ? 0 : i < 4096 ? 1e9 : 5e8;
    }
    assert_close(spread_of("var", SKEP_F8, 4099, x, 0), 0x1.83f491956a229p+48, 8 * DBL_EPSILON);
    for (int i = 0; i < 10000; i++) {
        x[i] = i * 1e6 + i * 31 % 7 * 1e-3;
    }
    assert_close(spread_of("var", SKEP_F8, 10000, x, 0), 0x1.ce97c9c184ce6p+62, 8 * DBL_EPSILON);
}

/* Squares beyond the range of doubles are no obstacle to the standard deviation. */
static void test_spread__ends_of_the_range(void **state)
{
    static const double small[] = {1e-200, 3e-200, 2e-200};
    static const double denormal[] = {1e-320, 3e-320};
    static const double large[] = {1e200, 3e200, -2e200};
    static const double huge[] = {1.7e308, -1.7e308, 1.7e308};
    static const double zeros[100];

    (void)state;
    assert_true(spread_of("var", SKEP_F8, 3, small, 0) == 0.0);
    assert_close(spread_of("std", SKEP_F8, 3, small, 0), 8.16496580927726e-201, 4 * DBL_EPSILON);
    assert_true(spread_of("std", SKEP_F8, 2, denormal, 0) == 1e-320);
    assert_true(spread_of("var", SKEP_F8, 3, large, 0) == HUGE_VAL);
    assert_close(spread_of("std", SKEP_F8, 3, large, 0), 0x1.579bac679f69ap+665, 4 * DBL_EPSILON);
    assert_close(spread_of("std", SKEP_F8, 3, huge, 0), 0x1.c87c4ed78a126p+1023, 4 * DBL_EPSILON);
    assert_true(spread_of("var", SKEP_F8, 100, zeros, 0) == 0.0);
}

/* What does not vary has no variance, not even a small one. */
static void test_spread__of_a_constant(void **state)
{
    static double x[7001];

    (void)state;
    for (int i = 0; i < 7001; i++) {
        x[i] = 0.1;
    }
    for (int n = 1; n <= 7001; n += 500) {
        assert_true(spread_of("var", SKEP_F8, n, x, 0) == 0.0);
    }
}

/* Close whole numbers of 64 bits, which no double tells apart. */
static void test_spread__of_64_bits(void **state)
{
    static const int64_t i8[] = {((int64_t)1 << 62) + 1, ((int64_t)1 << 62) + 3, ((int64_t)1 << 62) - 5,
                                 (int64_t)1 << 62};
    static const uint64_t u8[] = {UINT64_MAX, UINT64_MAX - 2};
    static const int64_t ends[] = {INT64_MIN, INT64_MAX};

    (void)state;
    assert_true(spread_of("var", SKEP_I8, 4, i8, 0) == 0x1.16p+3);
    assert_true(spread_of("var", SKEP_U8, 2, u8, 0) == 1.0);
    assert_true(spread_of("std", SKEP_I8, 2, ends, 0) == 0x1p63);
}

/* Too few elements, NaN or an infinity: NaN. */
static void test_spread__where_there_is_none(void **state)
{
    static const double x[] = {1, 2, HUGE_VAL, 3, NAN};
    struct kernel_call k;
    int64_t n = 5;

    (void)state;
    assert_true(isnan(spread_of("var", SKEP_F8, 0, x, 0)));
    assert_true(isnan(spread_of("var", SKEP_F8, 2, x, 2)));
    assert_true(isnan(spread_of("std", SKEP_F8, 1, x, 5)));
    assert_true(isnan(spread_of("std", SKEP_F8, 4, x, 0)));
    assert_true(isnan(spread_of("std", SKEP_F8, 2, x + 3, 0)));
    assert_true(spread_of("std", SKEP_F8, 1, x, 0) == 0.0);
    kernel_call_init(&k, "var");
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    kernel_call_word(&k, "nan", "skip");
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(isnan(k.value.f64)); /* the infinity is still there */
    n = 2;
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x + 3);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 0.0);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spread__offset_keeps_full_accuracy),
        cmocka_unit_test(test_spread__beginnings_do_not_matter),
        cmocka_unit_test(test_spread__ends_of_the_range),
        cmocka_unit_test(test_spread__of_a_constant),
        cmocka_unit_test(test_spread__of_64_bits),
        cmocka_unit_test(test_spread__where_there_is_none),
    };
    return cmocka_run_group_tests_name("kernel/spread", tests, NULL, NULL);
}
