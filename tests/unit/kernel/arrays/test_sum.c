/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "unit/kernel/math/expansion.h"

/* The sum of N elements of any dtype as a whole. */
static struct skep_value sum_of(enum skep_dtype dtype, int64_t n, const void *data)
{
    struct kernel_call k;

    kernel_call_init(&k, "sum");
    kernel_call_array(&k, "x", dtype, 1, &n, data);
    if (kernel_call_run(&k) != SKEP_OK) {
        fail_msg("%s", k.err.text);
    }
    kernel_call_release(&k);
    return k.value;
}

/* Each dtype sums to the kind and value that NumPy gives: whole numbers to i8 or u8, floats to f8. */
static void test_sum__every_dtype(void **state)
{
    static const uint8_t b1[] = {1, 0, 1, 255}; /* whatever is not 0 is true */
    static const int8_t i1[] = {-128, -128, 127};
    static const int16_t i2[] = {-32768, -32768, 1};
    static const int32_t i4[] = {INT32_MIN, INT32_MIN, 1};
    static const int64_t i8[] = {INT64_MIN, INT64_MAX, -7};
    static const uint8_t u1[] = {255, 255, 1};
    static const uint16_t u2[] = {65535, 65535, 1};
    static const uint32_t u4[] = {UINT32_MAX, UINT32_MAX, 1};
    static const uint64_t u8[] = {UINT64_MAX - 10, 4, 6};
    static const float f4[] = {0.1f, 0.2f, 0.3f, 1e30f, -1e30f};
    static const double f8[] = {1e16, 1, -1e16};
    struct skep_value value;

    (void)state;
    value = sum_of(SKEP_B1, 4, b1);
    assert_true(value.kind == SKEP_VALUE_I64 && value.i64 == 3);
    value = sum_of(SKEP_I1, 3, i1);
    assert_true(value.kind == SKEP_VALUE_I64 && value.i64 == -129);
    value = sum_of(SKEP_I2, 3, i2);
    assert_true(value.kind == SKEP_VALUE_I64 && value.i64 == -65535);
    value = sum_of(SKEP_I4, 3, i4);
    assert_true(value.kind == SKEP_VALUE_I64 && value.i64 == -4294967295);
    value = sum_of(SKEP_I8, 3, i8);
    assert_true(value.kind == SKEP_VALUE_I64 && value.i64 == -8);
    value = sum_of(SKEP_U1, 3, u1);
    assert_true(value.kind == SKEP_VALUE_U64 && value.u64 == 511);
    value = sum_of(SKEP_U2, 3, u2);
    assert_true(value.kind == SKEP_VALUE_U64 && value.u64 == 131071);
    value = sum_of(SKEP_U4, 3, u4);
    assert_true(value.kind == SKEP_VALUE_U64 && value.u64 == 8589934591);
    value = sum_of(SKEP_U8, 3, u8);
    assert_true(value.kind == SKEP_VALUE_U64 && value.u64 == UINT64_MAX);
    value = sum_of(SKEP_F4, 5, f4); /* the exact sum of the floats, by Python's fractions */
    assert_true(value.kind == SKEP_VALUE_F64 && value.f64 == 0x1.333333c000000p-1);
    value = sum_of(SKEP_F8, 3, f8);
    assert_true(value.kind == SKEP_VALUE_F64 && value.f64 == 1.0);
}

/* Part sums may leave the range of 64 bits as long as the whole does not. */
static void test_sum__only_the_whole_sum_counts(void **state)
{
    static const int64_t up_and_down[] = {INT64_MAX, INT64_MAX, INT64_MIN, INT64_MIN, 5};

    (void)state;
    assert_true(sum_of(SKEP_I8, 5, up_and_down).i64 == 3);
}

/* The sum along each axis of a (3,4,5) array; expected values by Python's fractions. */
static void test_sum__along_each_axis(void **state)
{
    static const int64_t shape[] = {3, 4, 5};
    static const double sums[3][20] = {
        {-0x1.3068000000000p+32, 0x1.dffffffffff70p+30,  0x1.00afa60000000p-4,   -0x1.c080100000000p+4,
         0x1.a191280000000p+12,  -0x1.788c2e0000000p+23, -0x1.7f3ee00000000p+29, 0x1.7758000000000p+32,
         -0x1.0000000000c83p+27, 0x1.00e0a00000000p-5,   -0x1.6080280000000p+5,  -0x1.7dbd600000000p+10,
         0x1.30c7b20000000p+23,  -0x1.604ff80000000p+31, 0x1.f158000000000p+31,  -0x1.1000000000148p+31,
         0x1.8180000000000p-15,  0x1.473fb80000000p+5,   -0x1.3037ec0000000p+13, 0x1.6110b80000000p+22},
        {-0x1.78005800148c8p+23, -0x1.8000300000120p+29, 0x1.300052200008cp+23, -0x1.60004c38000c8p+31,
         0x1.6068002000098p+22, -0x1.3000460010000p+32, 0x1.8000900030060p+20, 0x1.780063ffe80b0p+32,
         -0x1.40003840000d0p+21, 0x1.f0008832000e0p+31, -0x1.10d0002e000a0p+31, 0x1.e00090002a001p+30,
         -0x1.50004e00120b4p+23, -0x1.fffeffff60400p+26, 0x1.58005c25000a0p+23},
        {0x1.9e40ffdb9c000p+12, -0x1.85dfffffc031ep+29, -0x1.5ed00c5800000p+31, 0x1.5f68a3ffd7000p+22,
         -0x1.2fffffe707f50p+32, 0x1.7817ba0000070p+32, 0x1.efb0c811e0000p+31, 0x1.0fe3a00bf1800p+14,
         0x1.de60000049fbfp+30, -0x1.14fb82dfffff6p+27, 0x1.5807b214f6000p+23, -0x1.0fffffa3fb120p+31},
    };
    double x[60];
    struct kernel_call k;

    (void)state;
    for (int i = 0; i < 60; i++) {
        x[i] = ldexp(i * 7919 % 101 - 50, i % 7 * 9 - 27);
    }
    for (int axis = -3; axis < 3; axis++) {
        int a = (axis + 3) % 3;

        kernel_call_init(&k, "sum");
        kernel_call_array(&k, "x", SKEP_F8, 3, shape, x);
        kernel_call_arg(&k, "axis")->i64 = axis;
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        assert_int_equal(k.value.kind, SKEP_VALUE_ARRAY);
        assert_int_equal(k.value.array.dtype, SKEP_F8);
        assert_int_equal(k.value.array.ndim, 2);
        assert_int_equal(k.value.array.shape[0], shape[a == 0]);
        assert_int_equal(k.value.array.shape[1], shape[a == 2 ? 1 : 2]);
        assert_memory_equal(k.value.array.data, sums[a], (size_t)(60 / shape[a]) * sizeof(double));
        kernel_call_release(&k);
    }
}

/* Whole numbers along an axis, through strides that run backwards and skip: compared with a plain loop. */
static void test_sum__axis_of_a_strided_view(void **state)
{
    static const int64_t shape[] = {40, 70};
    static int32_t data[80][150];
    uint64_t chance = 1;
    struct kernel_call k;
    const int64_t *sums;

    (void)state;
    for (int i = 0; i < 80 * 150; i++) {
        data[i / 150][i % 150] = (int32_t)test_chance(&chance);
    }
    for (int axis = 0; axis < 2; axis++) {
        kernel_call_init(&k, "sum");
        kernel_call_array(&k, "x", SKEP_I4, 2, shape, &data[79][1]); /* data[79::-2, 1:141:2] */
        kernel_call_arg(&k, "x")->view.strides[0] = -300;
        kernel_call_arg(&k, "x")->view.strides[1] = 2;
        kernel_call_arg(&k, "axis")->i64 = axis;
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        assert_int_equal(k.value.array.dtype, SKEP_I8);
        sums = k.value.array.data;
        for (int64_t i = 0; i < shape[1 - axis]; i++) {
            int64_t sum = 0;
            for (int64_t j = 0; j < shape[axis]; j++) {
                int64_t row = axis == 0 ? j : i, column = axis == 0 ? i : j;
                sum += data[79 - 2 * row][1 + 2 * column];
            }
            assert_int_equal(sums[i], sum);
        }
        kernel_call_release(&k);
    }
}

/* A whole strided view sums what it shows and nothing else. */
static void test_sum__all_of_a_strided_view(void **state)
{
    static const int64_t shape[] = {3, 2};
    static const double data[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "sum");
    kernel_call_array(&k, "x", SKEP_F8, 2, shape, &data[1]); /* reshape(3, 4)[:, 1::2] */
    k.args[0].view.strides[0] = 4;
    k.args[0].view.strides[1] = 2;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 2 + 4 + 6 + 8 + 10 + 12);
    kernel_call_release(&k);
}

/* Nothing sums to 0 of its dtype; along an axis of length 0 to zeros, across one to nothing. */
static void test_sum__of_nothing(void **state)
{
    static const int64_t shape[] = {0, 3};
    struct kernel_call k;
    double x = 0;

    (void)state;
    assert_true(sum_of(SKEP_I4, 0, &x).i64 == 0);
    assert_true(sum_of(SKEP_U1, 0, &x).u64 == 0);
    assert_true(sum_of(SKEP_F8, 0, &x).f64 == 0.0);
    for (int axis = 0; axis < 2; axis++) {
        kernel_call_init(&k, "sum");
        kernel_call_array(&k, "x", SKEP_F8, 2, shape, &x);
        kernel_call_arg(&k, "axis")->i64 = axis;
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        assert_int_equal(k.value.array.ndim, 1);
        assert_int_equal(k.value.array.shape[0], axis == 0 ? 3 : 0);
        for (int i = 0; axis == 0 && i < 3; i++) {
            assert_true(((const double *)k.value.array.data)[i] == 0.0);
        }
        kernel_call_release(&k);
    }
}

/* A number without axes is its own sum, with axis 0 or -1 as well, as in NumPy. */
static void test_sum__of_a_number(void **state)
{
    double x = 2.5;
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "sum");
    kernel_call_array(&k, "x", SKEP_F8, 0, NULL, &x);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 2.5);
    kernel_call_arg(&k, "axis")->i64 = -1;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 2.5);
    kernel_call_arg(&k, "axis")->i64 = 1;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "axis 1 is out of range for an array of 0 axes");
    kernel_call_release(&k);
}

/* NaN goes through or is left out; infinities of both signs make NaN either way. */
static void test_sum__nan_and_infinities(void **state)
{
    const double x[] = {1, NAN, 2, HUGE_VAL, -HUGE_VAL};
    const float y[] = {1, NAN, 2};
    struct kernel_call k;
    int64_t n = 3;

    (void)state;
    assert_true(isnan(sum_of(SKEP_F8, 3, x).f64));
    assert_true(isnan(sum_of(SKEP_F4, 3, y).f64));
    assert_true(sum_of(SKEP_F8, 2, x + 2).f64 == HUGE_VAL);
    kernel_call_init(&k, "sum");
    kernel_call_word(&k, "nan", "skip");
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 3.0);
    kernel_call_array(&k, "x", SKEP_F4, 1, &n, y);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 3.0);
    n = 5;
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(isnan(k.value.f64));
    kernel_call_release(&k);
}

/* A sum that 64 bits cannot hold is an error, not a wrapped number. */
static void test_sum__overflow_is_refused(void **state)
{
    static const int64_t shape[] = {2, 2};
    static const int64_t up[] = {INT64_MAX, 1, 0, 0};
    static const int64_t down[] = {INT64_MIN, 0, -1, 0};
    static const uint64_t u8[] = {UINT64_MAX, 1, 0, 0};
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "sum");
    kernel_call_array(&k, "x", SKEP_I8, 2, shape, up);
    kernel_call_refused(&k, SKEP_E_NUMERIC, "range of i8");
    kernel_call_array(&k, "x", SKEP_I8, 2, shape, down);
    kernel_call_refused(&k, SKEP_E_NUMERIC, "range of i8");
    kernel_call_array(&k, "x", SKEP_U8, 2, shape, u8);
    kernel_call_refused(&k, SKEP_E_NUMERIC, "range of u8");
    kernel_call_arg(&k, "axis")->i64 = 1;
    kernel_call_refused(&k, SKEP_E_NUMERIC, "range of u8");
    kernel_call_arg(&k, "axis")->i64 = 0; /* columns: 2^64 - 1 and 1 */
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    kernel_call_release(&k);
}

/* An axis that the array does not have is refused. */
static void test_sum__axis_out_of_range_is_refused(void **state)
{
    static const int64_t shape[] = {2, 2};
    static const double x[4];
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "sum");
    kernel_call_array(&k, "x", SKEP_F8, 2, shape, x);
    kernel_call_arg(&k, "axis")->i64 = 2;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "axis 2 is out of range");
    kernel_call_arg(&k, "axis")->i64 = -3;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "axis -3 is out of range");
    kernel_call_arg(&k, "axis")->i64 = INT64_MIN;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "out of range");
    kernel_call_release(&k);
}

/* A value that the arena cannot hold is refused with its shape. */
static void test_sum__no_room_for_the_value(void **state)
{
    static const int64_t shape[] = {1, 1000000};
    static const double zero = 0;
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "sum");
    k.arena.max_bytes = 4096;
    kernel_call_array(&k, "x", SKEP_F8, 2, shape, &zero);
    k.args[0].view.strides[0] = k.args[0].view.strides[1] = 0;
    kernel_call_arg(&k, "axis")->i64 = 0;
    kernel_call_refused(&k, SKEP_E_NOMEM, "value of shape (1000000,): no memory for 8000000 bytes");
    kernel_call_release(&k);
}

/* Told to stop, it stops, along an axis as well. */
static void test_sum__stops(void **state)
{
    static const int64_t shape[] = {3, 3};
    static const double x[9];
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "sum");
    kernel_call_array(&k, "x", SKEP_F8, 2, shape, x);
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    kernel_call_arg(&k, "axis")->i64 = 0;
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

/* Sum and mean of N elements by both variants, in exact agreement. */
static double sure_sum(const double *x, int64_t n)
{
    double sum = sum_of(SKEP_F8, n, x).f64;
    struct kernel_call k;

    kernel_call_init(&k, "sum");
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    assert_true(k.value.f64 == sum);
    kernel_call_release(&k);
    return sum;
}

/* Sums of every condition number up to 1e30 and beyond are rounded once: against another exact method. */
static void test_sum__of_any_condition(void **state)
{
    uint64_t chance = 11;
    int rounds = getenv("SKEP_TEST_LONG") != NULL ? 100 : 6;

    (void)state;
    for (int round = 0; round < rounds; round++) {
        for (int bits = 10; bits <= 130; bits += 10) { /* 2^100 is 1.3e30 */
            double x[100], y[100], parts[200];
            int64_t n = 10 + (int64_t)(test_chance(&chance) % 90);

            make_hard_dot(x, y, n, bits, &chance);
            for (int64_t i = 0; i < n; i++) {
                parts[i] = x[i] * y[i];
                parts[n + i] = fma(x[i], y[i], -parts[i]);
            }
            assert_true(sure_sum(parts, 2 * n) == expansion_sum(parts, 2 * n));
        }
    }
}

/* A long sum that cancels down to its least part, wherever that is. */
static void test_sum__long_and_cancelling(void **state)
{
    enum { N = 100001 };
    static double x[N];
    uint64_t chance = 12;

    (void)state;
    for (int round = 0; round < 5; round++) {
        int64_t at = (int64_t)(test_chance(&chance) % (N / 2));

        for (int i = 0; i < N / 2; i++) {
            x[2 * i] = ldexp(test_chance_f8(&chance), (int)(test_chance(&chance) % 100));
            x[2 * i + 1] = -x[2 * i];
        }
        x[N - 1] = x[2 * at];
        x[2 * at] = 0x1p-60 + 0x1p-100;
        assert_true(sure_sum(x, N) == 0x1p-60 + 0x1p-100);
    }
}

/* Random sums of all lengths around those of vectors and pieces. */
static void test_sum__of_any_length(void **state)
{
    static double x[6200];
    uint64_t chance = 13;

    (void)state;
    for (int64_t n = 0; n < 6200; n += n < 140 ? 1 : 101) {
        for (int64_t i = 0; i < n; i++) {
            x[i] = ldexp(test_chance_f8(&chance) - 0.3, (int)(test_chance(&chance) % 20));
        }
        assert_true(sure_sum(x, n) == expansion_sum(x, n));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum__every_dtype),
        cmocka_unit_test(test_sum__only_the_whole_sum_counts),
        cmocka_unit_test(test_sum__along_each_axis),
        cmocka_unit_test(test_sum__axis_of_a_strided_view),
        cmocka_unit_test(test_sum__all_of_a_strided_view),
        cmocka_unit_test(test_sum__of_nothing),
        cmocka_unit_test(test_sum__of_a_number),
        cmocka_unit_test(test_sum__nan_and_infinities),
        cmocka_unit_test(test_sum__overflow_is_refused),
        cmocka_unit_test(test_sum__axis_out_of_range_is_refused),
        cmocka_unit_test(test_sum__no_room_for_the_value),
        cmocka_unit_test(test_sum__stops),
        cmocka_unit_test(test_sum__of_any_condition),
        cmocka_unit_test(test_sum__long_and_cancelling),
        cmocka_unit_test(test_sum__of_any_length),
    };
    return cmocka_run_group_tests_name("kernel/sum", tests, NULL, NULL);
}
