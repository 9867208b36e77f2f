/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/te_data.h"

enum { SERIES_MAX = 700 };

/* The estimate from its definition, with logarithms and their sum in long double. */
static double estimate(const double *x, const double *y, int64_t n, const double r[3], int64_t exclude,
                       bool is_inclusive)
{
    long double sum = 0;

    for (int64_t i = 0; i < n - 1; i++) {
        int64_t c[4];
        te_data_counts(x + 1, x, y, n - 1, r, exclude, is_inclusive, i, c);
        if (c[0] > 0) {
            sum += logl((long double)c[0] * (long double)c[1] / ((long double)c[2] * (long double)c[3]));
        }
    }
    return (double)(sum / (n - 1));
}

/* Both variants give the definition's value to a few ulp, and each other's to the bit, for series of every
 * kind with every option. */
static void test_te_box__is_its_definition(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < 400; round++) {
        enum te_data_kind kind = (enum te_data_kind)(round % TE_DATA_KINDS);
        const int64_t n = 2 + (int64_t)(test_chance(&chance) % (round < 300 ? 40 : SERIES_MAX - 2));
        bool is_inclusive = round % 3 == 0;
        double x[SERIES_MAX], y[SERIES_MAX];
        double r = te_data_radius(kind, &chance);
        const double radius[3] = {r, r, r};
        struct kernel_call k;
        double expected, fast;

        for (int64_t i = 0; i < n; i++) {
            x[i] = te_data_value(kind, &chance);
            y[i] = te_data_value(kind, &chance);
        }
        kernel_call_init(&k, "te_box");
        kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
        kernel_call_array(&k, "y", SKEP_F8, 1, &n, y);
        kernel_call_arg(&k, "r")->f64 = r;
        kernel_call_arg(&k, "exclude")->i64 = round % 7;
        kernel_call_word(&k, "edge", is_inclusive ? "inclusive" : "strict");
        expected = estimate(x, y, n, radius, round % 7, is_inclusive);
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        assert_int_equal(k.value.kind, SKEP_VALUE_F64);
        fast = k.value.f64;
        if (!(fabs(fast - expected) <= 4e-16 * (1 + fabs(expected)))) {
            fail_msg("round %d: %.17g, not %.17g", round, fast, expected);
        }
        assert_int_equal(kernel_call_reference(&k), SKEP_OK);
        assert_memory_equal(&k.value.f64, &fast, sizeof fast);
        kernel_call_word(&k, "base", "2");
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        assert_true(fabs(k.value.f64 - expected * 1.4426950408889634) <= 8e-16 * (1 + fabs(expected)));
        kernel_call_release(&k);
    }
}

/* With normalise each column of points has its own deviation: the three differ, because they leave out the
 * first or the last sample. */
static void test_te_box__normalise(void **state)
{
    const double x[] = {0, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 50};
    const double y[] = {27, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9};
    const int64_t n = 12;
    /* Half of Python's statistics.stdev of x[1:], x[:-1] and y[:-1]. */
    const double of_next[3] = {7.0478881427507964, 7.0478881427507964, 3.668043818514912};
    const double of_past[3] = {1.3107943462579545, 1.3107943462579545, 3.668043818514912};
    const double radius[3] = {7.0478881427507964, 1.3107943462579545, 3.668043818514912};
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "te_box");
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    kernel_call_array(&k, "y", SKEP_F8, 1, &n, y);
    kernel_call_arg(&k, "r")->f64 = 0.5;
    kernel_call_arg(&k, "normalise")->boolean = true;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(fabs(k.value.f64 - estimate(x, y, n, radius, 0, false)) <= 1e-15);
    assert_true(fabs(k.value.f64 - estimate(x, y, n, of_next, 0, false)) > 0.1);
    assert_true(fabs(k.value.f64 - estimate(x, y, n, of_past, 0, false)) > 0.1);
    kernel_call_release(&k);
}

/* Columns of one array, as the main job reads them, give what separate series give. */
static void test_te_box__columns_of_an_array(void **state)
{
    const int64_t n = 200;
    double rows[200][4];
    double x[200], y[200];
    uint64_t chance = 2;
    struct kernel_call k;
    double value;

    (void)state;
    for (int i = 0; i < n; i++) {
        for (int c = 0; c < 4; c++) {
            rows[i][c] = test_chance_f8(&chance);
        }
        x[i] = rows[i][1];
        y[n - 1 - i] = rows[i][3];
    }
    kernel_call_init(&k, "te_box");
    kernel_call_arg(&k, "r")->f64 = 0.3;
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    kernel_call_array(&k, "y", SKEP_F8, 1, &n, y);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    value = k.value.f64;
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, &rows[0][1]);
    kernel_call_arg(&k, "x")->view.strides[0] = 4;
    kernel_call_array(&k, "y", SKEP_F8, 1, &n, &rows[n - 1][3]);
    kernel_call_arg(&k, "y")->view.strides[0] = -4;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == value);
    kernel_call_release(&k);
}

/* A target that copies its source's last value gets the source's entropy: log 2 for a fair coin, as far as
 * 5000 throws can say, and nothing flows back. */
static void test_te_box__copied_coin(void **state)
{
    enum { N = 5000 };
    static double x[N], y[N];
    const int64_t n = N;
    uint64_t chance = 3;
    struct kernel_call k;

    (void)state;
    for (int i = 0; i < N; i++) {
        y[i] = (double)(test_chance(&chance) >> 63);
        x[i] = i == 0 ? 0 : y[i - 1];
    }
    kernel_call_init(&k, "te_box");
    kernel_call_arg(&k, "r")->f64 = 0.5;
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, x);
    kernel_call_array(&k, "y", SKEP_F8, 1, &n, y);
    kernel_call_word(&k, "base", "2");
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(fabs(k.value.f64 - 1.0) < 0.005);
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, y);
    kernel_call_array(&k, "y", SKEP_F8, 1, &n, x);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 >= 0 && k.value.f64 < 0.005);
    kernel_call_release(&k);
}

/* Series of different lengths, or too short for a single point, are refused; a stop is obeyed. */
static void test_te_box__refuses(void **state)
{
    const double x[3] = {0, 1, 2};
    int64_t three = 3, two = 2, one = 1;
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "te_box");
    kernel_call_arg(&k, "r")->f64 = 0.5;
    kernel_call_array(&k, "x", SKEP_F8, 1, &three, x);
    kernel_call_array(&k, "y", SKEP_F8, 1, &two, x);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "x has 3 elements and y has 2");
    kernel_call_array(&k, "x", SKEP_F8, 1, &one, x);
    kernel_call_array(&k, "y", SKEP_F8, 1, &one, x);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "need 2 elements at least");
    kernel_call_array(&k, "x", SKEP_F8, 1, &three, x);
    kernel_call_array(&k, "y", SKEP_F8, 1, &three, x);
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_arg(&k, "normalise")->boolean = true;
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_te_box__is_its_definition),
        cmocka_unit_test(test_te_box__normalise),
        cmocka_unit_test(test_te_box__columns_of_an_array),
        cmocka_unit_test(test_te_box__copied_coin),
        cmocka_unit_test(test_te_box__refuses),
    };
    return cmocka_run_group_tests_name("kernel/te_box", tests, NULL, NULL);
}
