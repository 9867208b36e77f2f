/* SPDX-License-Identifier: MIT */
/* Four points at a time. A comparison gives 0 or -1 in each 64-bit lane, so taking it away counts. The
 * comparisons are the quiet, ordered ones: NaN is never close, as in C. */
#include "kernel/box/te_span.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

enum { LANES = 4 };

/* The distances of four values to one. */
AVX2 static inline __m256d distance(const double *values, __m256d to)
{
    __m256d magnitude = _mm256_castsi256_pd(_mm256_set1_epi64x(INT64_MAX));

    return _mm256_and_pd(_mm256_sub_pd(_mm256_loadu_pd(values), to), magnitude);
}

AVX2 static inline __m256i take_away(__m256i count, __m256d mask)
{
    return _mm256_sub_epi64(count, _mm256_castpd_si256(mask));
}

AVX2 static inline int64_t sum_lanes(__m256i count)
{
    int64_t lanes[LANES];

    _mm256_storeu_si256((__m256i *)lanes, count);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

/* The two functions differ in one immediate operand, which cannot be a variable. */
#define DEFINE_SPAN(name, comparison, rest)                                                                  \
    AVX2 static void name(const double *const columns[SKEP_TE_COLUMNS], int64_t lo, int64_t hi,              \
                          const double point[SKEP_TE_COLUMNS], const double radius[SKEP_TE_COLUMNS],         \
                          int64_t counts[SKEP_TE_COUNTS])                                                    \
    {                                                                                                        \
        __m256d next = _mm256_set1_pd(point[SKEP_TE_NEXT]);                                                  \
        __m256d past = _mm256_set1_pd(point[SKEP_TE_PAST]);                                                  \
        __m256d source = _mm256_set1_pd(point[SKEP_TE_SOURCE]);                                              \
        __m256d r_next = _mm256_set1_pd(radius[SKEP_TE_NEXT]);                                               \
        __m256d r_past = _mm256_set1_pd(radius[SKEP_TE_PAST]);                                               \
        __m256d r_source = _mm256_set1_pd(radius[SKEP_TE_SOURCE]);                                           \
        __m256i all = _mm256_setzero_si256();                                                                \
        __m256i in_past = all, past_source = all, next_past = all;                                           \
        int64_t j = lo;                                                                                      \
                                                                                                             \
        for (; j + LANES <= hi; j += LANES) {                                                                \
            __m256d p = _mm256_cmp_pd(distance(columns[SKEP_TE_PAST] + j, past), r_past, comparison);        \
            __m256d s = _mm256_cmp_pd(distance(columns[SKEP_TE_SOURCE] + j, source), r_source, comparison);  \
            __m256d x = _mm256_cmp_pd(distance(columns[SKEP_TE_NEXT] + j, next), r_next, comparison);        \
                                                                                                             \
            s = _mm256_and_pd(s, p);                                                                         \
            x = _mm256_and_pd(x, p);                                                                         \
            in_past = take_away(in_past, p);                                                                 \
            past_source = take_away(past_source, s);                                                         \
            next_past = take_away(next_past, x);                                                             \
            all = take_away(all, _mm256_and_pd(s, x));                                                       \
        }                                                                                                    \
        counts[SKEP_TE_ALL] += sum_lanes(all);                                                               \
        counts[SKEP_TE_IN_PAST] += sum_lanes(in_past);                                                       \
        counts[SKEP_TE_PAST_SOURCE] += sum_lanes(past_source);                                               \
        counts[SKEP_TE_NEXT_PAST] += sum_lanes(next_past);                                                   \
        rest(columns, j, hi, point, radius, counts);                                                         \
    }

DEFINE_SPAN(span_avx2_strict, _CMP_LT_OQ, skep_te_spans_plain.strict)
DEFINE_SPAN(span_avx2_inclusive, _CMP_LE_OQ, skep_te_spans_plain.inclusive)

const struct skep_te_spans skep_te_spans_avx2 = {span_avx2_strict, span_avx2_inclusive};

#endif
