/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_LANES_AVX512_H
#define SKEP_KERNEL_EXPR_LANES_AVX512_H

/* What loops.inc asks of its includer, in vectors of 64 bytes. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "kernel/expr/vectors.h"

#define VECTOR_BYTES 64
#define LEVEL        __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

DEFINE_VECTORS(VECTOR_BYTES)

LEVEL static inline v_f8 v_root_f8(v_f8 p)
{
    return (v_f8)_mm512_sqrt_pd((__m512d)p);
}

LEVEL static inline v_f4 v_root_f4(v_f4 p)
{
    return (v_f4)_mm512_sqrt_ps((__m512)p);
}

#define ROUND(direction) ((direction) | _MM_FROUND_NO_EXC)
#define v_floor_f8(p)    ((v_f8)_mm512_roundscale_pd((__m512d)(p), ROUND(_MM_FROUND_TO_NEG_INF)))
#define v_floor_f4(p)    ((v_f4)_mm512_roundscale_ps((__m512)(p), ROUND(_MM_FROUND_TO_NEG_INF)))
#define v_ceil_f8(p)     ((v_f8)_mm512_roundscale_pd((__m512d)(p), ROUND(_MM_FROUND_TO_POS_INF)))
#define v_ceil_f4(p)     ((v_f4)_mm512_roundscale_ps((__m512)(p), ROUND(_MM_FROUND_TO_POS_INF)))
#define v_rint_f8(p)     ((v_f8)_mm512_roundscale_pd((__m512d)(p), ROUND(_MM_FROUND_TO_NEAREST_INT)))
#define v_rint_f4(p)     ((v_f4)_mm512_roundscale_ps((__m512)(p), ROUND(_MM_FROUND_TO_NEAREST_INT)))

LEVEL static inline void put_mask8(uint8_t *to, v_i8 mask)
{
    _mm_storel_epi64((__m128i *)to, _mm512_cvtepi64_epi8((__m512i)(mask & 1)));
}

LEVEL static inline void put_mask4(uint8_t *to, v_i4 mask)
{
    _mm_storeu_si128((__m128i *)to, _mm512_cvtepi32_epi8((__m512i)(mask & 1)));
}

LEVEL static inline v_i8 get_mask8(const uint8_t *from)
{
    return -(v_i8)_mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)from));
}

LEVEL static inline v_i4 get_mask4(const uint8_t *from)
{
    return -(v_i4)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)from));
}

/* Past the caches, to where a vector may lie whole. */
#define STREAM_VECTOR(V, to, value) _mm512_stream_si512((__m512i *)(void *)(to), (__m512i)(value))

#endif
#endif
