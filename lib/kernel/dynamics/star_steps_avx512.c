/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/star_steps.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define LANES  8
#define TARGET __attribute__((target("avx512f,avx512dq,fma")))

typedef __m512d vec;
typedef __m512i vec_bits;

#define vec_fma(a, b, c)  _mm512_fmadd_pd(a, b, c)
#define vec_fnma(a, b, c) _mm512_fnmadd_pd(a, b, c)
#define vec_set(x)        _mm512_set1_pd(x)

TARGET static inline int vec_is_large(vec x)
{
    return _mm512_cmp_pd_mask(_mm512_abs_pd(x), _mm512_set1_pd(SKEP_STAR_LIMIT), _CMP_NLT_UQ);
}

TARGET static inline vec vec_fold(const vec *sums, int n)
{
    vec four = sums[0] + _mm512_shuffle_f64x2(sums[0], sums[0], 0x4e);
    vec two = four + _mm512_shuffle_f64x2(four, four, 0xb1);

    (void)n;
    return two + _mm512_permute_pd(two, 0x55);
}

TARGET static inline void vec_store_some(double *to, vec x, int64_t n)
{
    _mm512_mask_storeu_pd(to, (__mmask8)((1u << n) - 1), x);
}

#include "kernel/dynamics/star_steps.inc"

/* Up to four leaves the shorter vectors are quicker: fewer parts to sum. */
static void star_advance_short(struct skep_star *star, const struct skep_star_span *span, double *out)
{
    if (star->m - 1 <= LANES / 2) {
        skep_star_steps_avx2.advance(star, span, out);
    } else {
        star_advance(star, span, out);
    }
}

const struct skep_star_steps skep_star_steps_avx512 = {star_advance_short, star_advance_pack};

#endif
