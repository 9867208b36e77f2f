/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/diffuse_steps.h"

#if defined(__x86_64__)

#define LANES  4
#define TARGET __attribute__((target("avx2")))
#include "kernel/dynamics/diffuse_steps.inc"

TARGET static void steps_avx2_line(const double *in, double *out, int64_t n, double k)
{
    steps_line(in, out, n, k);
}

TARGET static void steps_avx2_rows(const double *const in[SKEP_DIFFUSE_ROWS + 2],
                                   double *const out[SKEP_DIFFUSE_ROWS], int64_t n, double k)
{
    steps_rows(in, out, n, k);
}

const struct skep_diffuse_steps skep_diffuse_steps_avx2 = {steps_avx2_line, steps_avx2_rows};

#endif
