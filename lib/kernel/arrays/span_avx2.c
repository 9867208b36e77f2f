/* SPDX-License-Identifier: MIT */
/* Four doubles at a time. */
#include "kernel/arrays/span.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma,popcnt")))
#define LANES  4
#define SPANS  skep_spans_avx2

#define v_min(a, b)    ((v_f8)_mm256_min_pd((__m256d)(a), (__m256d)(b)))
#define v_max(a, b)    ((v_f8)_mm256_max_pd((__m256d)(a), (__m256d)(b)))
#define v_magnitude(x) ((v_f8)_mm256_andnot_pd(_mm256_set1_pd(-0.0), (__m256d)(x)))
#define v_top(a, b)    v_max(v_magnitude(b), a)

typedef double lanes_f8 __attribute__((vector_size(32)));

TARGET static inline lanes_f8 v_product(lanes_f8 x, lanes_f8 y, lanes_f8 *lost_out)
{
    lanes_f8 product = x * y;

    *lost_out = (lanes_f8)_mm256_fmsub_pd((__m256d)x, (__m256d)y, (__m256d)product);
    return product;
}

typedef __m256d v_flags;
#define v_no_flags()            _mm256_setzero_pd()
#define v_note_nan(flags, x, y) _mm256_or_pd(flags, _mm256_cmp_pd((__m256d)(x), (__m256d)(y), _CMP_UNORD_Q))
#define v_any(flags)            (_mm256_movemask_pd(flags) != 0)
#define v_any_equal(a, b)       (_mm256_movemask_pd(_mm256_cmp_pd((__m256d)(a), (__m256d)(b), _CMP_EQ_OQ)) != 0)

typedef int64_t v_tally;
#define v_no_tally()              0
#define v_count_mask(tally, mask) ((tally) + __builtin_popcount((unsigned)_mm256_movemask_pd(mask)))
#define v_count_nan(tally, x)     v_count_mask(tally, _mm256_cmp_pd((__m256d)(x), (__m256d)(x), _CMP_UNORD_Q))
#define v_count_finite(tally, x)                                                                             \
    v_count_mask(tally, _mm256_cmp_pd((__m256d)v_magnitude(x), _mm256_set1_pd(HUGE_VAL), _CMP_LT_OQ))
#define v_tallied(tally) (tally)

#define v_where_less(a, b, yes, no)                                                                          \
    ((v_f8)_mm256_blendv_pd((__m256d)(no), (__m256d)(yes),                                                   \
                            _mm256_cmp_pd((__m256d)(a), (__m256d)(b), _CMP_LT_OQ)))
#define v_where_within(low, x, high, yes, no)                                                                \
    ((v_f8)_mm256_blendv_pd((__m256d)(no), (__m256d)(yes),                                                   \
                            _mm256_and_pd(_mm256_cmp_pd((__m256d)(x), (__m256d)(low), _CMP_GE_OQ),           \
                                          _mm256_cmp_pd((__m256d)(x), (__m256d)(high), _CMP_LE_OQ))))

#include "kernel/arrays/span_lanes.inc"

#endif
