/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/sketches/hll_registers.h"

/* The rank of a hash, bit by bit. */
static uint8_t slow_rank(uint64_t hash, int p)
{
    uint8_t rank = 1;

    for (int bit = 63 - p; bit >= 0 && (hash >> bit & 1) == 0; bit--) {
        rank++;
    }
    return rank;
}

/* Every level gives the registers of a loop that counts bit by bit, for all p, and writes nothing beyond
 * them. */
static void test_hll_registers__levels_agree(void **state)
{
    enum { N = 700 };
    static uint8_t expected[1 << SKEP_HLL_MOST_P];
    uint64_t hashes[N];
    uint64_t chance = 8;

    (void)state;
    for (int p = SKEP_HLL_LEAST_P; p <= SKEP_HLL_MOST_P; p++) {
        int64_t m = INT64_C(1) << p;
        int64_t n = (int64_t)(test_chance(&chance) % N);

        memset(expected, 0, sizeof expected);
        for (int64_t i = 0; i < n;
             i++) { /* many with long runs of zeros, and at the first and last register */
            hashes[i] = test_chance(&chance) >> p >> test_chance(&chance) % (uint64_t)(64 - p);
            hashes[i] |=
                test_chance(&chance) % 3 == 0 ? UINT64_MAX << (64 - p) : test_chance(&chance) << (64 - p);
            if (slow_rank(hashes[i], p) > expected[hashes[i] >> (64 - p)]) {
                expected[hashes[i] >> (64 - p)] = slow_rank(hashes[i], p);
            }
        }
        for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
            struct skep_arena arena;
            uint8_t *registers;

            if (!skep_cpu_has((enum skep_cpu_level)level)) {
                continue;
            }
            skep_arena_init_guarded(&arena, 1 << 24); /* reading past the end of a large piece faults */
            registers = skep_arena_calloc(&arena, (size_t)m, 1);
            assert_non_null(registers);
            skep_hll_update_at((enum skep_cpu_level)level)(registers, p, hashes, n);
            assert_memory_equal(registers, expected, (size_t)m);
            skep_arena_release(&arena);
        }
    }
}

/* The hash of zeros alone has the highest rank there is. */
static void test_hll_registers__ranks_end(void **state)
{
    uint8_t registers[16] = {0};
    const uint64_t zeros[8] = {0};

    (void)state;
    skep_hll_update_plain(registers, 4, zeros, 8);
    assert_int_equal(registers[0], 61);
    assert_int_equal(registers[1], 0);
}

/* Empty registers are none, full ones are more than all hashes. */
static void test_hll_registers__estimate_ends(void **state)
{
    uint8_t registers[16] = {0};

    (void)state;
    assert_true(skep_hll_estimate(registers, 4) == 0.0);
    memset(registers, 61, sizeof registers);
    assert_true(isinf(skep_hll_estimate(registers, 4)));
    memset(registers, 60, sizeof registers);
    assert_true(skep_hll_estimate(registers, 4) > 1e18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hll_registers__levels_agree),
        cmocka_unit_test(test_hll_registers__ranks_end),
        cmocka_unit_test(test_hll_registers__estimate_ends),
    };
    return cmocka_run_group_tests_name("kernel/sketches/hll_registers", tests, NULL, NULL);
}
