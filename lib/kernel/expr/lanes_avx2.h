/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_LANES_AVX2_H
#define SKEP_KERNEL_EXPR_LANES_AVX2_H

/* What loops.inc asks of its includer, in vectors of 32 bytes. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "kernel/expr/vectors.h"

#define VECTOR_BYTES 32
#define LEVEL        __attribute__((target("avx2,bmi2")))

DEFINE_VECTORS(VECTOR_BYTES)

#define DEFINE_LANES(name, V, M, function)                                                                   \
    LEVEL static inline V name(V p)                                                                          \
    {                                                                                                        \
        return (V)function((M)p);                                                                            \
    }

DEFINE_LANES(v_root_f8, v_f8, __m256d, _mm256_sqrt_pd)
DEFINE_LANES(v_root_f4, v_f4, __m256, _mm256_sqrt_ps)
DEFINE_LANES(v_floor_f8, v_f8, __m256d, _mm256_floor_pd)
DEFINE_LANES(v_floor_f4, v_f4, __m256, _mm256_floor_ps)
DEFINE_LANES(v_ceil_f8, v_f8, __m256d, _mm256_ceil_pd)
DEFINE_LANES(v_ceil_f4, v_f4, __m256, _mm256_ceil_ps)

#define NEAREST      (_MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define v_rint_f8(p) ((v_f8)_mm256_round_pd((__m256d)(p), NEAREST))
#define v_rint_f4(p) ((v_f4)_mm256_round_ps((__m256)(p), NEAREST))

LEVEL static inline void put_mask8(uint8_t *to, v_i8 mask)
{
    uint32_t bytes = _pdep_u32((uint32_t)_mm256_movemask_pd((__m256d)mask), 0x01010101);

    memcpy(to, &bytes, sizeof bytes);
}

LEVEL static inline void put_mask4(uint8_t *to, v_i4 mask)
{
    unsigned lanes = (unsigned)_mm256_movemask_ps((__m256)mask);
    unsigned long long bytes = _pdep_u64(lanes, 0x0101010101010101U);

    memcpy(to, &bytes, sizeof bytes);
}

LEVEL static inline v_i8 get_mask8(const uint8_t *from)
{
    int32_t bytes;

    memcpy(&bytes, from, sizeof bytes);
    return -(v_i8)_mm256_cvtepu8_epi64(_mm_cvtsi32_si128(bytes));
}

LEVEL static inline v_i4 get_mask4(const uint8_t *from)
{
    return -(v_i4)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)from));
}

/* Past the caches, to where a vector may lie whole. */
#define STREAM_VECTOR(V, to, value) _mm256_stream_si256((__m256i *)(void *)(to), (__m256i)(value))

#endif
#endif
