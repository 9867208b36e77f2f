/* SPDX-License-Identifier: MIT */
#include "kernel/math/vmath.h"

#include "kernel/math/vmath_levels.h"

const struct skep_vmath *skep_vmath_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX512:
        return &skep_vmath_avx512;
    case SKEP_CPU_AVX2:
        return &skep_vmath_avx2;
    default:
        return __builtin_cpu_supports("fma") ? &skep_vmath_fused : &skep_vmath_plain;
#else
    default:
        return &skep_vmath_plain;
#endif
    }
}
