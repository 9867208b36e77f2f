/* SPDX-License-Identifier: MIT */
/* Eight numbers at a time. */
#include "kernel/sketches/hash.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512dq")))

enum { LANES = 8 };

AVX512 static inline __m512i constant(uint64_t word)
{
    return _mm512_set1_epi64((int64_t)word);
}

AVX512 static inline __m512i mix(__m512i key)
{
    __m512i z = _mm512_add_epi64(key, constant(SKEP_HASH_STEP));

    z = _mm512_mullo_epi64(_mm512_xor_si512(z, _mm512_srli_epi64(z, 30)), constant(SKEP_HASH_FIRST));
    z = _mm512_mullo_epi64(_mm512_xor_si512(z, _mm512_srli_epi64(z, 27)), constant(SKEP_HASH_SECOND));
    return _mm512_xor_si512(z, _mm512_srli_epi64(z, 31));
}

AVX512 static inline __m512i key_of_i8(__m512i x)
{
    return _mm512_mask_xor_epi64(x, _mm512_movepi64_mask(x), x, constant(SKEP_HASH_NEGATIVE));
}

AVX512 static inline __m512i key_of_f8(__m512d x)
{
    __m512i whole = _mm512_cvttpd_epi64(x); /* -2^63 for what is beyond, which only -2^63 equals */
    __mmask8 is_whole = _mm512_cmp_pd_mask(_mm512_cvtepi64_pd(whole), x, _CMP_EQ_OQ);
    __mmask8 is_large = _mm512_cmp_pd_mask(x, _mm512_set1_pd(0x1p63), _CMP_GE_OQ);
    __mmask8 is_nan = _mm512_cmp_pd_mask(x, x, _CMP_UNORD_Q);
    __m512i bits = _mm512_mask_mov_epi64(_mm512_castpd_si512(x), is_nan, constant(SKEP_HASH_NAN));
    __m512i key = _mm512_mask_mov_epi64(_mm512_xor_si512(bits, constant(SKEP_HASH_FRACTION)), is_whole,
                                        key_of_i8(whole));

    is_large &= _mm512_cmp_pd_mask(x, _mm512_set1_pd(0x1p64), _CMP_LT_OQ);
    return _mm512_mask_cvttpd_epu64(key, is_large, x);
}

AVX512 static void hash_i8_avx512(const int64_t *x, int64_t n, uint64_t *out)
{
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        _mm512_storeu_si512(out + i, mix(key_of_i8(_mm512_loadu_si512(x + i))));
    }
    skep_hash_plain.i8(x + i, n - i, out + i);
}

AVX512 static void hash_u8_avx512(const uint64_t *x, int64_t n, uint64_t *out)
{
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        _mm512_storeu_si512(out + i, mix(_mm512_loadu_si512(x + i)));
    }
    skep_hash_plain.u8(x + i, n - i, out + i);
}

AVX512 static void hash_f8_avx512(const double *x, int64_t n, uint64_t *out)
{
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        _mm512_storeu_si512(out + i, mix(key_of_f8(_mm512_loadu_pd(x + i))));
    }
    skep_hash_plain.f8(x + i, n - i, out + i);
}

const struct skep_hash_functions skep_hash_avx512 = {hash_i8_avx512, hash_u8_avx512, hash_f8_avx512};

#endif
