/* SPDX-License-Identifier: MIT */
#include "unit/kernel/dynamics/diffuse_data.h"

enum { N_MAX = 70, ROW = 96, ROWS = SKEP_DIFFUSE_ROWS };

/* A line of any length and place in memory becomes what the formula says, and nothing beyond it is written.
 */
static void test_diffuse_steps__line(void **state)
{
    double in[ROW], out[ROW], want[ROW];

    (void)state;
    diffuse_fill(in, ROW, 1);
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        for (int n = 0; skep_cpu_has((enum skep_cpu_level)level) && n < N_MAX; n++) {
            const double *u = in + 1 + n % 9;
            memset(out, 0xff, sizeof out);
            memset(want, 0xff, sizeof want);
            for (int i = 0; i < n; i++) {
                want[n % 5 + i] = u[i] + 0.3 * ((u[i + 1] + u[i - 1]) - 2 * u[i]);
            }
            skep_diffuse_steps_at((enum skep_cpu_level)level)->line(u, out + n % 5, n, 0.3);
            assert_memory_equal(out, want, sizeof want);
        }
    }
}

static void check_rows(const struct skep_diffuse_steps *steps, const double in[ROWS + 2][ROW], int n)
{
    static double out[ROWS][ROW], want[ROWS][ROW];
    const double *from[ROWS + 2];
    double *to[ROWS];

    memset(out, 0xff, sizeof out);
    memset(want, 0xff, sizeof want);
    for (int r = 0; r < ROWS + 2; r++) {
        from[r] = in[r] + 1 + n % 9;
    }
    for (int r = 0; r < ROWS; r++) {
        const double *up = from[r], *u = from[r + 1], *down = from[r + 2];
        to[r] = out[r] + (n + r) % 5;
        for (int j = 0; j < n; j++) {
            want[r][(n + r) % 5 + j] =
                u[j] + 0.2 * (((down[j] + up[j]) - 2 * u[j]) + ((u[j + 1] + u[j - 1]) - 2 * u[j]));
        }
    }
    steps->rows(from, to, n, 0.2);
    assert_memory_equal(out, want, sizeof want);
}

/* So do four rows of a plane. */
static void test_diffuse_steps__rows(void **state)
{
    static double in[ROWS + 2][ROW];

    (void)state;
    diffuse_fill(in[0], (ROWS + 2) * ROW, 2);
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        for (int n = 0; skep_cpu_has((enum skep_cpu_level)level) && n < N_MAX; n++) {
            check_rows(skep_diffuse_steps_at((enum skep_cpu_level)level), in, n);
        }
    }
}

/* Numbers at the ends of the range round as in the formula: what overflows does, and denormals stay. */
static void test_diffuse_steps__extremes(void **state)
{
    static const double extremes[] = {0x1p1023,   -0x1p1023, 0x1.8p1023, 0x1p-1074,
                                      -0x1p-1074, 0x1p-1022, -0.0,       1};
    double in[ROW], out[ROW], want[ROW];

    (void)state;
    for (int i = 0; i < ROW; i++) {
        in[i] = extremes[(i * i + i / 7) % 8];
    }
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        if (skep_cpu_has((enum skep_cpu_level)level)) {
            skep_diffuse_steps_at((enum skep_cpu_level)level)->line(in + 1, out, 64, 0.5);
            for (int i = 0; i < 64; i++) {
                const double *u = in + 1 + i;
                want[i] = u[0] + 0.5 * ((u[1] + u[-1]) - 2 * u[0]);
                assert_true(out[i] == want[i] || (out[i] != out[i] && want[i] != want[i]));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diffuse_steps__line),
        cmocka_unit_test(test_diffuse_steps__rows),
        cmocka_unit_test(test_diffuse_steps__extremes),
    };
    return cmocka_run_group_tests_name("kernel/diffuse_steps", tests, NULL, NULL);
}
