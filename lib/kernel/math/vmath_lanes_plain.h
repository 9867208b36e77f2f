/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_VMATH_LANES_PLAIN_H
#define SKEP_KERNEL_MATH_VMATH_LANES_PLAIN_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernel/math/fused.h"

/* One lane: what vmath_lanes_avx512.h explains, in plain C. Fused multiply-add is the C library's, unless a
 * file asks for something else: VL_FUSED for the instruction, VL_NOT_FUSED for machines without. Its result
 * is the exact one rounded, so all of them agree. */

enum { VL_LANES = 1, VL_ALL = 1 };

#if defined(VL_FUSED)
#define VL_TARGET __attribute__((target("fma")))
#define VL        static inline __attribute__((always_inline)) VL_TARGET
#else
#define VL_TARGET
#define VL static inline
#endif

typedef double vf;
typedef uint64_t vi;
typedef bool vm;

VL vf vf_of(double a)
{
    return a;
}

VL vf vf_load(const double *from)
{
    return *from;
}

VL void vf_store(double *to, vf a)
{
    *to = a;
}

VL vf vf_fma(vf a, vf b, vf c)
{
#if defined(VL_NOT_FUSED)
    return skep_fused(a, b, c);
#else
    return fma(a, b, c);
#endif
}

VL vf vf_sqrt(vf a)
{
    return sqrt(a);
}

VL vi vf_bits(vf a)
{
    vi bits;

    memcpy(&bits, &a, sizeof bits);
    return bits;
}

VL vf vf_from(vi bits)
{
    vf a;

    memcpy(&a, &bits, sizeof a);
    return a;
}

VL vf vf_high12(vi a)
{
    int64_t high = (int64_t)(a & 0xfff0000000000000) / (INT64_C(1) << 52);

    return (double)high;
}

VL vf vf_lookup(const double table[16], vi i)
{
    return table[i & 15];
}

VL vi vi_lookup(const uint64_t table[16], vi i)
{
    return table[i & 15];
}

VL vm vf_lt(vf a, vf b)
{
    return a < b;
}

VL vm vf_le(vf a, vf b)
{
    return a <= b;
}

VL vm vf_is_usual(vf a)
{
    return a >= 0x1p-1022 && a < HUGE_VAL;
}

VL vm vm_and(vm a, vm b)
{
    return a && b;
}

VL vf vf_pick(vm m, vf a, vf b)
{
    return m ? a : b;
}

VL unsigned vm_lanes(vm m)
{
    return m ? 1 : 0;
}

#endif
