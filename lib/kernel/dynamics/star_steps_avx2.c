/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/star_steps.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define LANES  4
#define TARGET __attribute__((target("avx2,fma")))

typedef __m256d vec;
typedef __m256i vec_bits;

#define vec_fma(a, b, c)  _mm256_fmadd_pd(a, b, c)
#define vec_fnma(a, b, c) _mm256_fnmadd_pd(a, b, c)
#define vec_set(x)        _mm256_set1_pd(x)

TARGET static inline int vec_is_large(vec x)
{
    vec magnitude = _mm256_andnot_pd(_mm256_set1_pd(-0.0), x);

    return _mm256_movemask_pd(_mm256_cmp_pd(magnitude, _mm256_set1_pd(SKEP_STAR_LIMIT), _CMP_NLT_UQ));
}

TARGET static inline vec vec_fold(const vec *sums, int n)
{
    vec four = sums[0];
    vec two;

    if (n > 1) {
        four += sums[1];
    }
    two = four + _mm256_permute2f128_pd(four, four, 1);
    return two + _mm256_permute_pd(two, 5);
}

TARGET static inline void vec_store_some(double *to, vec x, int64_t n)
{
    static const int64_t masks[2 * LANES] = {-1, -1, -1, -1, 0, 0, 0, 0};

    _mm256_maskstore_pd(to, _mm256_loadu_si256((const __m256i *)(masks + LANES - n)), x);
}

#include "kernel/dynamics/star_steps.inc"

const struct skep_star_steps skep_star_steps_avx2 = {star_advance, star_advance_pack};

#endif
