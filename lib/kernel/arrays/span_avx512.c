/* SPDX-License-Identifier: MIT */
/* Eight doubles at a time. */
#include "kernel/arrays/span.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#define LANES  8
#define SPANS  skep_spans_avx512

#define v_min(a, b)    ((v_f8)_mm512_min_pd((__m512d)(a), (__m512d)(b)))
#define v_max(a, b)    ((v_f8)_mm512_max_pd((__m512d)(a), (__m512d)(b)))
#define v_magnitude(x) ((v_f8)_mm512_abs_pd((__m512d)(x)))
/* 11: the greater magnitude; 10: with the sign cleared. */
#define v_top(a, b) ((v_f8)_mm512_range_pd((__m512d)(a), (__m512d)(b), 0xb))

typedef double lanes_f8 __attribute__((vector_size(64)));

TARGET static inline lanes_f8 v_product(lanes_f8 x, lanes_f8 y, lanes_f8 *lost_out)
{
    lanes_f8 product = x * y;

    *lost_out = (lanes_f8)_mm512_fmsub_pd((__m512d)x, (__m512d)y, (__m512d)product);
    return product;
}

typedef unsigned v_flags;
#define v_no_flags()            0u
#define v_note_nan(flags, x, y) ((flags) | _mm512_cmp_pd_mask((__m512d)(x), (__m512d)(y), _CMP_UNORD_Q))
#define v_any(flags)            ((flags) != 0)
#define v_any_equal(a, b)       (_mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), _CMP_EQ_OQ) != 0)

typedef int64_t v_tally;
#define v_no_tally() 0
#define v_count_nan(tally, x)                                                                                \
    ((tally) + __builtin_popcount(_mm512_cmp_pd_mask((__m512d)(x), (__m512d)(x), _CMP_UNORD_Q)))
#define v_count_finite(tally, x)                                                                             \
    ((tally) +                                                                                               \
     __builtin_popcount(_mm512_cmp_pd_mask((__m512d)v_magnitude(x), _mm512_set1_pd(HUGE_VAL), _CMP_LT_OQ)))
#define v_tallied(tally) (tally)

#define v_where_less(a, b, yes, no)                                                                          \
    ((v_f8)_mm512_mask_blend_pd(_mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), _CMP_LT_OQ), (__m512d)(no),   \
                                (__m512d)(yes)))
#define v_where_within(low, x, high, yes, no)                                                                \
    ((v_f8)_mm512_mask_blend_pd(                                                                             \
        _mm512_mask_cmp_pd_mask(_mm512_cmp_pd_mask((__m512d)(x), (__m512d)(low), _CMP_GE_OQ), (__m512d)(x),  \
                                (__m512d)(high), _CMP_LE_OQ),                                                \
        (__m512d)(no), (__m512d)(yes)))

#include "kernel/arrays/span_lanes.inc"

#endif
