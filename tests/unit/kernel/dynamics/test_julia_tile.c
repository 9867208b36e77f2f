/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dynamics/julia_tile.h"

enum { SIDE = 90, PAD = SKEP_JULIA_PAD };

/* The truth: one point after the other. */
static uint16_t count_steps(double re, double im, double c_re, double c_im, int64_t max_iter)
{
    uint16_t n = 0;

    while (re * re + im * im < 4 && n < max_iter) {
        double next = (re * re - im * im) + c_re;
        im = (re * im + im * re) + c_im;
        re = next;
        n++;
    }
    return n;
}

static void check_tile(const struct skep_julia_tile *tile)
{
    static uint16_t want[SIDE * SIDE];

    memset(want, 0xff, sizeof want);
    for (int64_t i = 0; i < tile->height; i++) {
        for (int64_t j = 0; j < tile->width; j++) {
            want[i * tile->out_stride + j] =
                count_steps(tile->re[j], tile->im[i], tile->c_re, tile->c_im, tile->max_iter);
        }
    }
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        if (skep_cpu_has((enum skep_cpu_level)level)) {
            memset(tile->out, 0xff, sizeof want);
            skep_julia_at((enum skep_cpu_level)level)(tile);
            assert_memory_equal(tile->out, want, sizeof want);
        }
    }
}

static double between(unsigned *seed, double lo, double hi)
{
    return lo + (hi - lo) * rand_r(seed) / (double)RAND_MAX;
}

/* Tiles of every shape, for any c and number of steps, count as the loop does and write nothing beside. */
static void test_julia_tile__counts(void **state)
{
    static const int64_t most[] = {0, 1, 2, 9, 10, 11, 100, 65535};
    static uint16_t out[SIDE * SIDE];
    double re[SIDE + PAD], im[SIDE];
    unsigned seed = 3;
    int cases = getenv("SKEP_TEST_LONG") != NULL ? 20000 : 400;

    (void)state;
    for (int c = 0; c < cases; c++) {
        int64_t max_iter = most[rand_r(&seed) % (c % 50 == 0 ? 8 : 7)];
        struct skep_julia_tile tile = {
            .re = re,
            .im = im,
            .width = 1 + rand_r(&seed) % (c % 3 != 0 ? 12 : SIDE),
            .height = 1 + rand_r(&seed) % (max_iter > 1000 ? 2
                                           : c % 5 != 0    ? 9
                                                           : SIDE),
            .c_re = between(&seed, -1, 0.5),
            .c_im = between(&seed, -1, 1),
            .max_iter = max_iter,
            .out = out,
            .out_stride = SIDE,
        };
        for (int i = 0; i < SIDE; i++) {
            im[i] = between(&seed, -2.1, 2.1);
        }
        for (int j = 0; j < SIDE + PAD; j++) {
            re[j] = between(&seed, -2.1, 2.1);
        }
        check_tile(&tile);
    }
}

/* Points that overflow, are not finite, denormal or exactly on the edge |z|^2 = 4. */
static void test_julia_tile__extremes(void **state)
{
    static const double numbers[] = {0.0,   -0.0,     0x1p-1074, 2.0, -2.0,     0x1.fffffffffffffp+0,
                                     1e300, INFINITY, NAN,       1.2, 0x1p-540, 1.6};
    enum { N = sizeof numbers / sizeof numbers[0] };
    static uint16_t out[SIDE * SIDE];
    double re[N + PAD] = {0};

    (void)state;
    memcpy(re, numbers, sizeof numbers);
    for (int c = 0; c < N; c++) {
        struct skep_julia_tile tile = {re, numbers, N, N, numbers[c], numbers[(c + 5) % N], 50, out, SIDE};
        check_tile(&tile);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_julia_tile__counts),
        cmocka_unit_test(test_julia_tile__extremes),
    };
    return cmocka_run_group_tests_name("kernel/julia_tile", tests, NULL, NULL);
}
