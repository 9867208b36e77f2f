/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_PHILOX_AVX512_H
#define SKEP_KERNEL_MATH_PHILOX_AVX512_H

#include <stdint.h>

#include "kernel/math/philox_blocks.h"

/* Sixteen blocks of Philox in registers, for what draws many numbers and uses them at once. Inline functions
 * for files that end in _avx512.c. */
#if defined(__x86_64__)

#include <immintrin.h>

#define PHILOX_AVX512                                                                                        \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"), always_inline)) static inline

enum {
    PHILOX_LANES = 8,
    PHILOX_GROUPS = 2, /* side by side: the rounds of one group wait for each other */
    PHILOX_STRIDE_AVX512 = PHILOX_LANES * PHILOX_GROUPS
};

/* word[w][g], lane l: word w of block 8 g + l. */
struct skep_philox_words_avx512 {
    __m512i word[SKEP_PHILOX_WORDS][PHILOX_GROUPS];
};

/* The high and the low word of A times a constant whose 32-bit halves are M_HIGH and M_LOW, from four
 * products of halves. The sum of the middle ones may carry out of 64 bits. */
PHILOX_AVX512 void philox_multiply_avx512(__m512i a, __m512i m_low, __m512i m_high, __m512i *high,
                                          __m512i *low)
{
    __m512i a_high = _mm512_shuffle_epi32(a, _MM_PERM_DDBB);
    __m512i bottom = _mm512_mul_epu32(a, m_low);
    __m512i middle = _mm512_mul_epu32(a, m_high);
    __m512i sum =
        _mm512_add_epi64(_mm512_mul_epu32(a_high, m_low), _mm512_srli_epi64(bottom, 32)); /* no carry */
    __m512i top = _mm512_mul_epu32(a_high, m_high);
    __mmask8 has_carry;

    sum = _mm512_add_epi64(sum, middle);
    has_carry = _mm512_cmplt_epu64_mask(sum, middle);
    top = _mm512_add_epi64(top, _mm512_srli_epi64(sum, 32));
    *high = _mm512_mask_add_epi64(top, has_carry, top, _mm512_set1_epi64((int64_t)1 << 32));
    *low = _mm512_mask_shuffle_epi32(bottom, 0xAAAA, sum, _MM_PERM_CCAA);
}

/* The blocks of COUNTER and the 15 that follow. */
PHILOX_AVX512 void skep_philox_make_avx512(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS],
                                           struct skep_philox_words_avx512 *out)
{
    const __m512i m0_low = _mm512_set1_epi64((int64_t)(SKEP_PHILOX_M0 & UINT32_MAX));
    const __m512i m0_high = _mm512_set1_epi64((int64_t)(SKEP_PHILOX_M0 >> 32));
    const __m512i m1_low = _mm512_set1_epi64((int64_t)(SKEP_PHILOX_M1 & UINT32_MAX));
    const __m512i m1_high = _mm512_set1_epi64((int64_t)(SKEP_PHILOX_M1 >> 32));
    __m512i k0 = _mm512_set1_epi64((int64_t)key[0]);
    __m512i k1 = _mm512_set1_epi64((int64_t)key[1]);
    struct skep_philox_words_avx512 c;

    for (int g = 0; g < PHILOX_GROUPS; g++) {
        __m512i lane = _mm512_add_epi64(_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7),
                                        _mm512_set1_epi64((int64_t)g * PHILOX_LANES));
        c.word[0][g] = _mm512_add_epi64(_mm512_set1_epi64((int64_t)counter[0]), lane);
        c.word[1][g] = _mm512_set1_epi64((int64_t)counter[1]);
        c.word[2][g] = _mm512_set1_epi64((int64_t)counter[2]);
        c.word[3][g] = _mm512_set1_epi64((int64_t)counter[3]);
    }
    for (int round = 0; round < SKEP_PHILOX_ROUNDS; round++) {
        for (int g = 0; g < PHILOX_GROUPS; g++) {
            __m512i a_high, a_low, b_high, b_low;

            philox_multiply_avx512(c.word[0][g], m0_low, m0_high, &a_high, &a_low);
            philox_multiply_avx512(c.word[2][g], m1_low, m1_high, &b_high, &b_low);
            c.word[0][g] = _mm512_ternarylogic_epi64(b_high, c.word[1][g], k0, 0x96); /* exclusive or */
            c.word[1][g] = b_low;
            c.word[2][g] = _mm512_ternarylogic_epi64(a_high, c.word[3][g], k1, 0x96);
            c.word[3][g] = a_low;
        }
        k0 = _mm512_add_epi64(k0, _mm512_set1_epi64((int64_t)SKEP_PHILOX_W0));
        k1 = _mm512_add_epi64(k1, _mm512_set1_epi64((int64_t)SKEP_PHILOX_W1));
    }
    *out = c;
}

#endif

#endif
