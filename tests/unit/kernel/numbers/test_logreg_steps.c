/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/numbers/logreg_steps.h"

enum { LANES = SKEP_LOGREG_LANES, MOST_ROWS = 24, MOST_COLUMNS = 40, STRIDE = MOST_COLUMNS + LANES };

/* Every level gives the sums of the header's order, to the bit, whatever the number of columns; what lies
 * beyond the columns, here NaN, is not used. */
static void test_logreg_steps__order_of_operations(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int64_t d = 1; d <= MOST_COLUMNS; d++) {
        static double x[MOST_ROWS + 1][STRIDE];
        int64_t n = LANES * (1 + d % 3);
        double w[STRIDE] = {0};
        double slope[MOST_ROWS];
        double z[MOST_ROWS];
        double g[STRIDE];

        for (int64_t i = 0; i < n; i++) {
            double t[LANES] = {0};
            for (int64_t j = 0; j < STRIDE; j++) {
                x[i][j] = j < d ? test_chance_f8(&chance) - 0.5 : NAN;
            }
            for (int64_t j = 0; j < d; j++) {
                w[j] = i == 0 ? test_chance_f8(&chance) * 8.0 - 4.0 : w[j];
                t[j % LANES] += x[i][j] * w[j];
            }
            z[i] = ((t[0] + t[4]) + (t[2] + t[6])) + ((t[1] + t[5]) + (t[3] + t[7]));
            slope[i] = test_chance_f8(&chance);
        }
        for (int64_t j = 0; j < d; j++) {
            double a[4] = {0};
            for (int64_t i = 0; i < n; i++) {
                a[i % 4] += x[i][j] * slope[i];
            }
            g[j] = (a[0] + a[2]) + (a[1] + a[3]);
        }
        for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
            const struct skep_logreg_steps *steps = skep_logreg_steps_at((enum skep_cpu_level)level);
            double z_out[MOST_ROWS];
            double g_out[STRIDE];

            if (!skep_cpu_has((enum skep_cpu_level)level)) {
                continue;
            }
            steps->products(x[0], STRIDE, n, d, w, z_out);
            assert_memory_equal(z_out, z, (size_t)n * sizeof z[0]);
            steps->gradient(x[0], STRIDE, n, d, slope, g_out);
            assert_memory_equal(g_out, g, (size_t)d * sizeof g[0]);
        }
    }
}

/* Slopes are those of the formula, with the right ends where the exponential has over- or underflown. */
static void test_logreg_steps__slopes(void **state)
{
    static const double e[LANES] = {0.0, 1.0, INFINITY, 0x1p-60, 1e300, 3.0, 0.125, NAN};
    static const double y[LANES] = {1, -1, 1, -1, 1, -1, 1, 1};
    static const double expected[LANES] = {-1.0, 0.5, -0.0, 1.0, -1.0 / 1e300, 0.25, -1.0 / 1.125, NAN};

    (void)state;
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        double slope[LANES];

        if (!skep_cpu_has((enum skep_cpu_level)level)) {
            continue;
        }
        skep_logreg_steps_at((enum skep_cpu_level)level)->slopes(y, e, LANES, slope);
        for (int i = 0; i < LANES; i++) {
            assert_true(slope[i] == expected[i] || (isnan(slope[i]) && isnan(expected[i])));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logreg_steps__order_of_operations),
        cmocka_unit_test(test_logreg_steps__slopes),
    };
    return cmocka_run_group_tests_name("kernel/logreg_steps", tests, NULL, NULL);
}
