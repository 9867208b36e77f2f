/* SPDX-License-Identifier: MIT */
#include "unit/kernel/expr/expr_call.h"

#include "kernel/expr/scalar.h"

static double of_f8(enum skep_expr_op op, double x, double y)
{
    union skep_expr_number in[2] = {{.f8 = x}, {.f8 = y}};

    return skep_expr_apply(op, SKEP_F8, in).f8;
}

static int64_t of_whole(enum skep_expr_op op, enum skep_dtype work, int64_t x, int64_t y)
{
    union skep_expr_number in[2] = {{.i8 = x}, {.i8 = y}};

    return skep_expr_apply(op, work, in).i8;
}

/* // and % of whole numbers are Python's: the quotient rounds down, the rest has the divisor's sign. */
static void test_scalar__whole_division_rounds_down(void **state)
{
    (void)state;
    for (int64_t x = -20; x <= 20; x++) {
        for (int64_t y = -7; y <= 7; y++) {
            int64_t quotient = of_whole(SKEP_EXPR_FLOOR_DIVIDE, SKEP_I8, x, y);
            int64_t rest = of_whole(SKEP_EXPR_REMAINDER, SKEP_I8, x, y);
            if (y == 0) {
                assert_true(quotient == 0 && rest == 0);
                continue;
            }
            assert_int_equal(quotient, (int64_t)floor((double)x / (double)y));
            assert_int_equal(rest, x - y * quotient);
        }
    }
    assert_true(of_whole(SKEP_EXPR_FLOOR_DIVIDE, SKEP_I8, INT64_MIN, -1) == INT64_MIN);
    assert_true(of_whole(SKEP_EXPR_FLOOR_DIVIDE, SKEP_I4, INT32_MIN, -1) == INT32_MIN);
    assert_true(of_whole(SKEP_EXPR_REMAINDER, SKEP_I8, INT64_MIN, -1) == 0);
}

/* Whole numbers wrap at their own width. */
static void test_scalar__whole_numbers_wrap(void **state)
{
    (void)state;
    assert_true(of_whole(SKEP_EXPR_ADD, SKEP_I8, INT64_MAX, 1) == INT64_MIN);
    assert_true(of_whole(SKEP_EXPR_ADD, SKEP_I4, INT32_MAX, 1) == INT32_MIN);
    assert_true(of_whole(SKEP_EXPR_MULTIPLY, SKEP_I4, 65536, 65536) == 0);
    assert_true(of_whole(SKEP_EXPR_NEGATE, SKEP_I4, INT32_MIN, 0) == INT32_MIN);
    assert_true(of_whole(SKEP_EXPR_ABS, SKEP_I8, INT64_MIN, 0) == INT64_MIN);
    assert_true(of_whole(SKEP_EXPR_POWER, SKEP_I8, 3, 41) == (int64_t)18026252303461234787u);
    assert_true(of_whole(SKEP_EXPR_POWER, SKEP_I4, 3, 21) == 1870418611);
    assert_true(of_whole(SKEP_EXPR_POWER, SKEP_I8, 0, 0) == 1);
    assert_true(of_whole(SKEP_EXPR_ADD, SKEP_B1, 1, 1) == 1);
    assert_true(of_whole(SKEP_EXPR_INVERT, SKEP_B1, 1, 0) == 0);
}

/* // and % of floats: numbers from NumPy 1.24, with its zeros and infinities. */
static void test_scalar__float_division_is_numpys(void **state)
{
    static const double cases[][4] = {
        /* x, y, x // y, x % y */
        {7, 2, 3, 1},
        {-7, 2, -4, 1},
        {7, -2, -4, -1},
        {-7, -2, 3, -1},
        {1, 0.1, 9, 0.09999999999999995},
        {-1, 0.1, -10, 5.551115123125783e-17},
        {0.0, 3, 0.0, 0.0},
        {-0.0, 3, -0.0, 0.0},
        {0.0, -3, -0.0, -0.0},
        {6, -3, -2, -0.0},
        {1, 0.0, HUGE_VAL, NAN},
        {-1, 0.0, -HUGE_VAL, NAN},
        {0.0, 0.0, NAN, NAN},
        {1, HUGE_VAL, 0.0, 1},
        {-1, HUGE_VAL, -1, HUGE_VAL},
        {1, -HUGE_VAL, -1, -HUGE_VAL},
        {HUGE_VAL, 2, NAN, NAN},
        {NAN, 2, NAN, NAN},
        {2, NAN, NAN, NAN},
        {1e300, 1e-10, HUGE_VAL, 5.476641984772742e-11},
        {5e-324, 2, 0.0, 5e-324},
        {-5e-324, 2, -1, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double *c = cases[i];
        if (!expr_same_f8(of_f8(SKEP_EXPR_FLOOR_DIVIDE, c[0], c[1]), c[2]) ||
            !expr_same_f8(of_f8(SKEP_EXPR_REMAINDER, c[0], c[1]), c[3])) {
            fail_msg("%g and %g: %.17g and %.17g", c[0], c[1], of_f8(SKEP_EXPR_FLOOR_DIVIDE, c[0], c[1]),
                     of_f8(SKEP_EXPR_REMAINDER, c[0], c[1]));
        }
    }
}

/* A small whole power is the product that scalar.h describes. */
static void test_scalar__products(void **state)
{
    static const double x = 1.1;
    double x2 = x * x;
    double x4 = x2 * x2;
    double x8 = x4 * x4;

    (void)state;
    assert_true(of_f8(SKEP_EXPR_PRODUCT, x, 0) == 1.0);
    assert_true(of_f8(SKEP_EXPR_PRODUCT, NAN, 0) == 1.0);
    assert_true(of_f8(SKEP_EXPR_PRODUCT, x, 1) == x);
    assert_true(of_f8(SKEP_EXPR_PRODUCT, x, 3) == x * x2);
    assert_true(of_f8(SKEP_EXPR_PRODUCT, x, 7) == x * x2 * x4);
    assert_true(of_f8(SKEP_EXPR_PRODUCT, x, 13) == x * x4 * x8);
    assert_true(of_f8(SKEP_EXPR_PRODUCT, x, 16) == x8 * x8);
    assert_true(of_f8(SKEP_EXPR_PRODUCT, x, -5) == 1.0 / (x * x4));
    assert_true(of_f8(SKEP_EXPR_PRODUCT, -0.0, -1) == -HUGE_VAL);
}

/* minimum and maximum pass NaN and order the zeros. */
static void test_scalar__extremes(void **state)
{
    (void)state;
    assert_true(isnan(of_f8(SKEP_EXPR_MINIMUM, NAN, 1)) && isnan(of_f8(SKEP_EXPR_MINIMUM, 1, NAN)));
    assert_true(isnan(of_f8(SKEP_EXPR_MAXIMUM, NAN, 1)) && isnan(of_f8(SKEP_EXPR_MAXIMUM, 1, NAN)));
    assert_true(signbit(of_f8(SKEP_EXPR_MINIMUM, 0.0, -0.0)) && signbit(of_f8(SKEP_EXPR_MINIMUM, -0.0, 0.0)));
    assert_false(signbit(of_f8(SKEP_EXPR_MAXIMUM, 0.0, -0.0)) ||
                 signbit(of_f8(SKEP_EXPR_MAXIMUM, -0.0, 0.0)));
    assert_true(of_f8(SKEP_EXPR_MINIMUM, -HUGE_VAL, 1) == -HUGE_VAL);
}

/* f4 is computed in f8 and rounded once. */
static void test_scalar__f4_is_rounded_once(void **state)
{
    union skep_expr_number in[2] = {{.f8 = (double)0.1f}, {.f8 = 3.0}};

    (void)state;
    assert_true(skep_expr_apply(SKEP_EXPR_DIVIDE, SKEP_F4, in).f8 == (double)(0.1f / 3.0f));
    assert_true(skep_expr_apply(SKEP_EXPR_PRODUCT, SKEP_F4, in).f8 ==
                (double)(float)((double)0.1f * ((double)0.1f * (double)0.1f)));
    in[0].f8 = 0.1;
    assert_true(skep_expr_convert(SKEP_F8, SKEP_F4, in[0]).f8 == (double)0.1f);
    assert_true(skep_expr_convert(SKEP_F8, SKEP_B1, in[0]).i8 == 1);
    in[0].f8 = -0.0;
    assert_true(skep_expr_convert(SKEP_F4, SKEP_B1, in[0]).i8 == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar__whole_division_rounds_down),
        cmocka_unit_test(test_scalar__whole_numbers_wrap),
        cmocka_unit_test(test_scalar__float_division_is_numpys),
        cmocka_unit_test(test_scalar__products),
        cmocka_unit_test(test_scalar__extremes),
        cmocka_unit_test(test_scalar__f4_is_rounded_once),
    };
    return cmocka_run_group_tests_name("kernel/expr/scalar", tests, NULL, NULL);
}
