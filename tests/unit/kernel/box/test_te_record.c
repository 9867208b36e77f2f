/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/te_data.h"

/* A column without gaps is the view's own memory; one with gaps, or backwards, is a copy of its elements. */
static void test_te_record__column(void **state)
{
    static const int64_t shape[] = {3, 2};
    const double data[] = {1, 2, 3, 4, 5, 6};
    struct kernel_call k;
    struct skep_view view;
    const double *column;

    (void)state;
    kernel_call_init(&k, "te_box_counts");
    skep_view_init(&view, data, SKEP_F8, 2, shape);
    assert_int_equal(skep_te_column(&k.call, &view, 1, 1, 5, &column, &k.err), SKEP_OK);
    assert_ptr_equal(column, data + 1);
    assert_int_equal(skep_te_column(&k.call, &view, 1, 2, 3, &column, &k.err), SKEP_OK);
    assert_true(column[0] == 2 && column[1] == 4 && column[2] == 6);
    assert_int_equal(skep_te_column(&k.call, &view, 5, -2, 3, &column, &k.err), SKEP_OK);
    assert_true(column[0] == 6 && column[1] == 4 && column[2] == 2);
    atomic_store(&k.stop, 1);
    assert_int_equal(skep_te_column(&k.call, &view, 1, 2, 3, &column, &k.err), SKEP_STOPPED);
    kernel_call_release(&k);
}

/* A copy that the arena cannot hold is refused. */
static void test_te_record__column_without_room(void **state)
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
    assert_int_equal(skep_te_column(&k.call, &view, 0, 0, 1000, &column, &k.err), SKEP_E_NOMEM);
    kernel_call_release(&k);
}

/* Radii are multiplied with the standard deviation, here by the two-pass formula in long double; also far
 * from zero, where the squares of the values would not do. */
static void test_te_record__scale(void **state)
{
    enum { N = 1000 };
    static const double offsets[] = {0, 1e8, -1e12};
    static double x[N];
    uint64_t chance = 5;

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct skep_te_record record = {.columns = {x, x, x}, .radius = {1, 2, 0.5}, .n = N};
        const struct skep_call call = {0};
        long double mean = 0, squares = 0;
        double deviation;

        for (int i = 0; i < N; i++) {
            x[i] = offsets[k] + test_chance_f8(&chance);
            mean += ((long double)x[i] - offsets[k]) / N;
        }
        for (int i = 0; i < N; i++) {
            long double distance = (long double)x[i] - offsets[k] - mean;
            squares += distance * distance;
        }
        deviation = (double)sqrtl(squares / (N - 1));
        assert_int_equal(skep_te_scale(&call, &record), SKEP_OK);
        assert_true(fabs(record.radius[0] - deviation) <= 1e-15 * deviation);
        assert_true(fabs(record.radius[1] - 2 * deviation) <= 2e-15 * deviation);
        assert_true(fabs(record.radius[2] - 0.5 * deviation) <= 0.5e-15 * deviation);
    }
}

/* One point has radius 0, a constant column too; a NaN or an infinity makes the radius NaN. */
static void test_te_record__scale_degenerate(void **state)
{
    const double constant[] = {0.1, 0.1, 0.1};
    const double nan[] = {0.1, NAN, 0.1};
    const double inf[] = {0.1, HUGE_VAL, 0.1};
    struct skep_te_record record = {.columns = {constant, nan, inf}, .radius = {1, 1, 1}, .n = 3};
    const struct skep_call call = {0};
    atomic_uint stop = 1;
    const struct skep_call stopped = {.stop = &stop};

    (void)state;
    assert_int_equal(skep_te_scale(&call, &record), SKEP_OK);
    assert_true(record.radius[0] <= 1e-17);
    assert_true(isnan(record.radius[1]));
    assert_true(isnan(record.radius[2]));
    record.n = 1;
    record.radius[0] = 1;
    assert_int_equal(skep_te_scale(&call, &record), SKEP_OK);
    assert_true(record.radius[0] == 0);
    record.n = 3;
    assert_int_equal(skep_te_scale(&stopped, &record), SKEP_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_te_record__column),
        cmocka_unit_test(test_te_record__column_without_room),
        cmocka_unit_test(test_te_record__scale),
        cmocka_unit_test(test_te_record__scale_degenerate),
    };
    return cmocka_run_group_tests_name("kernel/te_record", tests, NULL, NULL);
}
