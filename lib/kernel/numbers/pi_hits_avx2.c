/* SPDX-License-Identifier: MIT */
/* As pi_hits_avx512.c, four pairs to a vector. */
#include "kernel/numbers/pi_hits.h"

#include "kernel/math/philox_avx2.h"

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2,popcnt")))

AVX2 static inline int64_t count_hits(__m256i x_word, __m256i y_word)
{
    __m256d x = philox_whole_avx2(x_word);
    __m256d y = philox_whole_avx2(y_word);
    __m256d square = _mm256_add_pd(_mm256_mul_pd(x, x), _mm256_mul_pd(y, y));
    int mask = _mm256_movemask_pd(_mm256_cmp_pd(square, _mm256_set1_pd(0x1p106), _CMP_LE_OQ));

    return __builtin_popcount((unsigned)mask);
}

AVX2 int64_t skep_pi_hits_avx2(const uint64_t key[2], const uint64_t counter[4], int64_t n)
{
    uint64_t c[SKEP_PHILOX_WORDS] = {counter[0], counter[1], counter[2], counter[3]};
    int64_t hits = 0;

    for (; n >= PHILOX_STRIDE_AVX2; n -= PHILOX_STRIDE_AVX2, c[0] += PHILOX_STRIDE_AVX2) {
        struct skep_philox_words_avx2 made;

        skep_philox_make_avx2(key, c, &made);
        for (int g = 0; g < PHILOX_GROUPS_AVX2; g++) {
            hits += count_hits(made.word[0][g], made.word[1][g]);
            hits += count_hits(made.word[2][g], made.word[3][g]);
        }
    }
    return hits + skep_pi_hits_plain(key, c, n);
}

#endif
