/* SPDX-License-Identifier: MIT */
#include "unit/kernel/dynamics/diffuse_data.h"

#include <math.h>

#define PI 3.141592653589793

/* Ten steps have the bits that NumPy gives for the same operations. */
static void test_diffuse2d__numpy(void **state)
{
    static const double u[] = {0.1, 0.7, -0.3, 2.5, 1.0 / 3, 1e-3};
    static const double want[] = {0x1.1ba989e38c8cbp-1, 0x1.1d25b1562e76ap-1, 0x1.1cc7a34cb0e8bp-1,
                                  0x1.1d69bc407d845p-1, 0x1.1be95796e5780p-1, 0x1.1c43cabb734fbp-1};
    struct kernel_call k;

    (void)state;
    diffuse_init(&k, "diffuse2d", 2, 3, u, 1.1, 10);
    kernel_call_arg(&k, "D")->f64 = 0.2;
    assert_memory_equal(diffuse_run(&k), want, sizeof want);
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    assert_memory_equal(k.value.array.data, want, sizeof want);
    kernel_call_release(&k);
}

/* Planes of any shape, for few steps and many, have the formula's bits in both variants and take the memory
 * that the row tells. */
static void test_diffuse2d__any_size(void **state)
{
    static const int64_t sizes[][2] = {{1, 1},   {1, 9},    {9, 1},     {2, 2},    {3, 5},
                                       {8, 8},   {17, 16},  {33, 31},   {64, 70},  {5, 1100},
                                       {700, 3}, {41, 520}, {210, 215}, {16, 1025}};
    static const int64_t steps[] = {0, 1, 2, 3, 25, 26, 57};
    bool is_long = getenv("SKEP_TEST_LONG") != NULL;

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t j = 0; j < sizeof steps / sizeof steps[0]; j++) {
            if (is_long || sizes[i][0] * sizes[i][1] * steps[j] < 700000) {
                diffuse_check_call("diffuse2d", sizes[i][0], sizes[i][1], steps[j]);
            }
        }
    }
}

/* A Fourier mode keeps its form and decays by its factor in each step. */
static void test_diffuse2d__fourier_mode(void **state)
{
    enum { N = 48, M = 64, STEPS = 70 };
    static double u[N * M];
    struct kernel_call k;

    (void)state;
    for (int p = 0; p <= N / 2; p += 8) {
        int q = 3 * p / 2;
        double factor = pow(1 - 4 * 0.15 * (pow(sin(PI * p / N), 2) + pow(sin(PI * q / M), 2)), STEPS);
        const double *out;
        for (int i = 0; i < N * M; i++) {
            u[i] = cos(2 * PI * ((double)p * (i / M) / N + (double)q * (i % M) / M) + 0.4);
        }
        diffuse_init(&k, "diffuse2d", N, M, u, 0.15, STEPS);
        out = diffuse_run(&k);
        for (int i = 0; i < N * M; i++) {
            assert_true(fabs(out[i] - factor * u[i]) < 1e-13);
        }
        kernel_call_release(&k);
    }
}

/* What there is of the stuff stays. */
static void test_diffuse2d__conserves_mass(void **state)
{
    enum { N = 130, M = 90, STEPS = 50 };
    static double u[N * M];
    struct kernel_call k;
    const double *out;
    long double before = 0, after = 0;

    (void)state;
    diffuse_fill(u, N * M, 4);
    diffuse_init(&k, "diffuse2d", N, M, u, 0.25, STEPS);
    out = diffuse_run(&k);
    for (int i = 0; i < N * M; i++) {
        before += u[i];
        after += out[i];
    }
    assert_true(fabsl(after - before) < (long double)N * M * STEPS * 0x1p-54L);
    kernel_call_release(&k);
}

/* A NaN reaches its neighbours in each step, round the edges, and no others. */
static void test_diffuse2d__nan_spreads(void **state)
{
    enum { N = 80, M = 600, STEPS = 10 };
    static double u[N * M];
    struct kernel_call k;
    const double *out;

    (void)state;
    u[2 * M + 4] = NAN;
    diffuse_init(&k, "diffuse2d", N, M, u, 0.1, STEPS);
    out = diffuse_run(&k);
    for (int i = 0; i < N * M; i++) {
        int down = abs(i / M - 2), right = abs(i % M - 4);
        down = down < N - down ? down : N - down;
        right = right < M - right ? right : M - right;
        assert_int_equal(isnan(out[i]) != 0, down + right <= STEPS);
    }
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diffuse2d__numpy),        cmocka_unit_test(test_diffuse2d__any_size),
        cmocka_unit_test(test_diffuse2d__fourier_mode), cmocka_unit_test(test_diffuse2d__conserves_mass),
        cmocka_unit_test(test_diffuse2d__nan_spreads),
    };
    return cmocka_run_group_tests_name("kernel/diffuse2d", tests, NULL, NULL);
}
