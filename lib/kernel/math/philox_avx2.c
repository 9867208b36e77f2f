/* SPDX-License-Identifier: MIT */
/* Eight blocks at a time. Lanes hold blocks, memory wants the words of each block together: four vectors of
 * four blocks are transposed. */
#include "kernel/math/philox_avx2.h"

#if defined(__x86_64__)

#include <string.h>

#define AVX2 __attribute__((target("avx2")))

/* Words of four blocks, one vector each, to one vector a block. */
AVX2 static inline void transpose(const __m256i word[SKEP_PHILOX_WORDS], __m256i block[PHILOX_LANES_AVX2])
{
    __m256i even01 = _mm256_unpacklo_epi64(word[0], word[1]); /* blocks 0 and 2: words 0 and 1 */
    __m256i odd01 = _mm256_unpackhi_epi64(word[0], word[1]);
    __m256i even23 = _mm256_unpacklo_epi64(word[2], word[3]);
    __m256i odd23 = _mm256_unpackhi_epi64(word[2], word[3]);

    block[0] = _mm256_permute2x128_si256(even01, even23, 0x20);
    block[1] = _mm256_permute2x128_si256(odd01, odd23, 0x20);
    block[2] = _mm256_permute2x128_si256(even01, even23, 0x31);
    block[3] = _mm256_permute2x128_si256(odd01, odd23, 0x31);
}

/* Eight blocks from COUNTER on. */
AVX2 static inline void make_in_order(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS],
                                      __m256i block[PHILOX_STRIDE_AVX2])
{
    struct skep_philox_words_avx2 made;

    skep_philox_make_avx2(key, counter, &made);
    for (int g = 0; g < PHILOX_GROUPS_AVX2; g++) {
        const __m256i word[SKEP_PHILOX_WORDS] = {made.word[0][g], made.word[1][g], made.word[2][g],
                                                 made.word[3][g]};
        transpose(word, &block[g * PHILOX_LANES_AVX2]);
    }
}

AVX2 static void words_avx2(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS], int64_t n,
                            uint64_t *words_out)
{
    uint64_t c[SKEP_PHILOX_WORDS];

    memcpy(c, counter, sizeof c);
    for (; n >= PHILOX_STRIDE_AVX2; n -= PHILOX_STRIDE_AVX2, c[0] += PHILOX_STRIDE_AVX2) {
        __m256i block[PHILOX_STRIDE_AVX2];

        make_in_order(key, c, block);
        for (int i = 0; i < PHILOX_STRIDE_AVX2; i++, words_out += SKEP_PHILOX_WORDS) {
            _mm256_storeu_si256((__m256i *)words_out, block[i]);
        }
    }
    skep_philox_blocks_plain.words(key, c, n, words_out);
}

AVX2 static void doubles_avx2(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS], int64_t n,
                              double *doubles_out)
{
    uint64_t c[SKEP_PHILOX_WORDS];

    memcpy(c, counter, sizeof c);
    for (; n >= PHILOX_STRIDE_AVX2; n -= PHILOX_STRIDE_AVX2, c[0] += PHILOX_STRIDE_AVX2) {
        __m256i block[PHILOX_STRIDE_AVX2];

        make_in_order(key, c, block);
        for (int i = 0; i < PHILOX_STRIDE_AVX2; i++, doubles_out += SKEP_PHILOX_WORDS) {
            _mm256_storeu_pd(doubles_out,
                             _mm256_mul_pd(philox_whole_avx2(block[i]), _mm256_set1_pd(0x1p-53)));
        }
    }
    skep_philox_blocks_plain.doubles(key, c, n, doubles_out);
}

const struct skep_philox_blocks skep_philox_blocks_avx2 = {words_avx2, doubles_avx2};

#endif
