/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_NORMAL_PAIRS_H
#define SKEP_KERNEL_MATH_NORMAL_PAIRS_H

#include <stdint.h>

#include "kernel/cpu.h"

/* N pairs of normals from N pairs of uniforms (u, v) that are multiples of 2^-53 in [0, 1): R cos(2 pi v) and
 * R sin(2 pi v) with R = sqrt(-2 log(1 - u)), as skep_philox_next_normal makes them. Once for each level of
 * vector instructions; all give the same bits. OUT may be UNIFORMS. */
typedef void (*skep_normal_pairs)(const double *uniforms, double *out, int64_t n);

void skep_normal_pairs_plain(const double *uniforms, double *out, int64_t n);
#if defined(__x86_64__)
void skep_normal_pairs_avx2(const double *uniforms, double *out, int64_t n);
void skep_normal_pairs_avx512(const double *uniforms, double *out, int64_t n);
#endif

/* That of LEVEL; the plain one where this architecture has no others. */
skep_normal_pairs skep_normal_pairs_at(enum skep_cpu_level level);

#endif
