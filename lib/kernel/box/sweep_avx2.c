/* SPDX-License-Identifier: MIT */
/* Sweeps with AVX2. There are no unsigned comparisons: length - x with a floor of 0 is 0 when x is not less,
 * or the larger of both is x. So the comparisons say which values lie outside. */
#include "kernel/box/sweep.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#define PRICE_NARROW 3.5e-8, 1.1e-12, 1.15e-10
#define PRICE_WIDE   1.6e-7, 5e-13, 2.3e-10
#define TARGET       __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define LEVEL        skep_box_code_avx2
#define INLINE       TARGET static inline __attribute__((always_inline))

INLINE uint64_t first_bits(uint32_t n)
{
    return _bzhi_u64(~(uint64_t)0, n);
}

INLINE int64_t count_bits(uint64_t bits)
{
    return _mm_popcnt_u64(bits);
}

enum { AXIS_TAKE = 4 };

INLINE int64_t take_close(const double *sorted, double value, double radius, bool is_inclusive, uint32_t *lo,
                          uint32_t p)
{
    __m256d distance = _mm256_sub_pd(_mm256_loadu_pd(sorted), _mm256_set1_pd(value));
    __m256d limit = _mm256_set1_pd(radius);
    __m256d close = is_inclusive ? _mm256_cmp_pd(distance, limit, _CMP_LE_OQ)
                                 : _mm256_cmp_pd(distance, limit, _CMP_LT_OQ);
    __m128i low = _mm256_castsi256_si128(_mm256_castpd_si256(close));
    __m128i high = _mm256_extracti128_si256(_mm256_castpd_si256(close), 1);
    __m128i mask = _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(low), _mm_castsi128_ps(high), 0x88));

    _mm_maskstore_epi32((int *)lo, mask, _mm_set1_epi32((int)p));
    return _mm_popcnt_u32((unsigned)_mm256_movemask_pd(close));
}

INLINE __m256i load(const void *from)
{
    return _mm256_loadu_si256((const __m256i *)from);
}

INLINE uint64_t in_range8(const uint8_t *values, uint8_t lo, uint8_t length)
{
    __m256i from = _mm256_set1_epi8((char)lo), most = _mm256_set1_epi8((char)length);
    uint64_t outside = 0;

    for (int k = 0; k < 2; k++) {
        __m256i above = _mm256_sub_epi8(load(values + 32 * k), from);
        __m256i out = _mm256_cmpeq_epi8(_mm256_subs_epu8(most, above), _mm256_setzero_si256());

        outside |= (uint64_t)(uint32_t)_mm256_movemask_epi8(out) << 32 * k;
    }
    return ~outside;
}

/* 16 words of 0 or -1. */
INLINE __m256i outside16(const uint16_t *values, __m256i from, __m256i most)
{
    __m256i above = _mm256_sub_epi16(load(values), from);

    return _mm256_cmpeq_epi16(_mm256_subs_epu16(most, above), _mm256_setzero_si256());
}

INLINE uint64_t in_range16(const uint16_t *values, uint16_t lo, uint16_t length)
{
    __m256i from = _mm256_set1_epi16((short)lo), most = _mm256_set1_epi16((short)length);
    uint64_t outside = 0;

    for (int k = 0; k < 2; k++) {
        __m256i out = _mm256_packs_epi16(outside16(values + 32 * k, from, most),
                                         outside16(values + 32 * k + 16, from, most));

        out = _mm256_permute4x64_epi64(out, 0xd8); /* packing goes by halves of the register */
        outside |= (uint64_t)(uint32_t)_mm256_movemask_epi8(out) << 32 * k;
    }
    return ~outside;
}

/* 8 double words of 0 or -1. */
INLINE __m256i outside32(const uint32_t *values, __m256i from, __m256i most)
{
    __m256i above = _mm256_sub_epi32(load(values), from);

    return _mm256_cmpeq_epi32(_mm256_max_epu32(most, above), above);
}

INLINE uint64_t in_range32(const uint32_t *values, uint32_t lo, uint32_t length)
{
    __m256i from = _mm256_set1_epi32((int)lo), most = _mm256_set1_epi32((int)length);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    uint64_t outside = 0;

    for (int k = 0; k < 2; k++) {
        const uint32_t *v = values + 32 * k;
        __m256i low = _mm256_packs_epi32(outside32(v, from, most), outside32(v + 8, from, most));
        __m256i high = _mm256_packs_epi32(outside32(v + 16, from, most), outside32(v + 24, from, most));
        __m256i out = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);

        outside |= (uint64_t)(uint32_t)_mm256_movemask_epi8(out) << 32 * k;
    }
    return ~outside;
}

enum { VECTOR_BYTES = 32 };
typedef uint16_t vector16 __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef uint32_t vector32 __attribute__((vector_size(VECTOR_BYTES), may_alias));
#define MASK16 vector16
#define MASK32 vector32

/* A comparison gives lanes of 0 or all ones, which is -1. */
#define DEFINE_IS_IN(bits)                                                                                   \
    INLINE vector##bits is_in##bits(vector##bits last, vector##bits length, const uint##bits##_t *x)         \
    {                                                                                                        \
        vector##bits from;                                                                                   \
                                                                                                             \
        memcpy(&from, x, sizeof from);                                                                       \
        return (vector##bits)(last - from < length);                                                         \
    }                                                                                                        \
    INLINE vector##bits add_mask##bits(vector##bits count, vector##bits mask)                                \
    {                                                                                                        \
        return count - mask;                                                                                 \
    }

DEFINE_IS_IN(16)
DEFINE_IS_IN(32)

#include "kernel/box/sweep_both.inc"

#endif
