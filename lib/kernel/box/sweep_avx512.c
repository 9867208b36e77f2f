/* SPDX-License-Identifier: MIT */
/* Sweeps with AVX-512: comparisons give bits at once. */
#include "kernel/box/sweep.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#define PRICE_NARROW 3e-8, 9e-13, 5.5e-11
#define PRICE_WIDE   1.4e-7, 4e-13, 1.1e-10
#define TARGET       __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2,popcnt")))
#define LEVEL        skep_box_code_avx512
#define INLINE       TARGET static inline __attribute__((always_inline))

INLINE uint64_t first_bits(uint32_t n)
{
    return _bzhi_u64(~(uint64_t)0, n);
}

INLINE int64_t count_bits(uint64_t bits)
{
    return _mm_popcnt_u64(bits);
}

enum { AXIS_TAKE = 8 };

INLINE int64_t take_close(const double *sorted, double value, double radius, bool is_inclusive, uint32_t *lo,
                          uint32_t p)
{
    __m512d distance = _mm512_sub_pd(_mm512_loadu_pd(sorted), _mm512_set1_pd(value));
    __m512d limit = _mm512_set1_pd(radius);
    __mmask8 close = is_inclusive ? _mm512_cmp_pd_mask(distance, limit, _CMP_LE_OQ)
                                  : _mm512_cmp_pd_mask(distance, limit, _CMP_LT_OQ);

    _mm256_mask_storeu_epi32(lo, close, _mm256_set1_epi32((int)p));
    return _mm_popcnt_u32(close);
}

INLINE uint64_t in_range8(const uint8_t *values, uint8_t lo, uint8_t length)
{
    __m512i above = _mm512_sub_epi8(_mm512_loadu_si512(values), _mm512_set1_epi8((char)lo));

    return _mm512_cmplt_epu8_mask(above, _mm512_set1_epi8((char)length));
}

INLINE uint64_t in_range16(const uint16_t *values, uint16_t lo, uint16_t length)
{
    __m512i from = _mm512_set1_epi16((short)lo), most = _mm512_set1_epi16((short)length);
    __m512i above0 = _mm512_sub_epi16(_mm512_loadu_si512(values), from);
    __m512i above1 = _mm512_sub_epi16(_mm512_loadu_si512(values + 32), from);

    return (uint64_t)_mm512_cmplt_epu16_mask(above1, most) << 32 | _mm512_cmplt_epu16_mask(above0, most);
}

INLINE uint64_t in_range32(const uint32_t *values, uint32_t lo, uint32_t length)
{
    __m512i from = _mm512_set1_epi32((int)lo), most = _mm512_set1_epi32((int)length);
    uint64_t bits = 0;

    for (int k = 0; k < 4; k++) {
        __m512i above = _mm512_sub_epi32(_mm512_loadu_si512(values + 16 * k), from);

        bits |= (uint64_t)_mm512_cmplt_epu32_mask(above, most) << 16 * k;
    }
    return bits;
}

enum { VECTOR_BYTES = 64 };
typedef uint16_t vector16 __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef uint32_t vector32 __attribute__((vector_size(VECTOR_BYTES), may_alias));
#define MASK16 __mmask32
#define MASK32 __mmask16

INLINE __mmask32 is_in16(vector16 last, vector16 length, const uint16_t *x)
{
    return _mm512_cmplt_epu16_mask(_mm512_sub_epi16((__m512i)last, _mm512_loadu_si512(x)), (__m512i)length);
}

INLINE __mmask16 is_in32(vector32 last, vector32 length, const uint32_t *x)
{
    return _mm512_cmplt_epu32_mask(_mm512_sub_epi32((__m512i)last, _mm512_loadu_si512(x)), (__m512i)length);
}

INLINE vector16 add_mask16(vector16 count, __mmask32 mask)
{
    return (vector16)_mm512_mask_sub_epi16((__m512i)count, mask, (__m512i)count, _mm512_set1_epi16(-1));
}

INLINE vector32 add_mask32(vector32 count, __mmask16 mask)
{
    return (vector32)_mm512_mask_sub_epi32((__m512i)count, mask, (__m512i)count, _mm512_set1_epi32(-1));
}

#include "kernel/box/sweep_both.inc"

#endif
