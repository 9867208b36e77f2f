/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_VMATH_LANES_AVX2_H
#define SKEP_KERNEL_MATH_VMATH_LANES_AVX2_H

#include <immintrin.h>
#include <math.h>
#include <stdint.h>

/* Four lanes: what vmath_lanes_avx512.h explains. */

enum { VL_LANES = 4, VL_ALL = 15 };

#define VL_TARGET __attribute__((target("avx2,fma")))
#define VL        static inline __attribute__((always_inline)) VL_TARGET

typedef double vf __attribute__((vector_size(32)));
typedef uint64_t vi __attribute__((vector_size(32)));
typedef vf vm; /* lanes of ones or zeros */

VL vf vf_of(double a)
{
    return (vf)_mm256_set1_pd(a);
}

VL vf vf_load(const double *from)
{
    return (vf)_mm256_loadu_pd(from);
}

VL void vf_store(double *to, vf a)
{
    _mm256_storeu_pd(to, (__m256d)a);
}

VL vf vf_fma(vf a, vf b, vf c)
{
    return (vf)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

VL vf vf_sqrt(vf a)
{
    return (vf)_mm256_sqrt_pd((__m256d)a);
}

VL vi vf_bits(vf a)
{
    return (vi)a;
}

VL vf vf_from(vi bits)
{
    return (vf)bits;
}

/* There is no conversion of 64-bit integers here: 2^52 + u has u = e + 2^11 in its lowest bits. */
VL vf vf_high12(vi a)
{
    vi biased = (a >> 52) ^ 0x4330000000000800;

    return (vf)biased - (0x1p52 + 2048.0);
}

/* A gather fills those lanes of a register that a mask names, and so waits for whoever wrote the register
 * last. Given a mask of ones compilers take any register, in a loop one that the round before is still
 * working on: twice the time. Of this mask they know nothing, and must fill zeros. */
VL __m256i vl_opaque_ones(void)
{
    __m256i ones = _mm256_set1_epi64x(-1);

    __asm__("" : "+x"(ones));
    return ones;
}

VL vf vf_lookup(const double table[16], vi i)
{
    return (vf)_mm256_mask_i64gather_pd(_mm256_setzero_pd(), table, (__m256i)(i & 15),
                                        _mm256_castsi256_pd(vl_opaque_ones()), 8);
}

VL vi vi_lookup(const uint64_t table[16], vi i)
{
    return (vi)_mm256_mask_i64gather_epi64(_mm256_setzero_si256(), (const long long *)table,
                                           (__m256i)(i & 15), vl_opaque_ones(), 8);
}

VL vm vf_lt(vf a, vf b)
{
    return (vm)_mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_LT_OQ);
}

VL vm vf_le(vf a, vf b)
{
    return (vm)_mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_LE_OQ);
}

VL vm vf_is_usual(vf a)
{
    return (vm)_mm256_and_pd(_mm256_cmp_pd((__m256d)a, _mm256_set1_pd(0x1p-1022), _CMP_GE_OQ),
                             _mm256_cmp_pd((__m256d)a, _mm256_set1_pd(HUGE_VAL), _CMP_LT_OQ));
}

VL vm vm_and(vm a, vm b)
{
    return (vm)_mm256_and_pd((__m256d)a, (__m256d)b);
}

VL vf vf_pick(vm m, vf a, vf b)
{
    return (vf)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m);
}

VL unsigned vm_lanes(vm m)
{
    return (unsigned)_mm256_movemask_pd((__m256d)m);
}

#endif
