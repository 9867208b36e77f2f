/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_cases.h"

#include "kernel/box/estimate.h"

enum { N_MAX = 60 };

/* On two axes and on three, for every gap from 0 on: the mean of logarithms of the plain loop's counts. */
static void test_estimate__every_gap(void **state)
{
    static double values[3][N_MAX];
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < box_rounds(400); round++) {
        const int64_t n = 1 + round % N_MAX;
        const int n_axes = 2 + round % 2;
        const double r[3] = {0.3, 0.4, 0.5};
        struct skep_box_points points = {.n_axes = n_axes, .n = n, .gap = round % 7 % (n + 1)};
        struct skep_arena arena;
        struct skep_call call = {.arena = &arena};
        struct skep_error err = {0};
        struct skep_value value;
        long double sum = 0;

        for (int64_t i = 0; i < n; i++) {
            int64_t c[4];
            for (int a = 0; i == 0 && a < 3; a++) {
                for (int64_t k = 0; k < n; k++) {
                    values[a][k] = test_chance_f8(&chance);
                }
            }
            if (n_axes == 2) {
                box_mi_counts(values[0], values[1], n, r, points.gap, false, i, c);
                sum += box_term(c[0], c[3], c[1], c[2]);
            } else {
                box_te_counts(values[2], values[0], values[1], n, (const double[]){r[2], r[0], r[1]},
                              points.gap, false, i, c);
                sum += box_term(c[0], c[1], c[2], c[3]);
            }
        }
        for (int a = 0; a < n_axes; a++) {
            points.axes[a] = (struct skep_box_axis){.values = values[a], .n = n, .radius = r[a]};
        }
        skep_arena_init(&arena, (size_t)16 << 20);
        for (int variant = 0; variant < 2; variant++) {
            assert_int_equal(skep_box_estimate(&call, &points, variant == 1, round % 3 == 0, &value, &err),
                             SKEP_OK);
            box_assert_close(value.f64, sum / n / (round % 3 == 0 ? logl(2) : 1), "estimate", round);
        }
        skep_arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_estimate__every_gap)};
    return cmocka_run_group_tests_name("kernel/box/estimate", tests, NULL, NULL);
}
