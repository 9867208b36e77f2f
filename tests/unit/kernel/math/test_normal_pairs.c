/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/math/elementary.h"
#include "kernel/math/normal_pairs.h"

enum { MOST_PAIRS = 64 };

/* Every level has the bits of the elementary functions one by one: uniforms at random, and at the ends and
 * turning points of their range. */
static void test_normal_pairs__every_level_gives_the_same_bits(void **state)
{
    static const double special[] = {0.0,
                                     0x1p-53,
                                     1 - 0x1p-53,
                                     0.5,
                                     0.5 + 0x1p-53,
                                     0.25,
                                     0.75,
                                     0.125,
                                     0.375,
                                     0.625,
                                     0.875,
                                     0.125 - 0x1p-53,
                                     0.4375,
                                     0x1p-30,
                                     1 - 0x1p-30,
                                     0.2928932188134524,
                                     0.2928932188134525};
    enum { N_SPECIAL = sizeof special / sizeof special[0] };
    uint64_t chance = 1;
    int n_rounds = getenv("SKEP_TEST_LONG") != NULL ? 2000000 : 20000;

    (void)state;
    for (int round = 0; round < n_rounds; round++) {
        int64_t n = round < 500 ? round % MOST_PAIRS : MOST_PAIRS;
        double uniforms[2 * MOST_PAIRS];
        double expected[2 * MOST_PAIRS];

        for (int i = 0; i < 2 * MOST_PAIRS; i++) {
            uint64_t which = test_chance(&chance) >> 33;
            uniforms[i] = which % 4 == 0 ? special[which / 4 % N_SPECIAL] : test_chance_f8(&chance);
            uniforms[i] = floor(uniforms[i] * 0x1p53) * 0x1p-53;
        }
        for (int64_t i = 0; i < n; i++) {
            double radius = sqrt(-2.0 * skep_ln(1.0 - uniforms[2 * i]));
            skep_sincos_turn(uniforms[2 * i + 1], &expected[2 * i + 1], &expected[2 * i]);
            expected[2 * i] *= radius;
            expected[2 * i + 1] *= radius;
        }
        for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
            double out[2 * MOST_PAIRS];

            if (skep_cpu_has((enum skep_cpu_level)level)) {
                memcpy(out, uniforms, sizeof out);
                skep_normal_pairs_at((enum skep_cpu_level)level)(out, out, n);
                assert_memory_equal(out, expected, (size_t)(2 * n) * sizeof out[0]);
                assert_memory_equal(out + 2 * n, uniforms + 2 * n,
                                    (size_t)(2 * (MOST_PAIRS - n)) * sizeof out[0]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal_pairs__every_level_gives_the_same_bits),
    };
    return cmocka_run_group_tests_name("kernel/normal_pairs", tests, NULL, NULL);
}
