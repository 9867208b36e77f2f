/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

enum { MOST_COLUMNS = 100 };

/* A regression: views on data of its own. */
struct regression {
    struct skep_view x, y, w;
    double *data;
};

/* N rows of D columns of numbers in [-1, 1), with such distances (0: packed) between the elements. */
static void regression_init(struct regression *r, int64_t n, int64_t d, int64_t row_stride,
                            int64_t column_stride, uint64_t seed)
{
    int64_t rows = row_stride != 0 ? row_stride : d;
    int64_t columns = column_stride != 0 ? column_stride : 1;
    int64_t span = (n - 1) * llabs(rows) + (d - 1) * llabs(columns) + 1;
    int64_t shape[2] = {n, d};
    double *x;

    if (n == 0 || d == 0) {
        span = 0;
    }
    r->data = malloc((size_t)(span + n + d + 1) * sizeof(double));
    x = r->data;
    for (int64_t i = 0; i < span + n + d; i++) {
        r->data[i] = 2.0 * test_chance_f8(&seed) - 1.0;
        if (i >= span && i < span + n) {
            r->data[i] = r->data[i] < 0 ? -1.0 : 1.0;
        }
    }
    x += rows < 0 ? -(n - 1) * rows : 0;
    x += columns < 0 ? -(d - 1) * columns : 0;
    skep_view_init(&r->x, x, SKEP_F8, 2, shape);
    r->x.strides[0] = rows;
    r->x.strides[1] = columns;
    skep_view_init(&r->y, r->data + span, SKEP_F8, 1, &n);
    skep_view_init(&r->w, r->data + span + n, SKEP_F8, 1, &d);
}

static void regression_call(const struct regression *r, struct kernel_call *k, int64_t iterations,
                            double rate)
{
    kernel_call_init(k, "logreg");
    kernel_call_arg(k, "X")->view = r->x;
    kernel_call_arg(k, "y")->view = r->y;
    kernel_call_arg(k, "w")->view = r->w;
    kernel_call_arg(k, "iterations")->i64 = iterations;
    kernel_call_arg(k, "rate")->f64 = rate;
}

/* The definition, in long double. */
static void evaluate(const struct regression *r, int64_t iterations, double rate, long double *w)
{
    const double *x = r->x.data;

    for (int64_t j = 0; j < r->x.shape[1]; j++) {
        w[j] = ((const double *)r->w.data)[j * r->w.strides[0]];
    }
    for (int64_t k = 0; k < iterations; k++) {
        long double gradient[MOST_COLUMNS] = {0};
        for (int64_t i = 0; i < r->x.shape[0]; i++) {
            long double y = ((const double *)r->y.data)[i * r->y.strides[0]];
            long double z = 0;
            for (int64_t j = 0; j < r->x.shape[1]; j++) {
                z += (long double)x[i * r->x.strides[0] + j * r->x.strides[1]] * w[j];
            }
            for (int64_t j = 0; j < r->x.shape[1]; j++) {
                gradient[j] += (1 / (1 + expl(-y * z)) - 1) * y *
                               (long double)x[i * r->x.strides[0] + j * r->x.strides[1]];
            }
        }
        for (int64_t j = 0; j < r->x.shape[1]; j++) {
            w[j] -= rate * gradient[j];
        }
    }
}

static void check_value(const struct kernel_call *k, const long double *w, int64_t d)
{
    const double *value = k->value.array.data;

    assert_int_equal(k->value.kind, SKEP_VALUE_ARRAY);
    assert_int_equal(k->value.array.dtype, SKEP_F8);
    assert_true(k->value.array.ndim == 1 && k->value.array.shape[0] == d);
    for (int64_t j = 0; j < d; j++) {
        if (!(fabsl(value[j] - w[j]) <= 1e-10L * fabsl(w[j]))) {
            fail_msg("w[%d] is %.17g, not %.17Lg", (int)j, value[j], w[j]);
        }
    }
}

static void check(const struct regression *r, int64_t iterations, double rate)
{
    long double w[MOST_COLUMNS];
    struct kernel_call k;
    struct skep_cost cost;

    evaluate(r, iterations, rate, w);
    regression_call(r, &k, iterations, rate);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    check_value(&k, w, r->x.shape[1]);
    k.kernel->cost(&k.call, &cost);
    assert_true((double)k.arena.used_bytes <= cost.bytes && cost.bytes <= (double)k.arena.used_bytes + 256);
    kernel_call_release(&k);

    regression_call(r, &k, iterations, rate);
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    check_value(&k, w, r->x.shape[1]);
    k.kernel->cost(&k.call, &cost);
    assert_true((double)k.arena.used_bytes <= cost.bytes);
    kernel_call_release(&k);
}

/* Shapes around the sizes of groups and blocks: both variants are within 1e-10 of long double. */
static void test_logreg__agrees_with_long_double(void **state)
{
    static const int64_t rows[] = {0, 1, 7, 8, 9, 63, 64, 65, 255, 256, 257, 264, 265, 1000};
    static const int64_t columns[] = {1, 2, 7, 8, 9, 10, 16, 17, 64, 100};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t j = 0; j < sizeof columns / sizeof columns[0]; j++) {
            struct regression r;
            regression_init(&r, rows[i], columns[j], 0, 0, 1 + i * 16 + j);
            check(&r, 3, 0.5 / (double)(1 + rows[i]));
            free(r.data);
        }
    }
}

/* Views with gaps, with columns side by side, turned around, and of one row or column shown again and again.
 */
static void test_logreg__strided_views(void **state)
{
    static const int64_t strides[][2] = {{13, 1}, {-13, 1}, {13, -1}, {1, 400},  {-1, 400}, {20, 2},
                                         {0, 1},  {5, 0},   {0, 0},   {-24, -2}, {7, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++) {
        struct regression r;
        regression_init(&r, 300, 10, 1, 1, 77 + i);
        free(r.data);
        regression_init(&r, 300, 10, strides[i][0] != 0 ? strides[i][0] : 1,
                        strides[i][1] != 0 ? strides[i][1] : 1, 77 + i);
        r.x.strides[0] = strides[i][0];
        r.x.strides[1] = strides[i][1];
        check(&r, 2, 0.01);
        r.y.data = (const double *)r.y.data + 299;
        r.y.strides[0] = -1;
        r.w.data = (const double *)r.w.data + 9;
        r.w.strides[0] = -1;
        check(&r, 2, 0.01);
        free(r.data);
    }
}

/* Classes told apart without doubt, where exponentials over- and underflow: weights stay finite and right,
 * and the slopes of samples on the right side keep their digits. */
static void test_logreg__saturation(void **state)
{
    static const double x[] = {1000, -1000, 5, -5, 800, 20, 30, 1e-3};
    static const double y[] = {1, -1, 1, -1, -1, 1, 1, 1};
    static const double w[] = {1};
    int64_t shape[2] = {8, 1};
    struct regression r = {0};
    struct kernel_call k;
    long double expected;

    (void)state;
    skep_view_init(&r.x, x, SKEP_F8, 2, shape);
    skep_view_init(&r.y, y, SKEP_F8, 1, &shape[0]);
    skep_view_init(&r.w, w, SKEP_F8, 1, &shape[1]);
    check(&r, 1, 1e-3);
    check(&r, 5, 1e-3);
    /* One sample: w + rate x / (1 + exp(w x)), where the formula as the contract has it keeps 6 digits even
     * in long double. */
    shape[0] = 1;
    skep_view_init(&r.x, x + 6, SKEP_F8, 2, shape);
    skep_view_init(&r.y, y + 6, SKEP_F8, 1, &shape[0]);
    expected = 1 + 1e12L * 30 / (1 + expl(30));
    regression_call(&r, &k, 1, 1e12);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    check_value(&k, &expected, 1);
    kernel_call_release(&k);
}

/* Without columns the value is empty; without steps, it is w. */
static void test_logreg__nothing_to_do(void **state)
{
    struct regression r;
    struct kernel_call k;

    (void)state;
    regression_init(&r, 5, 0, 0, 0, 1);
    regression_call(&r, &k, 3, 1.0);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.array.shape[0], 0);
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    assert_int_equal(k.value.array.shape[0], 0);
    kernel_call_release(&k);
    free(r.data);
    regression_init(&r, 5, 3, 0, 0, 1);
    check(&r, 0, 1.0);
    free(r.data);
}

/* A NaN anywhere in X makes all weights NaN. */
static void test_logreg__nan_goes_through(void **state)
{
    struct regression r;
    struct kernel_call k;

    (void)state;
    regression_init(&r, 40, 5, 0, 0, 1);
    r.data[17 * 5 + 4] = NAN;
    regression_call(&r, &k, 1, 1.0);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    for (int j = 0; j < 5; j++) {
        assert_true(isnan(((const double *)k.value.array.data)[j]));
    }
    kernel_call_release(&k);
    free(r.data);
}

/* Arguments that do not fit are refused with what was wanted and got. */
static void test_logreg__refuses(void **state)
{
    struct regression r;
    struct kernel_call k;

    (void)state;
    regression_init(&r, 40, 5, 0, 0, 1);
    regression_call(&r, &k, 1, NAN);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "rate is not finite");
    kernel_call_arg(&k, "rate")->f64 = 1.0;
    kernel_call_arg(&k, "y")->view.shape[0] = 39;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "y: X has 40 rows, got 39 classes");
    kernel_call_arg(&k, "y")->view.shape[0] = 40;
    kernel_call_arg(&k, "w")->view.shape[0] = 4;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "w: X has 5 columns, got 4 weights");
    kernel_call_arg(&k, "w")->view.shape[0] = 5;
    r.data[40 * 5 + 7] = 0.0;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "y[7]: 1 or -1 is wanted, got 0");
    kernel_call_release(&k);
    free(r.data);
}

/* Too little memory is an error that names the bytes. */
static void test_logreg__wants_memory(void **state)
{
    struct regression r;
    struct kernel_call k;

    (void)state;
    regression_init(&r, 40, 5, 0, 0, 1);
    regression_call(&r, &k, 1, 1.0);
    k.arena.max_bytes = 1000;
    kernel_call_refused(&k, SKEP_E_NOMEM, "no memory for");
    kernel_call_release(&k);
    free(r.data);
}

/* A stop ends the call, in either variant. */
static void test_logreg__stops(void **state)
{
    struct regression r;
    struct kernel_call k;

    (void)state;
    regression_init(&r, 40, 5, 0, 0, 1);
    regression_call(&r, &k, 1000000000, 1e-3);
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_release(&k);
    free(r.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logreg__agrees_with_long_double),
        cmocka_unit_test(test_logreg__strided_views),
        cmocka_unit_test(test_logreg__saturation),
        cmocka_unit_test(test_logreg__nothing_to_do),
        cmocka_unit_test(test_logreg__nan_goes_through),
        cmocka_unit_test(test_logreg__refuses),
        cmocka_unit_test(test_logreg__wants_memory),
        cmocka_unit_test(test_logreg__stops),
    };
    return cmocka_run_group_tests_name("kernel/logreg", tests, NULL, NULL);
}
