/* SPDX-License-Identifier: MIT */
#include "unit/kernel/dynamics/star_data.h"

#include <math.h>

enum { NODES_MAX = 8 };

/* ---- an independent integrator in long double ---- */

struct star_model {
    int m;
    long double omega_c, omega_e, lambda;
};

static void model_derivative(const struct star_model *model, const long double *theta, long double *out)
{
    out[0] = model->omega_c;
    for (int j = 1; j < model->m; j++) {
        out[0] += model->lambda * sinl(theta[j] - theta[0]);
        out[j] = model->omega_e + model->lambda * sinl(theta[0] - theta[j]);
    }
}

static void model_step(const struct star_model *model, long double *theta, long double dt)
{
    static const long double weights[] = {1.0L / 6, 1.0L / 3, 1.0L / 3, 1.0L / 6};
    static const long double places[] = {0, 0.5L, 0.5L, 1};
    long double k[NODES_MAX] = {0}, stage[NODES_MAX], sum[NODES_MAX];

    memcpy(sum, theta, sizeof sum);
    for (int s = 0; s < 4; s++) {
        for (int i = 0; i < model->m; i++) {
            stage[i] = theta[i] + places[s] * dt * k[i];
        }
        model_derivative(model, stage, k);
        for (int i = 0; i < model->m; i++) {
            sum[i] += weights[s] * dt * k[i];
        }
    }
    memcpy(theta, sum, sizeof sum);
}

/* Every recorded state is that of the integrator in long double, in phases and in sines. */
static void test_star_rk4__follows_long_double(void **state)
{
    static const double theta0[] = {0.3, 1.0, -2.0, 3.0, 4.5};
    const struct star_model model = {5, 12.0L, 3.5L, 1.75L};
    long double theta[NODES_MAX] = {0};
    struct kernel_call phase, sine;
    const double *phases, *sines;
    int row = 0;

    (void)state;
    star_init(&phase, theta0, 5, 12.0, 3.5, 1.75, 0.001, 5000);
    kernel_call_arg(&phase, "skip")->i64 = 100;
    kernel_call_arg(&phase, "every")->i64 = 7;
    phases = star_run(&phase, 700, 5);
    star_init(&sine, theta0, 5, 12.0, 3.5, 1.75, 0.001, 5000);
    kernel_call_arg(&sine, "skip")->i64 = 100;
    kernel_call_arg(&sine, "every")->i64 = 7;
    kernel_call_word(&sine, "observe", "sin");
    sines = star_run(&sine, 700, 5);
    for (int i = 0; i < 5; i++) {
        theta[i] = theta0[i];
    }
    for (int step = 1; step <= 5000; step++) {
        /* 0.001 is the double, not the decimal. */
        model_step(&model, theta, (long double)0.001);
        for (int i = 0; step > 100 && (step - 100) % 7 == 0 && i < 5; i++) {
            assert_true(fabsl(phases[5 * row + i] - theta[i]) < 2e-12L);
            assert_true(fabsl(sines[5 * row + i] - sinl(theta[i])) < 2e-12L);
            row += i == 4;
        }
    }
    assert_int_equal(row, 700);
    kernel_call_release(&phase);
    kernel_call_release(&sine);
}

/* The states after 2000 steps are those of the same steps with 60 digits (Python's decimal), within 1e-11. */
static void test_star_rk4__many_digits(void **state)
{
    static const struct {
        int64_t m;
        double omega_c, omega_e, lambda, theta0[6], want[6];
    } cases[] = {{4,
                  12.0,
                  3.5,
                  1.75,
                  {0.3, 1.0, -2.0, 3.0},
                  {23.031908442213137577626820201813454, 8.5105637708887986781571691224560847,
                   5.3252155803372461335019090699088510, 10.432312206560818536362548387045876}},
                 {6,
                  40.0,
                  -3.0,
                  30.0,
                  {0.5, 6.0, 2.0, -3.0, 1.0, 4.0},
                  {10.284351207738104852533763451293425, 16.326315065631965714585350964532256,
                   10.043129758452379237660064420210776, 3.7599444512727927607347777514984398,
                   10.043129758452379237660064356715879, 10.043129758452379237660064641833481}}};

    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct kernel_call k;
        const double *out;
        star_init(&k, cases[c].theta0, cases[c].m, cases[c].omega_c, cases[c].omega_e, cases[c].lambda, 0.001,
                  2000);
        kernel_call_arg(&k, "every")->i64 = 2000;
        out = star_run(&k, 1, cases[c].m);
        for (int64_t i = 0; i < cases[c].m; i++) {
            assert_true(fabs(out[i] - cases[c].want[i]) < 1e-11);
        }
        kernel_call_release(&k);
    }
}

/* Two nodes of equal frequency: tan(phi/2) of their difference phi decays as exp(-2 lambda t), and their sum
 * turns with the frequency. */
static void test_star_rk4__two_nodes_analytically(void **state)
{
    const double theta0[] = {0.0, 2.5};
    struct kernel_call k;
    const double *out;

    (void)state;
    star_init(&k, theta0, 2, 5.0, 5.0, 0.8, 0.001, 2000);
    kernel_call_arg(&k, "every")->i64 = 500;
    out = star_run(&k, 4, 2);
    for (int row = 0; row < 4; row++) {
        double t = 0.5 * (row + 1);
        double phi = 2 * atan(tan(1.25) * exp(-2 * 0.8 * t));
        assert_true(fabs(out[2 * row + 1] - out[2 * row] - phi) < 1e-12);
        assert_true(fabs(out[2 * row + 1] + out[2 * row] - (2.5 + 2 * 5.0 * t)) < 1e-11);
    }
    kernel_call_release(&k);
}

/* Halving the step divides the error by about 16: the method is of fourth order. */
static void test_star_rk4__is_of_fourth_order(void **state)
{
    static const double theta0[] = {0.1, 1.3, 2.9, -1.0};
    const struct star_model model = {4, 6.0L, 2.0L, 3.0L};
    long double theta[NODES_MAX] = {0.1, 1.3, 2.9, -1.0};
    double errors[4];

    (void)state;
    for (int step = 0; step < 20000; step++) {
        model_step(&model, theta, 1.0L / 10000);
    }
    for (int n = 0; n < 4; n++) {
        struct kernel_call k;
        const double *out;
        int64_t steps = (int64_t)40 << n;

        star_init(&k, theta0, 4, 6.0, 2.0, 3.0, 2.0 / (double)steps, steps);
        kernel_call_arg(&k, "every")->i64 = steps;
        out = star_run(&k, 1, 4);
        errors[n] = 0;
        for (int i = 0; i < 4; i++) {
            errors[n] = fmax(errors[n], (double)fabsl(out[i] - theta[i]));
        }
        kernel_call_release(&k);
    }
    for (int n = 0; n < 3; n++) {
        double ratio = errors[n] / errors[n + 1];
        print_message("error %.3g, at half the step %.3g: ratio %.2f\n", errors[n], errors[n + 1], ratio);
        assert_true(ratio > 15.5 && ratio < 17);
    }
}

/* Both entries of the row give the same bits, and so does a second run. */
static void test_star_rk4__same_bits_again(void **state)
{
    struct kernel_call k;
    double first[400];

    (void)state;
    star_init(&k, NULL, 0, 10, 1, 2, 0.01, 100);
    kernel_call_arg(&k, "sigma")->f64 = 0.1;
    memcpy(first, star_run(&k, 100, 4), sizeof first);
    assert_memory_equal(star_run(&k, 100, 4), first, sizeof first);
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    assert_memory_equal(k.value.array.data, first, sizeof first);
    kernel_call_release(&k);
}

/* A state that leaves the finite numbers is an error, also when nothing is recorded. */
static void test_star_rk4__not_finite(void **state)
{
    static const double theta0[] = {0, 0};
    static const double nan_start[] = {0, NAN};
    struct kernel_call k;

    (void)state;
    /* 17 e307 still is a double, 18 e307 is none. */
    star_init(&k, theta0, 2, 1e307, 0, 0, 1, 20);
    kernel_call_refused(&k, SKEP_E_NUMERIC, "theta[0] is not finite after step 18");
    kernel_call_arg(&k, "skip")->i64 = 20;
    kernel_call_refused(&k, SKEP_E_NUMERIC, "after step 20");
    kernel_call_release(&k);
    star_init(&k, nan_start, 2, 1, 1, 1, 0.001, 0);
    kernel_call_refused(&k, SKEP_E_NUMERIC, "theta[1] is not finite after step 0");
    kernel_call_release(&k);
}

/* A series larger than the memory is refused before the work; a stop ends a billion steps at once. */
static void test_star_rk4__limits(void **state)
{
    struct kernel_call k;

    (void)state;
    star_init(&k, NULL, 0, 1, 1, 1, 0.001, 1000000000);
    kernel_call_refused(&k, SKEP_E_NOMEM, "value of shape (1000000000, 4): no memory for 32000000000 bytes");
    kernel_call_arg(&k, "every")->i64 = 1000000;
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    k.arena.max_bytes = 64;
    kernel_call_refused(&k, SKEP_E_NOMEM, "no memory for 32000 bytes");
    k.arena.max_bytes = k.arena.used_bytes + 32000;
    kernel_call_refused(&k, SKEP_E_NOMEM, "no memory for 448 bytes");
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_star_rk4__follows_long_double),
        cmocka_unit_test(test_star_rk4__many_digits),
        cmocka_unit_test(test_star_rk4__two_nodes_analytically),
        cmocka_unit_test(test_star_rk4__is_of_fourth_order),
        cmocka_unit_test(test_star_rk4__same_bits_again),
        cmocka_unit_test(test_star_rk4__not_finite),
        cmocka_unit_test(test_star_rk4__limits),
    };
    return cmocka_run_group_tests_name("kernel/star_rk4", tests, NULL, NULL);
}
