/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_cases.h"

enum { SERIES_MAX = 700 };

/* The estimate from its definition, with logarithms and their sum in long double. */
static long double estimate(const double *x, const double *y, int64_t n, const double r[3], int64_t exclude,
                            bool is_inclusive)
{
    long double sum = 0;

    for (int64_t i = 0; i < n - 1; i++) {
        int64_t c[4];
        box_te_counts(x + 1, x, y, n - 1, r, exclude, is_inclusive, i, c);
        sum += box_term(c[0], c[1], c[2], c[3]);
    }
    return sum / (n - 1);
}

/* Both variants give the definition's value, and each other's to the bit, for series of every kind with every
 * option. */
static void test_te_box__is_its_definition(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < box_rounds(1000); round++) {
        enum box_kind kind = (enum box_kind)(round % BOX_KINDS);
        const int64_t n = 2 + (int64_t)(test_chance(&chance) % (round % 20 != 0 ? 40 : SERIES_MAX - 2));
        bool is_inclusive = test_chance(&chance) % 3 == 0;
        int64_t exclude = box_exclude(n, &chance);
        double x[SERIES_MAX], y[SERIES_MAX];
        double r = box_radius(kind, &chance);
        const double radius[3] = {r, r, r};
        struct kernel_call k;
        long double expected;
        double fast;

        for (int64_t i = 0; i < n; i++) {
            x[i] = box_value(kind, i, &chance);
            y[i] = box_value(kind, i, &chance);
        }
        kernel_call_init(&k, "te_box");
        box_set_series(&k, x, y, &n, r);
        kernel_call_arg(&k, "exclude")->i64 = exclude;
        kernel_call_word(&k, "edge", is_inclusive ? "inclusive" : "strict");
        expected = estimate(x, y, n, radius, exclude, is_inclusive);
        fast = box_run_value(&k);
        box_assert_close(fast, expected, "nats", round);
        assert_int_equal(kernel_call_reference(&k), SKEP_OK);
        assert_memory_equal(&k.value.f64, &fast, sizeof fast);
        kernel_call_word(&k, "base", "2");
        box_assert_close(box_run_value(&k), expected / logl(2), "bits", round);
        kernel_call_release(&k);
    }
}

/* With normalise each column of points has its own deviation: the three differ, because they leave out the
 * first or the last sample. With next_width "past" two of them are one. */
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
    box_set_series(&k, x, y, &n, 0.5);
    kernel_call_arg(&k, "normalise")->boolean = true;
    box_assert_close(box_run_value(&k), estimate(x, y, n, radius, 0, false), "own widths", 0);
    assert_true(fabsl(k.value.f64 - estimate(x, y, n, of_next, 0, false)) > 0.1);
    assert_true(fabsl(k.value.f64 - estimate(x, y, n, of_past, 0, false)) > 0.1);
    kernel_call_word(&k, "next_width", "past");
    box_assert_close(box_run_value(&k), estimate(x, y, n, of_past, 0, false), "the past's width", 0);
    kernel_call_arg(&k, "normalise")->boolean = false;
    kernel_call_arg(&k, "r")->f64 = 3;
    box_assert_close(box_run_value(&k), estimate(x, y, n, (const double[]){3, 3, 3}, 0, false), "no width",
                     0);
    kernel_call_release(&k);
}

/* The values of JIDT's conventions, computed with NumPy from their description (of the class
 * TransferEntropyCalculatorKernel and its estimator): widths are those of x[:-1] and y[:-1] with ddof 1, the
 * one of x[:-1] for x[1:] too; neighbours by <=; points closer in time than DYN_CORR_EXCL left out if that is
 * set; the mean of log((c_xyz / c_xy) / (c_xx' / c_x)) over n-1 points, 0 where c_xyz is 0, over log 2. */
static void test_te_box__agrees_with_jidt(void **state)
{
    static const struct {
        double width;
        int64_t exclude;
        double forth, back; /* from y to x, from x to y */
        double own;         /* from y to x with x[1:]'s own width */
    } known[] = {
        {0.5, 0, 0.29371532768175618, 0.1086542471164002, 0.29371532768175618},
        {0.25, 1, 0.39770182327404319, 0.23131731504136752, 0.39705752535450345},
        {1.0, 10, 0.07256838318175883, -0.0056787564874492998, 0.072500953144188696},
    };
    const int64_t n = 300;
    double x[300], y[300];

    (void)state;
    box_jidt_series(300, x, y);
    for (int i = 0; i < 3; i++) {
        struct kernel_call k;

        kernel_call_init(&k, "te_box");
        box_set_series(&k, x, y, &n, known[i].width);
        kernel_call_arg(&k, "exclude")->i64 = known[i].exclude;
        kernel_call_word(&k, "edge", "inclusive");
        kernel_call_arg(&k, "normalise")->boolean = true;
        kernel_call_word(&k, "base", "2");
        box_assert_close(box_run_value(&k), known[i].own, "own width", i);
        kernel_call_word(&k, "next_width", "past");
        box_assert_close(box_run_value(&k), known[i].forth, "from y to x", i);
        box_set_series(&k, y, x, &n, known[i].width);
        box_assert_close(box_run_value(&k), known[i].back, "from x to y", i);
        kernel_call_release(&k);
    }
}

static double te_of_pair(const double *x, const double *y, int64_t n, double r, int64_t exclude)
{
    struct kernel_call k;
    double value;

    kernel_call_init(&k, "te_box");
    box_set_series(&k, x, y, &n, r);
    kernel_call_arg(&k, "exclude")->i64 = exclude;
    value = box_run_value(&k);
    kernel_call_release(&k);
    return value;
}

/* x[i+1] = x[i]/2 + 0.8 y[i] + 0.6 noise with white y: the transfer entropy is log(1 + 0.64/0.36) / 2, and
 * the estimate comes nearer as n grows and r shrinks. Back flows nothing. */
static void test_te_box__gaussian_pair(void **state)
{
    enum { N = 40000 };
    static const struct {
        int64_t n;
        double r;
        double within;
    } steps[] = {{500, 1.0, 0.2}, {4000, 0.6, 0.1}, {N, 0.3, 0.03}};
    static double x[N], y[N];
    const double formula = 0.5 * log(1 + 0.64 / 0.36);
    double last_error = 1;
    uint64_t chance = 6;

    (void)state;
    for (int i = 0; i < N; i++) {
        y[i] = box_normal(&chance);
        x[i] = i == 0 ? 0 : 0.5 * x[i - 1] + 0.8 * y[i - 1] + 0.6 * box_normal(&chance);
    }
    for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++) {
        double error = fabs(te_of_pair(x, y, steps[s].n, steps[s].r, 1) - formula);

        if (!(error <= steps[s].within && error < last_error)) {
            fail_msg("n %d: off by %g", (int)steps[s].n, error);
        }
        last_error = error;
        assert_true(fabs(te_of_pair(y, x, steps[s].n, steps[s].r, 1)) < 0.02);
    }
}

/* Between series that have nothing to do with each other the estimate is its bias, which falls as 1/n. */
static void test_te_box__bias_of_noise(void **state)
{
    enum { N = 16000 };
    static double x[N], y[N];
    double last = 0;
    uint64_t chance = 7;

    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = box_normal(&chance);
        y[i] = box_normal(&chance);
    }
    for (int64_t n = 1000; n <= N; n *= 4) {
        double bias = te_of_pair(x, y, n, 0.5, 0);

        if (n > 1000 && !(last / bias > 3 && last / bias < 5.3)) {
            fail_msg("n %d: %g after %g", (int)n, bias, last);
        }
        last = bias;
    }
    assert_true(last > 0 && last < 0.01);
}

/* A call takes from its arena what its row says beforehand. */
static void test_te_box__cost(void **state)
{
    static double x[2 * SERIES_MAX], y[2 * SERIES_MAX];
    uint64_t chance = 8;

    (void)state;
    for (int i = 0; i < 2 * SERIES_MAX; i++) {
        x[i] = box_normal(&chance);
        y[i] = box_normal(&chance);
    }
    for (int round = 0; round < 8; round++) {
        const int64_t n = round < 4 ? SERIES_MAX : 3;
        struct kernel_call k;

        kernel_call_init(&k, "te_box");
        box_set_series(&k, x, y, &n, 0.3);
        k.args[0].view.strides[0] = round % 2 + 1;
        k.args[1].view.strides[0] = round % 4 / 2 + 1;
        box_assert_cost(&k);
    }
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
        cmocka_unit_test(test_te_box__is_its_definition), cmocka_unit_test(test_te_box__normalise),
        cmocka_unit_test(test_te_box__agrees_with_jidt),  cmocka_unit_test(test_te_box__gaussian_pair),
        cmocka_unit_test(test_te_box__bias_of_noise),     cmocka_unit_test(test_te_box__columns_of_an_array),
        cmocka_unit_test(test_te_box__copied_coin),       cmocka_unit_test(test_te_box__cost),
        cmocka_unit_test(test_te_box__refuses),
    };
    return cmocka_run_group_tests_name("kernel/box/te_box", tests, NULL, NULL);
}
