/* SPDX-License-Identifier: MIT */
#include "unit/kernel/dynamics/star_data.h"

#include <math.h>

/* Without theta0 the start is 2 pi times the task's uniforms, here those of numpy.random.Philox. */
static void test_star__random_start(void **state)
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

/* How many states are recorded: none without steps or when all are skipped, and whole intervals only. */
static void test_star__number_of_records(void **state)
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

/* Arguments that do not fit each other are refused, each with its words. */
static void test_star__refuses_what_does_not_fit(void **state)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_star__random_start),
        cmocka_unit_test(test_star__number_of_records),
        cmocka_unit_test(test_star__refuses_what_does_not_fit),
    };
    return cmocka_run_group_tests_name("kernel/star", tests, NULL, NULL);
}
