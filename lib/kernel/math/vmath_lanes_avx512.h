/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_VMATH_LANES_AVX512_H
#define SKEP_KERNEL_MATH_VMATH_LANES_AVX512_H

#include <immintrin.h>
#include <stdint.h>

/* Eight lanes: vf holds doubles, vi words of 64 bits, vm truths. Compilers give vectors the operators of
 * their elements (+ - * / on vf; + - & | ^ << >> on vi, unsigned), one rounding each; the functions here are
 * what has no operator. */

enum { VL_LANES = 8, VL_ALL = 255 };

#define VL_TARGET __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")))
#define VL        static inline __attribute__((always_inline)) VL_TARGET

typedef double vf __attribute__((vector_size(64)));
typedef uint64_t vi __attribute__((vector_size(64)));
typedef __mmask8 vm;

VL vf vf_of(double a)
{
    return (vf)_mm512_set1_pd(a);
}

VL vf vf_load(const double *from)
{
    return (vf)_mm512_loadu_pd(from);
}

VL void vf_store(double *to, vf a)
{
    _mm512_storeu_pd(to, (__m512d)a);
}

/* a b + c, rounded once. */
VL vf vf_fma(vf a, vf b, vf c)
{
    return (vf)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

VL vf vf_sqrt(vf a)
{
    return (vf)_mm512_sqrt_pd((__m512d)a);
}

VL vi vf_bits(vf a)
{
    return (vi)a;
}

VL vf vf_from(vi bits)
{
    return (vf)bits;
}

/* The upper twelve bits as a signed integer: of the bits of a positive double, its exponent and the bias. */
VL vf vf_high12(vi a)
{
    return (vf)_mm512_cvtepi64_pd(_mm512_srai_epi64((__m512i)a, 52));
}

/* TABLE at the lowest four bits of each lane. */
VL vf vf_lookup(const double table[16], vi i)
{
    return (vf)_mm512_permutex2var_pd(_mm512_loadu_pd(table), (__m512i)i, _mm512_loadu_pd(table + 8));
}

VL vi vi_lookup(const uint64_t table[16], vi i)
{
    return (vi)_mm512_permutex2var_epi64(_mm512_loadu_si512(table), (__m512i)i,
                                         _mm512_loadu_si512(table + 8));
}

/* Comparisons are false of NaN. */
VL vm vf_lt(vf a, vf b)
{
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ);
}

VL vm vf_le(vf a, vf b)
{
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LE_OQ);
}

/* Positive, normal and finite: not one of the classes that the bits name, from the lowest: quiet NaN, zeros
 * of both signs, infinities of both signs, denormal, negative, signalling NaN. */
VL vm vf_is_usual(vf a)
{
    return (vm)~_mm512_fpclass_pd_mask((__m512d)a, 0xff);
}

VL vm vm_and(vm a, vm b)
{
    return (vm)(a & b);
}

/* A where M is true, B elsewhere. */
VL vf vf_pick(vm m, vf a, vf b)
{
    return (vf)_mm512_mask_blend_pd(m, (__m512d)b, (__m512d)a);
}

/* One bit for each lane. */
VL unsigned vm_lanes(vm m)
{
    return m;
}

#endif
