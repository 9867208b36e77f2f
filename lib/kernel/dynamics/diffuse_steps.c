/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/diffuse_steps.h"

static void steps_plain_line(const double *in, double *restrict out, int64_t n, double k)
{
    for (int64_t i = 0; i < n; i++) {
        out[i] = in[i] + k * ((in[i + 1] + in[i - 1]) - 2.0 * in[i]);
    }
}

static void steps_plain_row(const double *up, const double *u, const double *down, double *restrict out,
                            int64_t n, double k)
{
    for (int64_t j = 0; j < n; j++) {
        out[j] = u[j] + k * (((down[j] + up[j]) - 2.0 * u[j]) + ((u[j + 1] + u[j - 1]) - 2.0 * u[j]));
    }
}

static void steps_plain_rows(const double *const in[SKEP_DIFFUSE_ROWS + 2],
                             double *const out[SKEP_DIFFUSE_ROWS], int64_t n, double k)
{
    for (int r = 0; r < SKEP_DIFFUSE_ROWS; r++) {
        steps_plain_row(in[r], in[r + 1], in[r + 2], out[r], n, k);
    }
}

const struct skep_diffuse_steps skep_diffuse_steps_plain = {steps_plain_line, steps_plain_rows};

const struct skep_diffuse_steps *skep_diffuse_steps_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return &skep_diffuse_steps_avx2;
    case SKEP_CPU_AVX512:
        return &skep_diffuse_steps_avx512;
#endif
    default:
        return &skep_diffuse_steps_plain;
    }
}
