/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

/* What is told of an array is a view without data, C-contiguous. */
static void test_value__of_an_array(void **state)
{
    static const int64_t shape[] = {3, 0, 5};
    struct skep_view told;

    (void)state;
    assert_int_equal(skep_value_array(SKEP_U2, 3, shape, &told), SKEP_OK);
    assert_null(told.data);
    assert_int_equal(told.dtype, SKEP_U2);
    assert_int_equal(told.ndim, 3);
    assert_memory_equal(told.shape, shape, sizeof shape);
    assert_true(told.strides[0] == 5 && told.strides[1] == 5 && told.strides[2] == 1);
}

/* A number has no axes, and the widest dtype of its kind. */
static void test_value__of_a_number(void **state)
{
    static const enum skep_dtype from[] = {SKEP_B1, SKEP_I1, SKEP_I2, SKEP_I4, SKEP_I8, SKEP_U1,
                                           SKEP_U2, SKEP_U4, SKEP_U8, SKEP_F4, SKEP_F8};
    static const enum skep_dtype to[] = {SKEP_B1, SKEP_I8, SKEP_I8, SKEP_I8, SKEP_I8, SKEP_U8,
                                         SKEP_U8, SKEP_U8, SKEP_U8, SKEP_F8, SKEP_F8};

    (void)state;
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        struct skep_view told;

        assert_int_equal(skep_value_number(from[i], &told), SKEP_OK);
        assert_int_equal(told.dtype, to[i]);
        assert_int_equal(told.ndim, 0);
    }
}

/* The ready-made ones. */
static void test_value__ready_made(void **state)
{
    struct skep_view told;

    (void)state;
    assert_int_equal(skep_value_f8(NULL, &told), SKEP_OK);
    assert_int_equal(told.dtype, SKEP_F8);
    assert_int_equal(skep_value_i8(NULL, &told), SKEP_OK);
    assert_int_equal(told.dtype, SKEP_I8);
    assert_int_equal(skep_value_u8(NULL, &told), SKEP_OK);
    assert_int_equal(told.dtype, SKEP_U8);
    assert_int_equal(skep_value_b1(NULL, &told), SKEP_OK);
    assert_int_equal(told.dtype, SKEP_B1);
    assert_int_equal(skep_value_unknown(NULL, &told), SKEP_EMPTY);
}

/* A shape that no array has is not told. */
static void test_value__refuses_shapes(void **state)
{
    static const int64_t huge[] = {INT64_MAX, 2}, negative[] = {-1};
    struct skep_view told;

    (void)state;
    assert_int_equal(skep_value_array(SKEP_F8, 2, huge, &told), SKEP_EMPTY);
    assert_int_equal(skep_value_array(SKEP_F8, 1, negative, &told), SKEP_EMPTY);
}

static skep_status tell(struct kernel_call *k)
{
    struct skep_view told;

    return k->kernel->value(&k->call, &told);
}

/* Of a call that would be refused nothing is told: an axis that is none, a filter without a size, rows beyond
 * the picture, a text that is no expression. */
static void test_value__of_calls_that_are_refused(void **state)
{
    static const int64_t two = 2, rows[] = {3, 9};
    static const double x[] = {1, 2};
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "sum");
    kernel_call_array(&k, "x", SKEP_F8, 1, &two, x);
    kernel_call_arg(&k, "axis")->i64 = 1;
    assert_int_equal(tell(&k), SKEP_EMPTY);
    kernel_call_release(&k);

    kernel_call_init(&k, "bloom_build");
    kernel_call_array(&k, "x", SKEP_F8, 1, &two, x);
    assert_int_equal(tell(&k), SKEP_EMPTY);
    kernel_call_release(&k);

    kernel_call_init(&k, "julia");
    kernel_call_arg(&k, "width")->i64 = 8;
    kernel_call_array(&k, "rows", SKEP_I8, 1, &two, rows);
    assert_int_equal(tell(&k), SKEP_EMPTY);
    kernel_call_release(&k);

    kernel_call_init(&k, "expr");
    kernel_call_arg(&k, "expr")->json.text = "1 +";
    k.args[0].json.length = 3;
    assert_int_equal(tell(&k), SKEP_EMPTY);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value__of_an_array),
        cmocka_unit_test(test_value__of_a_number),
        cmocka_unit_test(test_value__ready_made),
        cmocka_unit_test(test_value__refuses_shapes),
        cmocka_unit_test(test_value__of_calls_that_are_refused),
    };
    return cmocka_run_group_tests_name("kernel/value", tests, NULL, NULL);
}
