/* SPDX-License-Identifier: MIT */
/* Words stay in registers: a pair is two words of one block, so x and y of eight pairs are two vectors. The
 * coordinates are the 53-bit whole numbers; scaling by a power of two changes no rounding, so the circle has
 * radius 2^53. */
#include "kernel/numbers/pi_hits.h"

#include "kernel/math/philox_avx512.h"

#if defined(__x86_64__)

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,popcnt")))

AVX512 static inline int64_t count_hits(__m512i x_word, __m512i y_word)
{
    __m512d x = _mm512_cvtepu64_pd(_mm512_srli_epi64(x_word, 11));
    __m512d y = _mm512_cvtepu64_pd(_mm512_srli_epi64(y_word, 11));
    __m512d square = _mm512_add_pd(_mm512_mul_pd(x, x), _mm512_mul_pd(y, y));

    return __builtin_popcount(_mm512_cmp_pd_mask(square, _mm512_set1_pd(0x1p106), _CMP_LE_OQ));
}

AVX512 int64_t skep_pi_hits_avx512(const uint64_t key[2], const uint64_t counter[4], int64_t n)
{
    uint64_t c[SKEP_PHILOX_WORDS] = {counter[0], counter[1], counter[2], counter[3]};
    int64_t hits = 0;

    for (; n >= PHILOX_STRIDE_AVX512; n -= PHILOX_STRIDE_AVX512, c[0] += PHILOX_STRIDE_AVX512) {
        struct skep_philox_words_avx512 made;

        skep_philox_make_avx512(key, c, &made);
        for (int g = 0; g < PHILOX_GROUPS; g++) {
            hits += count_hits(made.word[0][g], made.word[1][g]);
            hits += count_hits(made.word[2][g], made.word[3][g]);
        }
    }
    return hits + skep_pi_hits_plain(key, c, n);
}

#endif
