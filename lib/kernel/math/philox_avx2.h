/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_PHILOX_AVX2_H
#define SKEP_KERNEL_MATH_PHILOX_AVX2_H

#include <stdint.h>

#include "kernel/math/philox_blocks.h"

/* Eight blocks of Philox in registers, for what draws many numbers and uses them at once. Inline functions
 * for files that end in _avx2.c. */
#if defined(__x86_64__)

#include <immintrin.h>

#define PHILOX_AVX2 __attribute__((target("avx2"), always_inline)) static inline

enum {
    PHILOX_LANES_AVX2 = 4,
    PHILOX_GROUPS_AVX2 = 2, /* side by side: the rounds of one group wait for each other */
    PHILOX_STRIDE_AVX2 = PHILOX_LANES_AVX2 * PHILOX_GROUPS_AVX2
};

/* word[w][g], lane l: word w of block 4 g + l. */
struct skep_philox_words_avx2 {
    __m256i word[SKEP_PHILOX_WORDS][PHILOX_GROUPS_AVX2];
};

/* The high and the low word of A times a constant whose 32-bit halves are M_HIGH and M_LOW, from four
 * products of halves. */
PHILOX_AVX2 void philox_multiply_avx2(__m256i a, __m256i m_low, __m256i m_high, __m256i *high, __m256i *low)
{
    __m256i a_high = _mm256_shuffle_epi32(a, 0xf5);
    __m256i bottom = _mm256_mul_epu32(a, m_low);
    __m256i top = _mm256_mul_epu32(a_high, m_high);
    __m256i sum =
        _mm256_add_epi64(_mm256_mul_epu32(a_high, m_low), _mm256_srli_epi64(bottom, 32)); /* no carry */
    __m256i middle = _mm256_add_epi64(_mm256_mul_epu32(a, m_high),
                                      _mm256_blend_epi32(sum, _mm256_setzero_si256(), 0xaa)); /* none here */

    top = _mm256_add_epi64(top, _mm256_srli_epi64(sum, 32));
    *high = _mm256_add_epi64(top, _mm256_srli_epi64(middle, 32));
    *low = _mm256_blend_epi32(bottom, _mm256_shuffle_epi32(middle, 0xa0), 0xaa);
}

/* The blocks of COUNTER and the 7 that follow. */
PHILOX_AVX2 void skep_philox_make_avx2(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS],
                                       struct skep_philox_words_avx2 *out)
{
    const __m256i m0_low = _mm256_set1_epi64x((int64_t)(SKEP_PHILOX_M0 & UINT32_MAX));
    const __m256i m0_high = _mm256_set1_epi64x((int64_t)(SKEP_PHILOX_M0 >> 32));
    const __m256i m1_low = _mm256_set1_epi64x((int64_t)(SKEP_PHILOX_M1 & UINT32_MAX));
    const __m256i m1_high = _mm256_set1_epi64x((int64_t)(SKEP_PHILOX_M1 >> 32));
    __m256i k0 = _mm256_set1_epi64x((int64_t)key[0]);
    __m256i k1 = _mm256_set1_epi64x((int64_t)key[1]);
    struct skep_philox_words_avx2 c;

    for (int g = 0; g < PHILOX_GROUPS_AVX2; g++) {
        __m256i lane = _mm256_add_epi64(_mm256_setr_epi64x(0, 1, 2, 3),
                                        _mm256_set1_epi64x((int64_t)g * PHILOX_LANES_AVX2));
        c.word[0][g] = _mm256_add_epi64(_mm256_set1_epi64x((int64_t)counter[0]), lane);
        c.word[1][g] = _mm256_set1_epi64x((int64_t)counter[1]);
        c.word[2][g] = _mm256_set1_epi64x((int64_t)counter[2]);
        c.word[3][g] = _mm256_set1_epi64x((int64_t)counter[3]);
    }
    for (int round = 0; round < SKEP_PHILOX_ROUNDS; round++) {
        for (int g = 0; g < PHILOX_GROUPS_AVX2; g++) {
            __m256i a_high, a_low, b_high, b_low;

            philox_multiply_avx2(c.word[0][g], m0_low, m0_high, &a_high, &a_low);
            philox_multiply_avx2(c.word[2][g], m1_low, m1_high, &b_high, &b_low);
            c.word[0][g] = _mm256_xor_si256(_mm256_xor_si256(b_high, c.word[1][g]), k0);
            c.word[1][g] = b_low;
            c.word[2][g] = _mm256_xor_si256(_mm256_xor_si256(a_high, c.word[3][g]), k1);
            c.word[3][g] = a_low;
        }
        k0 = _mm256_add_epi64(k0, _mm256_set1_epi64x((int64_t)SKEP_PHILOX_W0));
        k1 = _mm256_add_epi64(k1, _mm256_set1_epi64x((int64_t)SKEP_PHILOX_W1));
    }
    *out = c;
}

/* The 53 high bits of each word as a whole number. There is no such conversion at this level: the two halves
 * are put under exponents that give them their place, and added. Every step is exact. */
PHILOX_AVX2 __m256d philox_whole_avx2(__m256i word)
{
    __m256i high53 = _mm256_srli_epi64(word, 11);
    __m256i high =
        _mm256_or_si256(_mm256_srli_epi64(high53, 32), _mm256_castpd_si256(_mm256_set1_pd(0x1p84)));
    __m256i low = _mm256_blend_epi32(high53, _mm256_castpd_si256(_mm256_set1_pd(0x1p52)), 0xaa);

    return _mm256_add_pd(_mm256_sub_pd(_mm256_castsi256_pd(high), _mm256_set1_pd(0x1p84 + 0x1p52)),
                         _mm256_castsi256_pd(low));
}

#endif

#endif
