/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <string.h>

#include "kernel/math/philox.h"
#include "kernel/math/philox_blocks.h"

enum { MOST_BLOCKS = 70, MOST_WORDS = MOST_BLOCKS * SKEP_PHILOX_WORDS };

/* NumPy's words from this counter on, key (11, 22): Philox(key=[11, 22], counter=[2^63 - 2, 5, 7, 9]). */
static const uint64_t some_key[2] = {11, 22};
static const uint64_t some_counter[SKEP_PHILOX_WORDS] = {0x7fffffffffffffff, 5, 7, 9};

/* One block is that of NumPy, with both words of the key and all of the counter in use. */
static void test_philox_blocks__block_is_that_of_numpy(void **state)
{
    static const uint64_t expected[SKEP_PHILOX_WORDS] = {0xc5db6d6bf224c653, 0xb91a117cfddae452,
                                                         0x03d5c4e2f75f1ba1, 0x0b7671f30bfe772f};
    uint64_t words[SKEP_PHILOX_WORDS];

    (void)state;
    skep_philox_block(some_key, some_counter, words);
    assert_memory_equal(words, expected, sizeof words);
}

/* Every level that this machine has makes the words and uniforms of one block after the other, for every
 * number of blocks, and writes nothing behind them. */
static void test_philox_blocks__every_level_makes_the_same(void **state)
{
    uint64_t expected[MOST_WORDS];
    uint64_t counter[SKEP_PHILOX_WORDS];

    (void)state;
    memcpy(counter, some_counter, sizeof counter);
    for (int64_t i = 0; i < MOST_BLOCKS; i++, counter[0]++) {
        skep_philox_block(some_key, counter, &expected[i * SKEP_PHILOX_WORDS]);
    }
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        const struct skep_philox_blocks *blocks = skep_philox_blocks_at((enum skep_cpu_level)level);

        for (int64_t n = 0; skep_cpu_has((enum skep_cpu_level)level) && n < MOST_BLOCKS; n++) {
            uint64_t words[MOST_WORDS];
            double doubles[MOST_WORDS];
            int64_t n_words = n * SKEP_PHILOX_WORDS;

            words[n_words] = 42;
            doubles[n_words] = 43;
            blocks->words(some_key, some_counter, n, words);
            blocks->doubles(some_key, some_counter, n, doubles);
            assert_memory_equal(words, expected, (size_t)n_words * sizeof words[0]);
            for (int64_t k = 0; k < n_words; k++) {
                assert_true(doubles[k] == (double)(expected[k] >> 11) / 9007199254740992.0);
            }
            assert_true(words[n_words] == 42 && doubles[n_words] == 43);
        }
    }
}

/* Halves of words that carry in the multiplication, all ones above all, come out right at every level: each
 * lane is compared with the plain block. */
static void test_philox_blocks__extreme_counters(void **state)
{
    static const uint64_t extremes[] = {0,          1,          UINT32_MAX,       (uint64_t)UINT32_MAX << 32,
                                        UINT64_MAX, UINT64_MAX, (uint64_t)1 << 63};
    enum { N = sizeof extremes / sizeof extremes[0] };

    (void)state;
    for (int i = 0; i < N * N * N; i++) {
        const uint64_t key[2] = {extremes[i % N], extremes[i / N % N]};
        uint64_t counter[SKEP_PHILOX_WORDS] = {UINT64_MAX - 15, extremes[i / N / N], extremes[i % N],
                                               extremes[i / N % N]};

        for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
            uint64_t words[16 * SKEP_PHILOX_WORDS];

            if (!skep_cpu_has((enum skep_cpu_level)level)) {
                continue;
            }
            skep_philox_blocks_at((enum skep_cpu_level)level)->words(key, counter, 16, words);
            for (uint64_t k = 0; k < 16; k++) {
                const uint64_t here[SKEP_PHILOX_WORDS] = {counter[0] + k, counter[1], counter[2], counter[3]};
                uint64_t expected[SKEP_PHILOX_WORDS];
                skep_philox_block(key, here, expected);
                assert_memory_equal(&words[k * SKEP_PHILOX_WORDS], expected, sizeof expected);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox_blocks__block_is_that_of_numpy),
        cmocka_unit_test(test_philox_blocks__every_level_makes_the_same),
        cmocka_unit_test(test_philox_blocks__extreme_counters),
    };
    return cmocka_run_group_tests_name("kernel/philox_blocks", tests, NULL, NULL);
}
