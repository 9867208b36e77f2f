/* SPDX-License-Identifier: MIT */
#include "kernel/sketches/hll_registers.h"

#include <math.h>

void skep_hll_update_plain(uint8_t *registers, int p, const uint64_t *hashes, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        skep_hll_update_one(registers, p, hashes[i]);
    }
}

skep_hll_update skep_hll_update_at(enum skep_cpu_level level)
{
#if defined(__x86_64__)
    if (level == SKEP_CPU_AVX512) {
        return skep_hll_update_avx512;
    }
#endif
    (void)level;
    return skep_hll_update_plain;
}

/* ---- the estimate, with the names of the paper ---- */

/* x + sum over k >= 1 of x^(2^k) 2^(k-1) */
static double hll_sigma(double x)
{
    double y = 1.0, z = x, last;

    if (x == 1.0) {
        return INFINITY;
    }
    do {
        x *= x;
        last = z;
        z += x * y;
        y += y;
    } while (z != last);
    return z;
}

/* (1 - x - sum over k >= 1 of (1 - x^(2^-k))^2 2^-k) / 3 */
static double hll_tau(double x)
{
    double y = 1.0, z = 1.0 - x, last;

    if (x == 0.0 || x == 1.0) {
        return 0.0;
    }
    do {
        x = sqrt(x);
        last = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
    } while (z != last);
    return z / 3.0;
}

#define HLL_ALPHA 0.72134752044448170368 /* 1 / (2 ln 2) */

double skep_hll_estimate(const uint8_t *registers, int p)
{
    int64_t m = INT64_C(1) << p;
    int q = 64 - p;
    int64_t counts[66] = {0}; /* how many registers hold each rank */
    double z;

    for (int64_t i = 0; i < m; i++) {
        counts[registers[i]]++;
    }
    z = (double)m * hll_tau(1.0 - (double)counts[q + 1] / (double)m);
    for (int k = q; k >= 1; k--) {
        z = 0.5 * (z + (double)counts[k]);
    }
    z += (double)m * hll_sigma((double)counts[0] / (double)m);
    return HLL_ALPHA * (double)m * ((double)m / z);
}
