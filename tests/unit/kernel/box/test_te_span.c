/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/te_data.h"

enum { SPAN_MAX = 70 };

/* Every level that this machine has adds the counts of a plain loop, whatever start, length and values. */
static void test_te_span__every_level_counts_like_a_plain_loop(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        enum te_data_kind kind = (enum te_data_kind)(round % TE_DATA_KINDS);
        bool is_inclusive = test_chance(&chance) % 2 == 0;
        double data[3][SPAN_MAX];
        double radius[3];
        const double *columns[3] = {data[0], data[1], data[2]};
        int64_t hi = 1 + (int64_t)(test_chance(&chance) % SPAN_MAX);
        int64_t lo = (int64_t)(test_chance(&chance) % (uint64_t)(hi + 1));
        const double *shifted[3] = {data[0] + lo, data[1] + lo, data[2] + lo};
        double point[3];
        int64_t expected[4];

        for (int c = 0; c < 3; c++) {
            radius[c] = te_data_radius(kind, &chance);
            for (int i = 0; i < SPAN_MAX; i++) {
                data[c][i] = te_data_value(kind, &chance);
            }
        }
        if (lo == hi) {
            lo--;
            shifted[0]--, shifted[1]--, shifted[2]--;
        }
        te_data_counts(shifted[0], shifted[1], shifted[2], hi - lo, radius, 0, is_inclusive, 0, expected);
        for (int c = 0; c < 3; c++) {
            point[c] = data[c][lo];
        }
        for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
            int64_t counts[4] = {1, 20, 300, 4000};
            const struct skep_te_spans *spans = skep_te_spans_at((enum skep_cpu_level)level);

            if (!skep_cpu_has((enum skep_cpu_level)level)) {
                continue;
            }
            (is_inclusive ? spans->inclusive : spans->strict)(columns, lo, hi, point, radius, counts);
            if (counts[0] != expected[0] + 1 || counts[1] != expected[1] + 20 ||
                counts[2] != expected[2] + 300 || counts[3] != expected[3] + 4000) {
                fail_msg("round %d, level %s", round, skep_cpu_level_name((enum skep_cpu_level)level));
            }
        }
    }
}

/* A span without points changes nothing. */
static void test_te_span__empty(void **state)
{
    const double zero = 0;
    const double *columns[3] = {&zero, &zero, &zero};
    const double point[3] = {0, 0, 0};
    const double radius[3] = {1, 1, 1};

    (void)state;
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        int64_t counts[4] = {5, 6, 7, 8};
        if (skep_cpu_has((enum skep_cpu_level)level)) {
            skep_te_spans_at((enum skep_cpu_level)level)->strict(columns, 1, 1, point, radius, counts);
            skep_te_spans_at((enum skep_cpu_level)level)->inclusive(columns, 0, 0, point, radius, counts);
        }
        assert_true(counts[0] == 5 && counts[1] == 6 && counts[2] == 7 && counts[3] == 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_te_span__every_level_counts_like_a_plain_loop),
        cmocka_unit_test(test_te_span__empty),
    };
    return cmocka_run_group_tests_name("kernel/te_span", tests, NULL, NULL);
}
