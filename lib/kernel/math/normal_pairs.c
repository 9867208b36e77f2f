/* SPDX-License-Identifier: MIT */
#include "kernel/math/normal_pairs.h"

#include <math.h>

#include "kernel/math/elementary.h"

void skep_normal_pairs_plain(const double *uniforms, double *out, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        /* 1 - u is exact and never 0. */
        double radius = sqrt(-2.0 * skep_ln(1.0 - uniforms[2 * i]));
        double sine, cosine;

        skep_sincos_turn(uniforms[2 * i + 1], &sine, &cosine);
        out[2 * i] = radius * cosine;
        out[2 * i + 1] = radius * sine;
    }
}

skep_normal_pairs skep_normal_pairs_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return skep_normal_pairs_avx2;
    case SKEP_CPU_AVX512:
        return skep_normal_pairs_avx512;
#endif
    default:
        return skep_normal_pairs_plain;
    }
}
