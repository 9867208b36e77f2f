/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/diffuse_steps.h"

#if defined(__x86_64__)

#define LANES  8
#define TARGET __attribute__((target("avx512f")))
#include "kernel/dynamics/diffuse_steps.inc"

TARGET static void steps_avx512_line(const double *in, double *out, int64_t n, double k)
{
    steps_line(in, out, n, k);
}

TARGET static void steps_avx512_rows(const double *const in[SKEP_DIFFUSE_ROWS + 2],
                                     double *const out[SKEP_DIFFUSE_ROWS], int64_t n, double k)
{
    steps_rows(in, out, n, k);
}

const struct skep_diffuse_steps skep_diffuse_steps_avx512 = {steps_avx512_line, steps_avx512_rows};

#endif
