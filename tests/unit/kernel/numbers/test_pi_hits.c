/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "kernel/math/philox_blocks.h"
#include "kernel/numbers/pi_hits.h"

/* Every level that this machine has counts what the definition counts, for every number of blocks up to more
 * than two strides of the widest. */
static void test_pi_hits__every_level_counts_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        const uint64_t key[2] = {seed, 0};
        const uint64_t counter[4] = {1 + seed, 0, 0, seed % 3};
        int64_t expected = 0;

        for (int64_t n = 0; n < 40; n++) {
            const uint64_t here[4] = {counter[0] + (uint64_t)n, 0, 0, counter[3]};
            uint64_t words[4];

            for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
                if (skep_cpu_has((enum skep_cpu_level)level)) {
                    skep_pi_hits hits = skep_pi_hits_at((enum skep_cpu_level)level);
                    assert_int_equal(hits(key, counter, n), expected);
                }
            }
            skep_philox_block(key, here, words);
            for (int i = 0; i < 4; i += 2) {
                double x = (double)(words[i] >> 11) / 9007199254740992.0;
                double y = (double)(words[i + 1] >> 11) / 9007199254740992.0;
                expected += x * x + y * y <= 1.0;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pi_hits__every_level_counts_the_same),
    };
    return cmocka_run_group_tests_name("kernel/pi_hits", tests, NULL, NULL);
}
