/* SPDX-License-Identifier: MIT */
#include "unit/kernel/dynamics/diffuse_data.h"

#include <math.h>

#define PI 3.141592653589793

/* Ten steps have the bits that NumPy gives for the same operations. */
static void test_diffuse1d__numpy(void **state)
{
    static const double u[] = {0.1, 0.7, -0.3, 2.5, 1.0 / 3};
    static const double want[] = {0x1.54b39269e86e5p-1, 0x1.5490aedc619d0p-1, 0x1.557d8af76b111p-1,
                                  0x1.5632dbd946846p-1, 0x1.55b60293af09fp-1};
    struct kernel_call k;

    (void)state;
    diffuse_init(&k, "diffuse1d", 0, 5, u, 1.1, 10);
    kernel_call_arg(&k, "D")->f64 = 0.3;
    assert_memory_equal(diffuse_run(&k), want, sizeof want);
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    assert_memory_equal(k.value.array.data, want, sizeof want);
    kernel_call_release(&k);
}

/* Lines short and long, for few steps and many, have the formula's bits in both variants and take the memory
 * that the row tells. */
static void test_diffuse1d__any_size(void **state)
{
    static const int64_t sizes[] = {1, 2, 3, 7, 8, 9, 255, 256, 257, 1023, 1024, 1025, 3001};
    static const int64_t steps[] = {0, 1, 2, 31, 32, 33, 65, 100};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t j = 0; j < sizeof steps / sizeof steps[0]; j++) {
            diffuse_check_call("diffuse1d", 0, sizes[i], steps[j]);
        }
    }
}

/* A Fourier mode keeps its form and decays by its factor in each step. */
static void test_diffuse1d__fourier_mode(void **state)
{
    enum { N = 96, STEPS = 120 };
    double u[N];
    struct kernel_call k;

    (void)state;
    for (int q = 0; q <= N / 2; q += 12) {
        double factor = pow(1 - 4 * 0.2 * pow(sin(PI * q / N), 2), STEPS);
        const double *out;
        for (int i = 0; i < N; i++) {
            u[i] = cos(2 * PI * q * i / N + 0.4);
        }
        diffuse_init(&k, "diffuse1d", 0, N, u, 0.2, STEPS);
        out = diffuse_run(&k);
        for (int i = 0; i < N; i++) {
            assert_true(fabs(out[i] - factor * u[i]) < 1e-13);
        }
        kernel_call_release(&k);
    }
}

/* What there is of the stuff stays. */
static void test_diffuse1d__conserves_mass(void **state)
{
    enum { N = 2000, STEPS = 300 };
    static double u[N];
    struct kernel_call k;
    const double *out;
    long double before = 0, after = 0;

    (void)state;
    diffuse_fill(u, N, 4);
    diffuse_init(&k, "diffuse1d", 0, N, u, 0.5, STEPS);
    out = diffuse_run(&k);
    for (int i = 0; i < N; i++) {
        before += u[i];
        after += out[i];
    }
    assert_true(fabsl(after - before) < (long double)N * STEPS * 0x1p-54L);
    kernel_call_release(&k);
}

/* A NaN reaches one cell more at either side in each step, round the end, and no farther. */
static void test_diffuse1d__nan_spreads(void **state)
{
    enum { N = 2500, STEPS = 40 };
    static double u[N];
    struct kernel_call k;
    const double *out;

    (void)state;
    u[3] = NAN;
    diffuse_init(&k, "diffuse1d", 0, N, u, 0.1, STEPS);
    out = diffuse_run(&k);
    for (int i = 0; i < N; i++) {
        bool is_near = i <= 3 + STEPS || i >= N + 3 - STEPS;
        assert_int_equal(isnan(out[i]) != 0, is_near);
    }
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diffuse1d__numpy),        cmocka_unit_test(test_diffuse1d__any_size),
        cmocka_unit_test(test_diffuse1d__fourier_mode), cmocka_unit_test(test_diffuse1d__conserves_mass),
        cmocka_unit_test(test_diffuse1d__nan_spreads),
    };
    return cmocka_run_group_tests_name("kernel/diffuse1d", tests, NULL, NULL);
}
