/* SPDX-License-Identifier: MIT */
/* Eight points at a time. A comparison under a mask is the conjunction of both. The comparisons are the
 * quiet, ordered ones: NaN is never close, as in C. */
#include "kernel/box/te_span.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f")))

enum { LANES = 8 };

/* The distances of eight values to one. */
AVX512 static inline __m512d distance(const double *values, __m512d to)
{
    return _mm512_abs_pd(_mm512_sub_pd(_mm512_loadu_pd(values), to));
}

AVX512 static inline __m512i count_lanes(__m512i count, __mmask8 mask)
{
    return _mm512_mask_add_epi64(count, mask, count, _mm512_set1_epi64(1));
}

/* The two functions differ in one immediate operand, which cannot be a variable. */
#define DEFINE_SPAN(name, comparison, rest)                                                                  \
    AVX512 static void name(const double *const columns[SKEP_TE_COLUMNS], int64_t lo, int64_t hi,            \
                            const double point[SKEP_TE_COLUMNS], const double radius[SKEP_TE_COLUMNS],       \
                            int64_t counts[SKEP_TE_COUNTS])                                                  \
    {                                                                                                        \
        __m512d next = _mm512_set1_pd(point[SKEP_TE_NEXT]);                                                  \
        __m512d past = _mm512_set1_pd(point[SKEP_TE_PAST]);                                                  \
        __m512d source = _mm512_set1_pd(point[SKEP_TE_SOURCE]);                                              \
        __m512d r_next = _mm512_set1_pd(radius[SKEP_TE_NEXT]);                                               \
        __m512d r_past = _mm512_set1_pd(radius[SKEP_TE_PAST]);                                               \
        __m512d r_source = _mm512_set1_pd(radius[SKEP_TE_SOURCE]);                                           \
        __m512i all = _mm512_setzero_si512();                                                                \
        __m512i in_past = all, past_source = all, next_past = all;                                           \
        int64_t j = lo;                                                                                      \
                                                                                                             \
        for (; j + LANES <= hi; j += LANES) {                                                                \
            __mmask8 p = _mm512_cmp_pd_mask(distance(columns[SKEP_TE_PAST] + j, past), r_past, comparison);  \
            __mmask8 s = _mm512_mask_cmp_pd_mask(p, distance(columns[SKEP_TE_SOURCE] + j, source), r_source, \
                                                 comparison);                                                \
            __mmask8 x =                                                                                     \
                _mm512_mask_cmp_pd_mask(p, distance(columns[SKEP_TE_NEXT] + j, next), r_next, comparison);   \
                                                                                                             \
            in_past = count_lanes(in_past, p);                                                               \
            past_source = count_lanes(past_source, s);                                                       \
            next_past = count_lanes(next_past, x);                                                           \
            all = count_lanes(all, (__mmask8)(s & x));                                                       \
        }                                                                                                    \
        counts[SKEP_TE_ALL] += _mm512_reduce_add_epi64(all);                                                 \
        counts[SKEP_TE_IN_PAST] += _mm512_reduce_add_epi64(in_past);                                         \
        counts[SKEP_TE_PAST_SOURCE] += _mm512_reduce_add_epi64(past_source);                                 \
        counts[SKEP_TE_NEXT_PAST] += _mm512_reduce_add_epi64(next_past);                                     \
        rest(columns, j, hi, point, radius, counts);                                                         \
    }

DEFINE_SPAN(span_avx512_strict, _CMP_LT_OQ, skep_te_spans_plain.strict)
DEFINE_SPAN(span_avx512_inclusive, _CMP_LE_OQ, skep_te_spans_plain.inclusive)

const struct skep_te_spans skep_te_spans_avx512 = {span_avx512_strict, span_avx512_inclusive};

#endif
