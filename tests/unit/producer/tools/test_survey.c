/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "producer/tools/survey.h"
#include "support/heap.h"

static const int64_t zero[SKEP_MAX_DIMS];

/* Survey DATA as one block. */
static struct skep_survey survey_of(const void *data, enum skep_dtype dtype, int ndim, const int64_t *shape,
                                    int rows, int columns)
{
    struct skep_survey survey;
    struct skep_view view;

    skep_view_init(&view, data, dtype, ndim, shape);
    assert_int_equal(skep_survey_init(&survey, &view, rows, columns, NULL), SKEP_OK);
    skep_survey_add(&survey, &view, zero);
    return survey;
}

static struct skep_survey line_of(const double *data, int64_t n, int columns)
{
    return survey_of(data, SKEP_F8, 1, &n, 1, columns);
}

/* ---- works ---- */

/* Least, greatest, mean and count of NaN are NumPy's nanmin, nanmax, nanmean and isnan().sum(). */
static void test_survey__agrees_with_numpy(void **state)
{
    enum { N = 5400 };
    static double x[N];
    struct skep_survey survey;
    struct skep_survey_cell total;

    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = (i * 7919 % 1000) / 8.0 - 40;
    }
    x[17] = x[4000] = NAN;
    for (int columns = 1; columns < 100; columns += 7) {
        survey = line_of(x, N, columns);
        total = skep_survey_total(&survey);
        assert_int_equal(total.n_nan, 2);
        assert_true(skep_survey_least(&total) == -40.0);
        assert_true(skep_survey_most(&total) == 84.875);
        assert_true(fabs(skep_survey_mean(&total) - 22.455469618377176) < 1e-13);
        skep_survey_release(&survey);
    }
}

/* Infinite elements are NumPy's, too: they are the least and the greatest, and the mean is infinite, or NaN
 * where there are both. What is drawn is the mean of the others. */
static void test_survey__infinite_ones(void **state)
{
    double x[] = {1, INFINITY, 3, NAN};
    struct skep_survey survey = line_of(x, 4, 1);
    struct skep_survey_cell total = skep_survey_total(&survey);

    (void)state;
    assert_true(skep_survey_least(&total) == 1);
    assert_true(isinf(skep_survey_most(&total)) && skep_survey_most(&total) > 0);
    assert_true(isinf(skep_survey_mean(&total)));
    assert_true(skep_survey_finite_mean(&total) == 2);
    skep_survey_release(&survey);
    x[0] = -INFINITY;
    survey = line_of(x, 4, 1);
    total = skep_survey_total(&survey);
    assert_true(isinf(skep_survey_least(&total)) && skep_survey_least(&total) < 0);
    assert_true(isnan(skep_survey_mean(&total)));
    skep_survey_release(&survey);
}

/* Of n elements in k cells the first n mod k have one more: seven in three are 3, 2, 2. */
static void test_survey__spreads_evenly(void **state)
{
    const double x[] = {1, 2, 3, 10, 20, 100, 200};
    struct skep_survey survey = line_of(x, 7, 3);

    (void)state;
    assert_int_equal(survey.columns.n, 3);
    assert_int_equal(skep_survey_from(&survey.columns, 1), 3);
    assert_int_equal(skep_survey_from(&survey.columns, 3), 7);
    assert_true(skep_survey_mean(&survey.cells[0]) == 2);
    assert_true(skep_survey_mean(&survey.cells[1]) == 15);
    assert_true(skep_survey_mean(&survey.cells[2]) == 150);
    assert_true(survey.cells[2].least == 100 && survey.cells[2].most == 200);
    skep_survey_release(&survey);
}

/* Mean of the elements of one cell, by a plain loop. */
static double plain_mean(const double *x, int64_t n_columns, const struct skep_survey *survey, int row,
                         int column)
{
    double sum = 0;
    int64_t n = 0;

    for (int64_t i = skep_survey_from(&survey->rows, row); i < skep_survey_from(&survey->rows, row + 1);
         i++) {
        for (int64_t j = skep_survey_from(&survey->columns, column);
             j < skep_survey_from(&survey->columns, column + 1); j++) {
            sum += x[i * n_columns + j];
            n++;
        }
    }
    return sum / (double)n;
}

/* Blocks come in any order and of any form; the cells are those of a plain loop. */
static void test_survey__takes_blocks(void **state)
{
    enum { ROWS = 50, COLUMNS = 37 };
    double x[ROWS * COLUMNS];
    const int64_t shape[] = {ROWS, COLUMNS};
    struct skep_survey survey;
    struct skep_view view;

    (void)state;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        x[i] = (i * 31 % 97) - 11;
    }
    skep_view_init(&view, x, SKEP_F8, 2, shape);
    assert_int_equal(skep_survey_init(&survey, &view, 12, 10, NULL), SKEP_OK);
    for (int64_t i = ROWS; i > 0; i -= 10) {
        for (int64_t j = 0; j < COLUMNS; j += 17) {
            const int64_t origin[] = {i - 10, j};
            struct skep_view block = view;
            block.data = &x[origin[0] * COLUMNS + j];
            block.shape[0] = 10;
            block.shape[1] = COLUMNS - j < 17 ? COLUMNS - j : 17;
            skep_survey_add(&survey, &block, origin);
        }
    }
    for (int row = 0; row < 12; row++) {
        for (int column = 0; column < 10; column++) {
            double mean = skep_survey_mean(&survey.cells[row * 10 + column]);
            assert_true(fabs(mean - plain_mean(x, COLUMNS, &survey, row, column)) < 1e-12);
        }
    }
    skep_survey_release(&survey);
}

/* A column-major array is walked along its columns, and gives the same picture. */
static void test_survey__column_major(void **state)
{
    enum { ROWS = 30, COLUMNS = 20 };
    double x[ROWS * COLUMNS], turned[ROWS * COLUMNS];
    const int64_t shape[] = {ROWS, COLUMNS};
    struct skep_survey a, b;
    struct skep_view view;

    (void)state;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        x[i] = i * 13 % 101;
        turned[i % COLUMNS * ROWS + i / COLUMNS] = x[i];
    }
    a = survey_of(x, SKEP_F8, 2, shape, 7, 6);
    skep_view_init(&view, turned, SKEP_F8, 2, shape);
    view.strides[0] = 1;
    view.strides[1] = ROWS;
    assert_int_equal(skep_survey_init(&b, &view, 7, 6, NULL), SKEP_OK);
    skep_survey_add(&b, &view, zero);
    for (int i = 0; i < 7 * 6; i++) {
        assert_true(fabs(skep_survey_mean(&a.cells[i]) - skep_survey_mean(&b.cells[i])) < 1e-12);
    }
    skep_survey_release(&a);
    skep_survey_release(&b);
}

/* Few columns are lines, and so are few rows; of a cube the picture is the first plane, the total is of all.
 */
static void test_survey__shapes(void **state)
{
    static double x[2 * 9 * 9];
    const int64_t tall[] = {40, 3}, wide[] = {3, 40}, cube[] = {2, 9, 9};
    struct skep_survey survey = survey_of(x, SKEP_F8, 2, tall, 8, 20);
    struct skep_survey_cell total;

    (void)state;
    assert_true(survey.shape.is_lines && survey.shape.is_turned);
    assert_int_equal(survey.rows.n, 3);
    assert_int_equal(survey.columns.n, 20);
    skep_survey_release(&survey);
    survey = survey_of(x, SKEP_F8, 2, wide, 8, 20);
    assert_true(survey.shape.is_lines && !survey.shape.is_turned);
    assert_int_equal(survey.rows.n, 3);
    skep_survey_release(&survey);
    for (int i = 0; i < 81; i++) {
        x[i] = 1;
        x[81 + i] = 3;
    }
    survey = survey_of(x, SKEP_F8, 3, cube, 100, 100);
    total = skep_survey_total(&survey);
    assert_false(survey.shape.is_lines);
    assert_int_equal(survey.rows.n, 9);
    assert_true(skep_survey_mean(&survey.cells[80]) == 1);
    assert_int_equal(total.n_finite, 162);
    assert_true(skep_survey_mean(&total) == 2);
    skep_survey_release(&survey);
}

/* Integers that no double can hold keep their digits. */
static void test_survey__large_integers(void **state)
{
    const int64_t x[] = {INT64_MAX, INT64_MIN, INT64_MAX - 1};
    const uint64_t y[] = {UINT64_MAX, (UINT64_C(1) << 53) + 1};
    const int64_t three = 3, two = 2;
    struct skep_survey survey = survey_of(x, SKEP_I8, 1, &three, 1, 1);

    (void)state;
    assert_true(survey.least_integer == INT64_MIN && survey.most_integer == INT64_MAX);
    skep_survey_release(&survey);
    survey = survey_of(y, SKEP_U8, 1, &two, 1, 1);
    assert_true((uint64_t)survey.least_integer == (UINT64_C(1) << 53) + 1);
    assert_true((uint64_t)survey.most_integer == UINT64_MAX);
    skep_survey_release(&survey);
}

/* 0.1 ten million times is a million within one rounding: a plain sum is off by 1.6e-4. */
static void test_survey__sums_carefully(void **state)
{
    enum { N = 1000000 };
    double *x = malloc(N * sizeof *x);
    const int64_t n = N;
    struct skep_survey survey;
    struct skep_survey_cell total;
    struct skep_view view;

    (void)state;
    assert_non_null(x);
    for (int i = 0; i < N; i++) {
        x[i] = 0.1;
    }
    skep_view_init(&view, x, SKEP_F8, 1, &n);
    assert_int_equal(skep_survey_init(&survey, &view, 1, 3, NULL), SKEP_OK);
    for (int i = 0; i < 10; i++) {
        skep_survey_add(&survey, &view, zero);
    }
    total = skep_survey_total(&survey);
    assert_true(fabs(skep_survey_mean(&total) - 0.1) < 1e-14);
    skep_survey_release(&survey);
    free(x);
}

/* Sums side by side may be too large where one after the other is not. */
static void test_survey__sums_that_are_too_large(void **state)
{
    double x[8] = {DBL_MAX, -DBL_MAX, 1, 1, DBL_MAX, -DBL_MAX, 1, 1};
    struct skep_survey survey = line_of(x, 8, 1);
    struct skep_survey_cell total = skep_survey_total(&survey);

    (void)state;
    assert_true(skep_survey_mean(&total) == 0.5);
    skep_survey_release(&survey);
}

/* ---- refuses ---- */

/* Nothing but NaN, and nothing at all, have no least, no greatest and no mean. */
static void test_survey__nothing(void **state)
{
    double x[] = {NAN, -NAN};
    struct skep_survey survey = line_of(x, 2, 5);
    struct skep_survey_cell total = skep_survey_total(&survey);

    (void)state;
    assert_int_equal(total.n_nan, 2);
    assert_true(isnan(skep_survey_least(&total)) && isnan(skep_survey_most(&total)));
    assert_true(isnan(skep_survey_mean(&total)));
    skep_survey_release(&survey);
}

/* ---- breaks ---- */

static skep_status make_and_drop(void *context)
{
    struct skep_survey survey;
    skep_status st = skep_survey_init(&survey, context, 1, 3, NULL);

    skep_survey_release(&survey);
    return st;
}

/* Without memory it says so. */
static void test_survey__no_memory(void **state)
{
    const int64_t n = 3;
    const double x[3] = {0};
    struct skep_view view;

    (void)state;
    skep_view_init(&view, x, SKEP_F8, 1, &n);
    test_heap_torture(make_and_drop, &view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_survey__agrees_with_numpy),
        cmocka_unit_test(test_survey__infinite_ones),
        cmocka_unit_test(test_survey__spreads_evenly),
        cmocka_unit_test(test_survey__takes_blocks),
        cmocka_unit_test(test_survey__column_major),
        cmocka_unit_test(test_survey__shapes),
        cmocka_unit_test(test_survey__large_integers),
        cmocka_unit_test(test_survey__sums_carefully),
        cmocka_unit_test(test_survey__sums_that_are_too_large),
        cmocka_unit_test(test_survey__nothing),
        cmocka_unit_test(test_survey__no_memory),
    };

    return cmocka_run_group_tests_name("producer/tools/survey", tests, NULL, NULL);
}
