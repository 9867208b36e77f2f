/* SPDX-License-Identifier: MIT */
#include "unit/kernel/dynamics/diffuse_data.h"

#include <math.h>

/* Elements are fetched round the grid in both directions, more than once round if need be. */
static void test_diffuse__fetch_goes_round(void **state)
{
    static const double rows[2][3] = {{1, 2, 3}, {4, 5, 6}};
    static const double first[] = {3, 1, 2, 3, 1, 2, 3, 1};
    const struct skep_grid grid = {rows[0], 2, 3, 3, 1};
    const struct skep_grid turned = {&rows[1][2], 3, 2, -1, -3};
    double out[8];

    (void)state;
    skep_grid_fetch(&grid, 0, 2, 8, out);
    assert_memory_equal(out, first, sizeof first);
    skep_grid_fetch(&grid, -4, -7, 8, out);
    assert_memory_equal(out, first, sizeof first);
    skep_grid_fetch(&grid, 3, 0, 1, out);
    assert_true(out[0] == 4);
    skep_grid_fetch(&turned, 1, 1, 3, out);
    assert_true(out[0] == 2 && out[1] == 5 && out[2] == 2);
}

/* Views of any stride are taken as they are: turned round, every other cell, one cell for all. */
static void test_diffuse__strided(void **state)
{
    enum { N = 30, M = 40 };
    static double u[N * M * 2], want[N * M];
    static const int64_t strides[][2] = {{-M, -1}, {1, N}, {2 * M, 2}, {0, 1}, {-1, 0}, {0, 0}};
    struct kernel_call k;

    (void)state;
    diffuse_fill(u, N * M * 2, 8);
    for (size_t s = 0; s < sizeof strides / sizeof strides[0]; s++) {
        int64_t a = strides[s][0], b = strides[s][1];
        const double *start = u + (a < 0 ? -a * (N - 1) : 0) + (b < 0 ? -b * (M - 1) : 0);
        for (int64_t steps = 0; steps < 60; steps += 13) {
            for (int64_t i = 0; i < N; i++) {
                for (int64_t j = 0; j < M; j++) {
                    want[i * M + j] = start[a * i + b * j];
                }
            }
            diffuse_truth(want, true, N, M, 0.2, steps);
            diffuse_init(&k, "diffuse2d", N, M, start, 0.2, steps);
            kernel_call_arg(&k, "u")->view.strides[0] = a;
            kernel_call_arg(&k, "u")->view.strides[1] = b;
            assert_memory_equal(diffuse_run(&k), want, sizeof want);
            assert_int_equal(kernel_call_reference(&k), SKEP_OK);
            assert_memory_equal(k.value.array.data, want, sizeof want);
            kernel_call_release(&k);
        }
    }
}

/* Empty grids stay empty, and no steps change nothing. */
static void test_diffuse__nothing_to_do(void **state)
{
    static const double u[] = {1, -0.0, 3, NAN, 5, 6};
    struct kernel_call k;

    (void)state;
    diffuse_init(&k, "diffuse1d", 0, 0, u, 0.1, 5);
    (void)diffuse_run(&k);
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    kernel_call_release(&k);
    for (int64_t n = 0; n < 3; n++) {
        int64_t rows = n < 2 ? n : INT64_C(1) << 60; /* no columns: nothing to go through */
        diffuse_init(&k, "diffuse2d", rows, n == 0 ? 3 : 0, u, 0.1, 5);
        (void)diffuse_run(&k);
        assert_int_equal(kernel_call_reference(&k), SKEP_OK);
        kernel_call_release(&k);
    }
    diffuse_init(&k, "diffuse2d", 2, 3, u, 0.1, 0);
    assert_memory_equal(diffuse_run(&k), u, sizeof u);
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    assert_memory_equal(k.value.array.data, u, sizeof u);
    kernel_call_release(&k);
}

/* Steps that are too long are refused in words, and so is what is no number; the limit itself is fine. */
static void test_diffuse__refuses_unstable_steps(void **state)
{
    static const double u[16] = {1};
    static const struct {
        const char *name, *limit;
        int64_t n;
        double dt;
    } cases[] = {{"diffuse1d", "within 0 and 0.5", 0, 0.5}, {"diffuse2d", "within 0 and 0.25", 4, 0.25}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct kernel_call k;
        diffuse_init(&k, cases[i].name, cases[i].n, 4, u, cases[i].dt, 1);
        (void)diffuse_run(&k);
        kernel_call_arg(&k, "dt")->f64 = nextafter(cases[i].dt, 1);
        kernel_call_refused(&k, SKEP_E_BAD_ARGS, cases[i].limit);
        assert_int_equal(kernel_call_reference(&k), SKEP_E_BAD_ARGS);
        kernel_call_arg(&k, "dt")->f64 = -0.01;
        kernel_call_refused(&k, SKEP_E_BAD_ARGS, "allow_unstable");
        kernel_call_arg(&k, "allow_unstable")->boolean = true;
        (void)diffuse_run(&k);
        kernel_call_arg(&k, "dt")->f64 = 100;
        (void)diffuse_run(&k);
        kernel_call_arg(&k, "dt")->f64 = NAN;
        kernel_call_refused(&k, SKEP_E_BAD_ARGS, "D dt is not finite");
        kernel_call_arg(&k, "dt")->f64 = 1e308;
        kernel_call_arg(&k, "D")->f64 = 1e308;
        kernel_call_refused(&k, SKEP_E_BAD_ARGS, "D dt is not finite");
        kernel_call_release(&k);
    }
}

/* A stop ends a billion steps, in both variants, and so does a lack of memory. */
static void test_diffuse__limits(void **state)
{
    static const double u[300 * 300];
    static const int64_t heights[] = {0, 300};
    static const char *const names[] = {"diffuse1d", "diffuse2d"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct kernel_call k;
        diffuse_init(&k, names[i], heights[i], 300, u, 0.1, 1000000000);
        atomic_store(&k.stop, 1);
        assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
        assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
        kernel_call_arg(&k, "steps")->i64 = 0;
        assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
        kernel_call_arg(&k, "steps")->i64 = 1000;
        /* Less room by and by: for no scratch, no second grid, no value. */
        for (int part = 0; part < 3; part++) {
            struct skep_cost cost;
            k.kernel->cost(&k.call, &cost);
            skep_arena_reset(&k.arena, 0);
            k.arena.max_bytes = (size_t)(cost.bytes / 3) * (size_t)(2 - part) + (size_t)cost.bytes / 4;
            kernel_call_refused(&k, SKEP_E_NOMEM, "no memory for");
        }
        kernel_call_release(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diffuse__fetch_goes_round),
        cmocka_unit_test(test_diffuse__strided),
        cmocka_unit_test(test_diffuse__nothing_to_do),
        cmocka_unit_test(test_diffuse__refuses_unstable_steps),
        cmocka_unit_test(test_diffuse__limits),
    };
    return cmocka_run_group_tests_name("kernel/diffuse", tests, NULL, NULL);
}
