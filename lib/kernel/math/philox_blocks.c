/* SPDX-License-Identifier: MIT */
/* Two blocks side by side keep the multiplier busy: the rounds of one wait for each other. */
#include "kernel/math/philox_blocks.h"

#include <string.h>

static void block_pair(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS],
                       uint64_t words_out[2 * SKEP_PHILOX_WORDS])
{
    uint64_t k0 = key[0];
    uint64_t k1 = key[1];
    uint64_t c[SKEP_PHILOX_WORDS];
    uint64_t d[SKEP_PHILOX_WORDS];

    memcpy(c, counter, sizeof c);
    memcpy(d, counter, sizeof d);
    d[0]++;
    for (int round = 0; round < SKEP_PHILOX_ROUNDS; round++) {
        skep_philox_round(c, k0, k1);
        skep_philox_round(d, k0, k1);
        k0 += SKEP_PHILOX_W0;
        k1 += SKEP_PHILOX_W1;
    }
    memcpy(words_out, c, sizeof c);
    memcpy(words_out + SKEP_PHILOX_WORDS, d, sizeof d);
}

static void words_plain(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS], int64_t n,
                        uint64_t *words_out)
{
    uint64_t c[SKEP_PHILOX_WORDS];
    int64_t i = 0;

    memcpy(c, counter, sizeof c);
    for (; i + 2 <= n; i += 2, c[0] += 2) {
        block_pair(key, c, words_out + i * SKEP_PHILOX_WORDS);
    }
    if (i < n) {
        skep_philox_block(key, c, words_out + i * SKEP_PHILOX_WORDS);
    }
}

static void doubles_plain(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS], int64_t n,
                          double *doubles_out)
{
    uint64_t c[SKEP_PHILOX_WORDS];
    uint64_t words[SKEP_PHILOX_WORDS];

    memcpy(c, counter, sizeof c);
    for (int64_t i = 0; i < n; i++, c[0]++) {
        skep_philox_block(key, c, words);
        for (int k = 0; k < SKEP_PHILOX_WORDS; k++) {
            doubles_out[i * SKEP_PHILOX_WORDS + k] = (double)(words[k] >> 11) * 0x1p-53;
        }
    }
}

const struct skep_philox_blocks skep_philox_blocks_plain = {words_plain, doubles_plain};

const struct skep_philox_blocks *skep_philox_blocks_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return &skep_philox_blocks_avx2;
    case SKEP_CPU_AVX512:
        return &skep_philox_blocks_avx512;
#endif
    default:
        return &skep_philox_blocks_plain;
    }
}
