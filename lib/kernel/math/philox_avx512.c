/* SPDX-License-Identifier: MIT */
/* Sixteen blocks at a time. Lanes hold blocks, memory wants the words of each block together: four vectors of
 * eight blocks are transposed by pairs of words, then by pairs of pairs. */
#include "kernel/math/philox_avx512.h"

#if defined(__x86_64__)

#include <string.h>

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))

/* Words of eight blocks, one vector each, to the order of memory. */
AVX512 static inline void transpose(const __m512i word[SKEP_PHILOX_WORDS], __m512i out[SKEP_PHILOX_WORDS])
{
    __m512i even01 = _mm512_unpacklo_epi64(word[0], word[1]); /* blocks 0, 2, 4, 6: words 0 and 1 */
    __m512i odd01 = _mm512_unpackhi_epi64(word[0], word[1]);
    __m512i even23 = _mm512_unpacklo_epi64(word[2], word[3]);
    __m512i odd23 = _mm512_unpackhi_epi64(word[2], word[3]);
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    __m512i even_low = _mm512_permutex2var_epi64(even01, first, even23); /* blocks 0 and 2, whole */
    __m512i even_high = _mm512_permutex2var_epi64(even01, second, even23);
    __m512i odd_low = _mm512_permutex2var_epi64(odd01, first, odd23);
    __m512i odd_high = _mm512_permutex2var_epi64(odd01, second, odd23);

    out[0] = _mm512_shuffle_i64x2(even_low, odd_low, 0x44);
    out[1] = _mm512_shuffle_i64x2(even_low, odd_low, 0xee);
    out[2] = _mm512_shuffle_i64x2(even_high, odd_high, 0x44);
    out[3] = _mm512_shuffle_i64x2(even_high, odd_high, 0xee);
}

/* The words of 16 blocks from COUNTER on, in the order of memory. */
AVX512 static inline void make_in_order(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS],
                                        __m512i out[PHILOX_GROUPS][SKEP_PHILOX_WORDS])
{
    struct skep_philox_words_avx512 made;

    skep_philox_make_avx512(key, counter, &made);
    for (int g = 0; g < PHILOX_GROUPS; g++) {
        const __m512i word[SKEP_PHILOX_WORDS] = {made.word[0][g], made.word[1][g], made.word[2][g],
                                                 made.word[3][g]};
        transpose(word, out[g]);
    }
}

AVX512 static void words_avx512(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS], int64_t n,
                                uint64_t *words_out)
{
    uint64_t c[SKEP_PHILOX_WORDS];

    memcpy(c, counter, sizeof c);
    for (; n >= PHILOX_STRIDE_AVX512; n -= PHILOX_STRIDE_AVX512, c[0] += PHILOX_STRIDE_AVX512) {
        __m512i word[PHILOX_GROUPS][SKEP_PHILOX_WORDS];

        make_in_order(key, c, word);
        for (int i = 0; i < PHILOX_GROUPS * SKEP_PHILOX_WORDS; i++, words_out += PHILOX_LANES) {
            _mm512_storeu_si512(words_out, word[i / SKEP_PHILOX_WORDS][i % SKEP_PHILOX_WORDS]);
        }
    }
    skep_philox_blocks_plain.words(key, c, n, words_out);
}

AVX512 static void doubles_avx512(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS], int64_t n,
                                  double *doubles_out)
{
    uint64_t c[SKEP_PHILOX_WORDS];

    memcpy(c, counter, sizeof c);
    for (; n >= PHILOX_STRIDE_AVX512; n -= PHILOX_STRIDE_AVX512, c[0] += PHILOX_STRIDE_AVX512) {
        __m512i word[PHILOX_GROUPS][SKEP_PHILOX_WORDS];

        make_in_order(key, c, word);
        for (int i = 0; i < PHILOX_GROUPS * SKEP_PHILOX_WORDS; i++, doubles_out += PHILOX_LANES) {
            __m512i high = _mm512_srli_epi64(word[i / SKEP_PHILOX_WORDS][i % SKEP_PHILOX_WORDS], 11);
            _mm512_storeu_pd(doubles_out, _mm512_mul_pd(_mm512_cvtepu64_pd(high), _mm512_set1_pd(0x1p-53)));
        }
    }
    skep_philox_blocks_plain.doubles(key, c, n, doubles_out);
}

const struct skep_philox_blocks skep_philox_blocks_avx512 = {words_avx512, doubles_avx512};

#endif
