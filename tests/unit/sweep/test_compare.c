/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "sweep/compare.h"

static void view_of(struct skep_view *view, const void *data, enum skep_dtype dtype, int64_t n)
{
    skep_view_init(view, data, dtype, 1, &n);
}

static void compare(const void *a, enum skep_dtype dtype_a, const void *b, enum skep_dtype dtype_b, int64_t n,
                    struct skep_comparison *out)
{
    struct skep_view view_a, view_b;

    view_of(&view_a, a, dtype_a, n);
    view_of(&view_b, b, dtype_b, n);
    skep_compare(&view_a, &view_b, out);
}

/* NaN is equal to NaN, and minus zero to zero. */
static void test_compare__finds_equals(void **state)
{
    static const double a[] = {1, NAN, 0, INFINITY, -2.5};
    static const double b[] = {1, NAN, -0.0, INFINITY, -2.5};
    struct skep_comparison got;

    (void)state;
    compare(a, SKEP_F8, b, SKEP_F8, 5, &got);
    assert_true(got.has_same_shape);
    assert_int_equal(got.n, 5);
    assert_int_equal(got.n_different, 0);
    assert_int_equal(got.first, -1);
    assert_true(got.max_abs == 0 && got.max_rel == 0);
    compare(a, SKEP_F8, b, SKEP_F8, 0, &got);
    assert_int_equal(got.n, 0);
    assert_int_equal(got.n_different, 0);
}

/* The first difference, how many, and how large: |a - b| and that over the larger of the two. */
static void test_compare__measures_differences(void **state)
{
    static const double a[] = {1, 8, 4, 1e-3, 7};
    static const double b[] = {1, 10, 4, 2e-3, 7};
    struct skep_comparison got;

    (void)state;
    compare(a, SKEP_F8, b, SKEP_F8, 5, &got);
    assert_int_equal(got.n_different, 2);
    assert_int_equal(got.first, 1);
    assert_true(got.first_a == 8 && got.first_b == 10);
    assert_true(got.max_abs == 2);
    assert_true(got.max_rel == 0.5);
}

/* What is NaN or infinite in one alone is infinitely far. */
static void test_compare__has_no_limit(void **state)
{
    static const double a[] = {NAN, 1};
    static const double b[] = {1, 1};
    static const double c[] = {1, -INFINITY};
    struct skep_comparison got;

    (void)state;
    compare(a, SKEP_F8, b, SKEP_F8, 2, &got);
    assert_int_equal(got.n_different, 1);
    assert_true(isinf(got.max_abs) && isinf(got.max_rel));
    compare(b, SKEP_F8, c, SKEP_F8, 2, &got);
    assert_int_equal(got.first, 1);
    assert_true(isinf(got.max_abs) && isinf(got.max_rel));
}

/* Integers are compared exactly, also with other dtypes and with reals that only look the same. */
static void test_compare__loses_no_bits(void **state)
{
    static const int64_t a[] = {INT64_C(9007199254740993), -5, INT64_MIN, INT64_MAX, -1, 0};
    static const int64_t b[] = {INT64_C(9007199254740992), -5, INT64_MIN + 1, INT64_MAX, -1, 0};
    static const double reals[] = {9007199254740992., -5, -0x1p63, 0x1p63, -1, -0.0};
    static const uint64_t large[] = {UINT64_C(9007199254740993), 5, 0, INT64_MAX, UINT64_MAX, 0};
    static const int8_t small[] = {1, -1};
    static const uint8_t bytes[] = {1, 255};
    static const unsigned char flags[] = {1, 0};
    static const float floats[] = {1, 0};
    struct skep_comparison got;

    (void)state;
    compare(a, SKEP_I8, b, SKEP_I8, 6, &got);
    assert_int_equal(got.n_different, 2);
    assert_int_equal(got.first, 0);
    assert_true(got.max_abs == 1);
    compare(a, SKEP_I8, reals, SKEP_F8, 6, &got); /* 2^53 + 1 and 2^63 - 1 round to what stands there */
    assert_int_equal(got.n_different, 2);
    assert_int_equal(got.first, 0);
    compare(reals, SKEP_F8, a, SKEP_I8, 6, &got);
    assert_int_equal(got.n_different, 2);
    compare(a, SKEP_I8, large, SKEP_U8, 6, &got);
    assert_int_equal(got.n_different, 3);
    assert_int_equal(got.first, 1);
    compare(small, SKEP_I1, bytes, SKEP_U1, 2, &got);
    assert_int_equal(got.n_different, 1);
    assert_true(got.max_abs == 256);
    compare(flags, SKEP_B1, floats, SKEP_F4, 2, &got);
    assert_int_equal(got.n_different, 0);
}

/* Strides do not matter: an array and its transpose's transpose are one; the place is of several axes. */
static void test_compare__follows_strides(void **state)
{
    static const double a[] = {0, 1, 2, 3, 4, 5};
    static const double t[] = {0, 3, 1, 4, 2, 6};
    struct skep_view view_a, view_t;
    struct skep_comparison got;

    (void)state;
    skep_view_init(&view_a, a, SKEP_F8, 2, (const int64_t[]){2, 3});
    skep_view_init(&view_t, t, SKEP_F8, 2, (const int64_t[]){2, 3});
    view_t.strides[0] = 1;
    view_t.strides[1] = 2;
    skep_compare(&view_a, &view_t, &got);
    assert_int_equal(got.n_different, 1);
    assert_int_equal(got.first, 5);
    assert_int_equal(got.first_at[0], 1);
    assert_int_equal(got.first_at[1], 2);
    assert_true(got.first_a == 5 && got.first_b == 6);
    skep_view_init(&view_t, t, SKEP_F8, 2, (const int64_t[]){3, 2});
    skep_compare(&view_a, &view_t, &got);
    assert_false(got.has_same_shape);
    skep_view_init(&view_t, t, SKEP_F8, 1, (const int64_t[]){2});
    skep_compare(&view_a, &view_t, &got);
    assert_false(got.has_same_shape);
}

/* Single numbers have no axes. */
static void test_compare__takes_single_numbers(void **state)
{
    static const double a = 1, b = 2;
    struct skep_view view_a, view_b;
    struct skep_comparison got;

    (void)state;
    skep_view_init(&view_a, &a, SKEP_F8, 0, NULL);
    skep_view_init(&view_b, &b, SKEP_F8, 0, NULL);
    skep_compare(&view_a, &view_b, &got);
    assert_int_equal(got.n, 1);
    assert_int_equal(got.n_different, 1);
    assert_int_equal(got.first, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare__finds_equals),    cmocka_unit_test(test_compare__measures_differences),
        cmocka_unit_test(test_compare__has_no_limit),    cmocka_unit_test(test_compare__loses_no_bits),
        cmocka_unit_test(test_compare__follows_strides), cmocka_unit_test(test_compare__takes_single_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
