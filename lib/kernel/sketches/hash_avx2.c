/* SPDX-License-Identifier: MIT */
/* Four whole numbers at a time; products of 64 bits are put together from those of 32. Doubles become keys
 * one by one: there is no conversion to 64-bit integers at this level. */
#include "kernel/sketches/hash.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

enum { LANES = 4 };

AVX2 static inline __m256i constant(uint64_t word)
{
    return _mm256_set1_epi64x((int64_t)word);
}

/* The lower 64 bits of a times B. */
AVX2 static inline __m256i multiply(__m256i a, uint64_t b)
{
    __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(a, 32), constant(b)),
                                     _mm256_mul_epu32(a, constant(b >> 32)));

    return _mm256_add_epi64(_mm256_mul_epu32(a, constant(b)), _mm256_slli_epi64(cross, 32));
}

AVX2 static inline __m256i mix(__m256i key)
{
    __m256i z = _mm256_add_epi64(key, constant(SKEP_HASH_STEP));

    z = multiply(_mm256_xor_si256(z, _mm256_srli_epi64(z, 30)), SKEP_HASH_FIRST);
    z = multiply(_mm256_xor_si256(z, _mm256_srli_epi64(z, 27)), SKEP_HASH_SECOND);
    return _mm256_xor_si256(z, _mm256_srli_epi64(z, 31));
}

AVX2 static void hash_i8_avx2(const int64_t *x, int64_t n, uint64_t *out)
{
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        __m256i whole = _mm256_loadu_si256((const __m256i *)(const void *)(x + i));
        __m256i negative = _mm256_cmpgt_epi64(_mm256_setzero_si256(), whole);
        __m256i key = _mm256_xor_si256(whole, _mm256_and_si256(negative, constant(SKEP_HASH_NEGATIVE)));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), mix(key));
    }
    skep_hash_plain.i8(x + i, n - i, out + i);
}

AVX2 static void hash_u8_avx2(const uint64_t *x, int64_t n, uint64_t *out)
{
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        __m256i key = _mm256_loadu_si256((const __m256i *)(const void *)(x + i));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), mix(key));
    }
    skep_hash_plain.u8(x + i, n - i, out + i);
}

static void hash_f8_avx2(const double *x, int64_t n, uint64_t *out)
{
    skep_hash_plain.f8(x, n, out);
}

const struct skep_hash_functions skep_hash_avx2 = {hash_i8_avx2, hash_u8_avx2, hash_f8_avx2};

#endif
