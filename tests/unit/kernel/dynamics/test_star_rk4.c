/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/math/philox.h"

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

/* ---- calls ---- */

static void star_init(struct kernel_call *k, const double *theta0, int64_t m, double omega_c, double omega_e,
                      double lambda, double dt, int64_t steps)
{
    kernel_call_init(k, "star_rk4");
    if (theta0 != NULL) {
        kernel_call_array(k, "theta0", SKEP_F8, 1, &m, theta0);
    }
    kernel_call_arg(k, "omega_c")->f64 = omega_c;
    kernel_call_arg(k, "omega_e")->f64 = omega_e;
    kernel_call_arg(k, "lambda")->f64 = lambda;
    kernel_call_arg(k, "dt")->f64 = dt;
    kernel_call_arg(k, "steps")->i64 = steps;
}

/* Run, check the shape and lend the states. */
static const double *star_run(struct kernel_call *k, int64_t rows, int64_t m)
{
    skep_status st = kernel_call_run(k);

    if (st != SKEP_OK) {
        fail_msg("%s", skep_error_text(&k->err, st));
    }
    assert_int_equal(k->value.kind, SKEP_VALUE_ARRAY);
    assert_int_equal(k->value.array.dtype, SKEP_F8);
    assert_int_equal(k->value.array.ndim, 2);
    assert_int_equal(k->value.array.shape[0], rows);
    assert_int_equal(k->value.array.shape[1], m);
    return k->value.array.data;
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

/* Halving the step divides the error by 2^4: the method is of fourth order. */
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
        double order = log2(errors[n] / errors[n + 1]);
        print_message("error %.3g at half the step %.3g: order %.2f\n", errors[n], errors[n + 1], order);
        assert_true(order > 3.8 && order < 4.3);
    }
}

/* Without theta0 the start is 2 pi times the task's uniforms, here those of numpy.random.Philox. */
static void test_star_rk4__random_start(void **state)
{
    static const double uniforms[] = {0x1.868894d89f973p-1, 0x1.79f74f180251cp-1, 0x1.a2355cb628ca1p-1,
                                      0x1.f85d59411eaaap-2, 0x1.dff50bed20fe8p-3};
    struct kernel_call k;
    const double *out;

    (void)state;
    for (int m = 4; m <= 5; m++) {
        star_init(&k, NULL, 0, 0, 0, 0, 1, 1);
        if (m == 5) {
            kernel_call_arg(&k, "m")->i64 = 5;
        }
        k.call.stream = (struct skep_stream_key){12345, 7};
        out = star_run(&k, 1, m);
        for (int i = 0; i < m; i++) {
            assert_true(out[i] == 6.283185307179586 * uniforms[i]);
        }
        kernel_call_release(&k);
    }
}

/* Given increments are added to every node after each step, and what is recorded has them. */
static void test_star_rk4__given_noise(void **state)
{
    static const double theta0[] = {1, 2, 3};
    /* Rows of four, of which three are used: a view with gaps. */
    static const double noise[] = {0.5, 0.25, 1, 99, -1, 2, 4, 99, 8, 16, -32, 99};
    static const double sums[] = {1.5, 2.25, 4, 0.5, 4.25, 8, 8.5, 20.25, -24};
    static const int64_t shape[] = {3, 3};
    struct kernel_call k;

    (void)state;
    star_init(&k, theta0, 3, 0, 0, 0, 0.001, 3);
    kernel_call_array(&k, "noise", SKEP_F8, 2, shape, noise);
    kernel_call_arg(&k, "noise")->view.strides[0] = 4;
    assert_memory_equal(star_run(&k, 3, 3), sums, sizeof sums);
    kernel_call_release(&k);
}

/* With sigma, leaves get sigma sqrt(dt) times the normals of stream 1 in order, and the hub nothing. */
static void test_star_rk4__own_noise(void **state)
{
    enum { STEPS = 50 };
    static const double theta0[] = {0, 0, 0, 0};
    struct skep_philox philox;
    double normals[3 * STEPS];
    double theta[4] = {0};
    struct kernel_call k;
    const double *out;

    (void)state;
    star_init(&k, theta0, 4, 0, 0, 0, 0.25, STEPS);
    kernel_call_arg(&k, "sigma")->f64 = 0.75;
    k.call.stream = (struct skep_stream_key){3, 4};
    out = star_run(&k, STEPS, 4);
    skep_philox_init(&philox, k.call.stream, 1);
    skep_philox_fill_normal(&philox, normals, 3 * STEPS);
    for (int step = 0; step < STEPS; step++) {
        for (int j = 1; j < 4; j++) {
            theta[j] += 0.375 * normals[3 * step + j - 1];
        }
        assert_memory_equal(out + 4 * step, theta, sizeof theta);
    }
    kernel_call_release(&k);
}

/* How many states are recorded: none without steps or when all are skipped, and whole intervals only. */
static void test_star_rk4__number_of_records(void **state)
{
    static const double theta0[] = {0, 1};
    static const struct {
        int64_t steps, skip, every, rows;
    } cases[] = {{0, 0, 1, 0},  {10, 0, 1, 10},         {10, 0, 3, 3},
                 {10, 9, 1, 1}, {10, 10, 1, 0},         {10, 11, 1, 0},
                 {10, 4, 7, 0}, {10, 1000000000, 1, 0}, {10, 0, 1000000000, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kernel_call k;
        star_init(&k, theta0, 2, 1, 1, 1, 0.001, cases[i].steps);
        kernel_call_arg(&k, "skip")->i64 = cases[i].skip;
        kernel_call_arg(&k, "every")->i64 = cases[i].every;
        (void)star_run(&k, cases[i].rows, 2);
        kernel_call_release(&k);
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

/* Arguments that do not fit each other are refused, each with its words. */
static void test_star_rk4__refuses_what_does_not_fit(void **state)
{
    static const double theta0[3];
    static const double noise[6];
    static const int64_t shape[] = {2, 3};
    static const int64_t zero_shape[] = {0, 3};
    struct kernel_call k;

    (void)state;
    star_init(&k, theta0, 1, 1, 1, 1, 0.001, 2);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "2 to 4096 nodes, not 1");
    star_init(&k, theta0, 3, 1, 1, 1, 0.001, 2);
    kernel_call_arg(&k, "m")->i64 = 4;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "theta0 has 3 elements and m is 4");
    star_init(&k, theta0, 3, 1, NAN, 1, 0.001, 2);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "omega_e is not finite");
    star_init(&k, theta0, 3, 1, 1, 1, HUGE_VAL, 2);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "dt is not finite");
    star_init(&k, theta0, 3, 1, 1, 1, -0.001, 2);
    kernel_call_arg(&k, "sigma")->f64 = 1;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "dt that is not negative");
    star_init(&k, theta0, 3, 1, 1, 1, 0.001, 2);
    kernel_call_array(&k, "noise", SKEP_F8, 2, shape, noise);
    kernel_call_arg(&k, "sigma")->f64 = 1;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "exclude each other");
    kernel_call_arg(&k, "sigma")->f64 = 0;
    kernel_call_arg(&k, "steps")->i64 = 3;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "noise wants shape [steps,m] = (3, 3), got (2, 3)");
    kernel_call_arg(&k, "steps")->i64 = 0;
    kernel_call_array(&k, "noise", SKEP_F8, 2, zero_shape, noise);
    (void)star_run(&k, 0, 3);
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
    kernel_call_refused(&k, SKEP_E_NOMEM, "no memory for 192 bytes");
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_star_rk4__follows_long_double),
        cmocka_unit_test(test_star_rk4__two_nodes_analytically),
        cmocka_unit_test(test_star_rk4__is_of_fourth_order),
        cmocka_unit_test(test_star_rk4__random_start),
        cmocka_unit_test(test_star_rk4__given_noise),
        cmocka_unit_test(test_star_rk4__own_noise),
        cmocka_unit_test(test_star_rk4__number_of_records),
        cmocka_unit_test(test_star_rk4__same_bits_again),
        cmocka_unit_test(test_star_rk4__refuses_what_does_not_fit),
        cmocka_unit_test(test_star_rk4__not_finite),
        cmocka_unit_test(test_star_rk4__limits),
    };
    return cmocka_run_group_tests_name("kernel/star_rk4", tests, NULL, NULL);
}
