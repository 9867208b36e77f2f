/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/box/column.h"

/* A column without gaps is the view's own memory; one with gaps, or backwards, is a copy of its elements. */
static void test_column__copies_what_has_gaps(void **state)
{
    static const int64_t shape[] = {3, 2};
    const double data[] = {1, 2, 3, 4, 5, 6};
    struct kernel_call k;
    struct skep_view view;
    const double *column;

    (void)state;
    kernel_call_init(&k, "te_box_counts");
    skep_view_init(&view, data, SKEP_F8, 2, shape);
    assert_int_equal(skep_box_column(&k.call, &view, 1, 1, 5, &column, &k.err), SKEP_OK);
    assert_ptr_equal(column, data + 1);
    assert_int_equal(skep_box_column(&k.call, &view, 1, 2, 3, &column, &k.err), SKEP_OK);
    assert_true(column[0] == 2 && column[1] == 4 && column[2] == 6);
    assert_int_equal(skep_box_column(&k.call, &view, 5, -2, 3, &column, &k.err), SKEP_OK);
    assert_true(column[0] == 6 && column[1] == 4 && column[2] == 2);
    atomic_store(&k.stop, 1);
    assert_int_equal(skep_box_column(&k.call, &view, 1, 2, 3, &column, &k.err), SKEP_STOPPED);
    kernel_call_release(&k);
}

/* A copy that the arena cannot hold is refused. */
static void test_column__without_room(void **state)
{
    static const int64_t shape[] = {1000};
    const double data[1] = {1};
    struct kernel_call k;
    struct skep_view view;
    const double *column;

    (void)state;
    kernel_call_init(&k, "te_box_counts");
    k.arena.max_bytes = 4000;
    skep_view_init(&view, data, SKEP_F8, 1, shape);
    assert_int_equal(skep_box_column(&k.call, &view, 0, 0, 1000, &column, &k.err), SKEP_E_NOMEM);
    kernel_call_release(&k);
}

/* What the arena is charged for a column is what is said beforehand. */
static void test_column__bytes(void **state)
{
    static const int64_t shape[] = {6};
    const double data[] = {1, 2, 3, 4, 5, 6};
    struct kernel_call k;
    struct skep_view view;
    const double *column;

    (void)state;
    kernel_call_init(&k, "te_box_counts");
    skep_view_init(&view, data, SKEP_F8, 1, shape);
    for (int64_t stride = -2; stride <= 2; stride++) {
        for (int64_t n = 0; n <= 3; n++) {
            size_t before = k.arena.used_bytes;
            assert_int_equal(skep_box_column(&k.call, &view, stride < 0 ? 5 : 0, stride, n, &column, &k.err),
                             SKEP_OK);
            assert_true((double)(k.arena.used_bytes - before) == skep_box_column_bytes(stride, n));
        }
    }
    kernel_call_release(&k);
}

/* The standard deviation is that of the two-pass formula in long double; also far from zero, where the
 * squares of the values would not do. */
static void test_column__deviation(void **state)
{
    enum { N = 1000 };
    static const double offsets[] = {0, 1e8, -1e12};
    static double x[N];
    const struct skep_call call = {0};
    uint64_t chance = 5;

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        long double mean = 0, squares = 0;
        double deviation, expected;

        for (int i = 0; i < N; i++) {
            x[i] = offsets[k] + test_chance_f8(&chance);
            mean += ((long double)x[i] - offsets[k]) / N;
        }
        for (int i = 0; i < N; i++) {
            long double distance = (long double)x[i] - offsets[k] - mean;
            squares += distance * distance;
        }
        expected = (double)sqrtl(squares / (N - 1));
        assert_int_equal(skep_box_deviation(&call, x, N, &deviation), SKEP_OK);
        assert_true(fabs(deviation - expected) <= 1e-15 * expected);
    }
}

/* No value and one value have deviation 0, equal ones next to none; a NaN or an infinity makes it NaN. */
static void test_column__deviation_degenerate(void **state)
{
    const double constant[] = {0.1, 0.1, 0.1};
    const double nan[] = {0.1, NAN, 0.1};
    const double inf[] = {0.1, HUGE_VAL, 0.1};
    const struct skep_call call = {0};
    atomic_uint stop = 1;
    const struct skep_call stopped = {.stop = &stop};
    double deviation = 1;

    (void)state;
    assert_int_equal(skep_box_deviation(&call, NULL, 0, &deviation), SKEP_OK);
    assert_true(deviation == 0);
    assert_int_equal(skep_box_deviation(&call, constant, 1, &deviation), SKEP_OK);
    assert_true(deviation == 0);
    assert_int_equal(skep_box_deviation(&call, constant, 3, &deviation), SKEP_OK);
    assert_true(deviation <= 1e-17);
    assert_int_equal(skep_box_deviation(&call, nan, 3, &deviation), SKEP_OK);
    assert_true(isnan(deviation));
    assert_int_equal(skep_box_deviation(&call, inf, 3, &deviation), SKEP_OK);
    assert_true(isnan(deviation));
    assert_int_equal(skep_box_deviation(&stopped, constant, 3, &deviation), SKEP_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_column__copies_what_has_gaps),
        cmocka_unit_test(test_column__without_room),
        cmocka_unit_test(test_column__bytes),
        cmocka_unit_test(test_column__deviation),
        cmocka_unit_test(test_column__deviation_degenerate),
    };
    return cmocka_run_group_tests_name("kernel/box/column", tests, NULL, NULL);
}
