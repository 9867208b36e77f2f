/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_cases.h"

enum { SERIES_MAX = 700 };

/* The estimate from its definition, with logarithms and their sum in long double. */
static long double estimate(const double *x, const double *y, int64_t n, const double r[2], int64_t exclude,
                            bool is_inclusive)
{
    int64_t gap = exclude < n ? exclude + 1 : n; /* more than exclude apart */
    long double sum = 0;

    for (int64_t i = 0; i < n; i++) {
        int64_t c[4];
        box_mi_counts(x, y, n, r, gap, is_inclusive, i, c);
        sum += box_term(c[0], c[3], c[1], c[2]);
    }
    return sum / n;
}

/* Both variants give the definition's value, and each other's to the bit, for series of every kind with every
 * option, also with gaps and backwards. */
static void test_mi_box__is_its_definition(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < box_rounds(1000); round++) {
        enum box_kind kind = (enum box_kind)(round % BOX_KINDS);
        const int64_t n = 1 + (int64_t)(test_chance(&chance) % (round % 20 != 0 ? 40 : SERIES_MAX - 1));
        bool is_inclusive = test_chance(&chance) % 3 == 0;
        int64_t exclude = box_exclude(n, &chance);
        double x[SERIES_MAX], y[SERIES_MAX], both[2 * SERIES_MAX];
        double r = box_radius(kind, &chance);
        const double radius[2] = {r, r};
        struct kernel_call k;
        long double expected;
        double fast;

        for (int64_t i = 0; i < n; i++) {
            x[i] = both[2 * i] = box_value(kind, i, &chance);
            y[i] = both[2 * (n - i) - 1] = box_value(kind, i, &chance);
        }
        kernel_call_init(&k, "mi_box");
        box_set_series(&k, both, both + 2 * n - 1, &n, r);
        k.args[0].view.strides[0] = 2;
        k.args[1].view.strides[0] = -2;
        kernel_call_arg(&k, "exclude")->i64 = exclude;
        kernel_call_word(&k, "edge", is_inclusive ? "inclusive" : "strict");
        expected = estimate(x, y, n, radius, exclude, is_inclusive);
        fast = box_run_value(&k);
        box_assert_close(fast, expected, "nats", round);
        assert_int_equal(kernel_call_reference(&k), SKEP_OK);
        assert_memory_equal(&k.value.f64, &fast, sizeof fast);
        kernel_call_word(&k, "base", "2");
        box_set_series(&k, x, y, &n, r);
        box_assert_close(box_run_value(&k), expected / logl(2), "bits", round);
        kernel_call_release(&k);
    }
}

/* The values of JIDT's conventions, computed with NumPy from their description (of the class
 * MutualInfoCalculatorMultiVariateKernel with DYN_CORR_EXCL = exclude + 1): widths times the standard
 * deviations with ddof 1; neighbours by <=; probabilities are counts over admissible points and the boxes'
 * volumes; the mean of log(p_xy / (p_x p_y)), 0 where p_xy is 0, over log 2. */
static void test_mi_box__agrees_with_jidt(void **state)
{
    static const struct {
        double width;
        int64_t exclude;
        double value;
    } known[] = {
        {0.5, 0, 0.063014680227114608}, {0.25, 1, 0.020451005618139433}, {1.0, 10, 0.059264560260917747}};
    const int64_t n = 300;
    double x[300], y[300];

    (void)state;
    box_jidt_series(300, x, y);
    for (int i = 0; i < 3; i++) {
        struct kernel_call k;

        kernel_call_init(&k, "mi_box");
        box_set_series(&k, x, y, &n, known[i].width);
        kernel_call_arg(&k, "exclude")->i64 = known[i].exclude;
        kernel_call_word(&k, "edge", "inclusive");
        kernel_call_arg(&k, "normalise")->boolean = true;
        kernel_call_word(&k, "base", "2");
        box_assert_close(box_run_value(&k), known[i].value, "bits", i);
        kernel_call_release(&k);
    }
}

/* Gaussian series with correlation rho have -log(1 - rho^2) / 2, and the estimate comes nearer as n grows and
 * r shrinks; without correlation it is next to nothing. */
static void test_mi_box__gaussian_pair(void **state)
{
    enum { N = 40000 };
    static const double rhos[] = {0.9, -0.6, 0};
    static double x[N], y[N];
    uint64_t chance = 6;

    (void)state;
    for (size_t k = 0; k < sizeof rhos / sizeof rhos[0]; k++) {
        const double rho = rhos[k];
        const double formula = -0.5 * log(1 - rho * rho);
        double last_error = 1;

        for (int i = 0; i < N; i++) {
            x[i] = box_normal(&chance);
            y[i] = rho * x[i] + sqrt(1 - rho * rho) * box_normal(&chance);
        }
        for (int step = 0; step < 3; step++) {
            const int64_t n = (const int64_t[]){500, 5000, N}[step];
            const double r = (const double[]){0.9, 0.4, 0.15}[step];
            const double within = (const double[]){0.3, 0.08, 0.02}[step];
            struct kernel_call call;
            double error;

            kernel_call_init(&call, "mi_box");
            box_set_series(&call, x, y, &n, r);
            error = fabs(box_run_value(&call) - formula);
            if (!(error <= within && (error < last_error || rho == 0))) {
                fail_msg("rho %g, n %d: off by %g", rho, (int)n, error);
            }
            last_error = error;
            kernel_call_release(&call);
        }
    }
}

/* A call takes from its arena what its row says beforehand, and is refused with less. */
static void test_mi_box__cost(void **state)
{
    static double x[2 * SERIES_MAX];
    uint64_t chance = 8;

    (void)state;
    for (int i = 0; i < 2 * SERIES_MAX; i++) {
        x[i] = box_normal(&chance);
    }
    for (int round = 0; round < 8; round++) {
        const int64_t n = round < 4 ? SERIES_MAX : 1;
        struct kernel_call k;

        kernel_call_init(&k, "mi_box");
        box_set_series(&k, x, x, &n, 0.3);
        k.args[0].view.strides[0] = round % 2 + 1;
        k.args[1].view.strides[0] = round % 4 / 2 + 1;
        box_assert_cost(&k);
    }
}

/* Series of different lengths and empty ones are refused; a stop is obeyed. */
static void test_mi_box__refuses(void **state)
{
    const double x[3] = {0, 1, 2};
    const int64_t three = 3, two = 2, zero = 0;
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "mi_box");
    box_set_series(&k, x, x, &three, 0.5);
    kernel_call_array(&k, "y", SKEP_F8, 1, &two, x);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "x has 3 elements and y has 2");
    box_set_series(&k, x, x, &zero, 0.5);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "need 1 element at least");
    box_set_series(&k, x, x, &three, 0.5);
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
        cmocka_unit_test(test_mi_box__is_its_definition), cmocka_unit_test(test_mi_box__agrees_with_jidt),
        cmocka_unit_test(test_mi_box__gaussian_pair),     cmocka_unit_test(test_mi_box__cost),
        cmocka_unit_test(test_mi_box__refuses),
    };
    return cmocka_run_group_tests_name("kernel/box/mi_box", tests, NULL, NULL);
}
