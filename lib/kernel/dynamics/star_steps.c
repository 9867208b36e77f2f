/* SPDX-License-Identifier: MIT */
/* The plain steps: what every level computes.
 *
 * The sine is that of x less the nearest multiple n pi, with the sign of (-1)^n. The difference from n times
 * the first 53 bits of pi is exact, since a fused operation rounds only what is left, and that is a multiple
 * of 2^-52 below 2; the next 53 bits of pi are taken away after that. Taylor's series is summed in pairs and
 * pairs of pairs, which takes a vector half the time of one term after the other. */
#include "kernel/dynamics/star_steps.h"

#include <math.h>
#include <string.h>

double skep_star_sin(double x)
{
    double shifted = fma(x, SKEP_STAR_ONE_OVER_PI, SKEP_STAR_ROUNDER);
    double n = shifted - SKEP_STAR_ROUNDER;
    double r = fma(-n, SKEP_STAR_PI_LO, fma(-n, SKEP_STAR_PI_HI, x));
    double z = r * r;
    double z2 = z * z;
    double z4 = z2 * z2;
    double low = fma(fma(SKEP_STAR_C3, z, SKEP_STAR_C2), z2, fma(SKEP_STAR_C1, z, SKEP_STAR_C0));
    double middle = fma(fma(SKEP_STAR_C7, z, SKEP_STAR_C6), z2, fma(SKEP_STAR_C5, z, SKEP_STAR_C4));
    double high = fma(fma(SKEP_STAR_C9, z, SKEP_STAR_C8), z4, middle);
    uint64_t bits;

    if (!(fabs(x) < SKEP_STAR_LIMIT)) {
        return sin(x);
    }
    memcpy(&bits, &shifted, sizeof bits);
    r = (bits & 1) != 0 ? -r : r;
    return fma(r * z, fma(high, z4, low), r);
}

/* f, one stage: with the phases at HUB and LEAVES the slopes K of the leaves, and as value that of the hub.
 * The sum over the leaves is that of eight sums, the leaves being dealt to them in turn. */
static double star_slopes(const struct skep_star *star, double hub, const double *leaves, double *k)
{
    double sums[8] = {0};

    for (int64_t j = 0; j < star->m - 1; j++) {
        double sine = skep_star_sin(leaves[j] - hub);

        sums[j % 8] += sine;
        k[j] = fma(-star->lambda, sine, star->omega_e);
    }
    return fma(star->lambda,
               ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])),
               star->omega_c);
}

static void star_stage(const struct skep_star *star, double h, const double *k, double *stage)
{
    for (int64_t j = 0; j < star->m - 1; j++) {
        stage[j] = fma(h, k[j], star->leaves[j]);
    }
}

/* theta + dt/6 ((k1 + 2 (k2 + k3)) + k4) */
static double star_sum(double theta, double sixth, double k1, double k2, double k3, double k4)
{
    return fma(sixth, fma(2.0, k2 + k3, k1) + k4, theta);
}

static void star_step(struct skep_star *star)
{
    int64_t row = skep_star_row(star->m - 1);
    double *stage = star->room, *k1 = stage + row, *k2 = k1 + row, *k3 = k2 + row, *k4 = k3 + row;
    double half = star->dt / 2.0, sixth = star->dt / 6.0;
    double h1, h2, h3, h4;

    h1 = star_slopes(star, star->hub, star->leaves, k1);
    star_stage(star, half, k1, stage);
    h2 = star_slopes(star, fma(half, h1, star->hub), stage, k2);
    star_stage(star, half, k2, stage);
    h3 = star_slopes(star, fma(half, h2, star->hub), stage, k3);
    star_stage(star, star->dt, k3, stage);
    h4 = star_slopes(star, fma(star->dt, h3, star->hub), stage, k4);
    star->hub = star_sum(star->hub, sixth, h1, h2, h3, h4);
    for (int64_t j = 0; j < star->m - 1; j++) {
        star->leaves[j] = star_sum(star->leaves[j], sixth, k1[j], k2[j], k3[j], k4[j]);
    }
}

static void star_plain_advance(struct skep_star *star, const struct skep_star_span *span, double *out)
{
    int64_t next = span->first;
    const double *noise = span->noise;

    for (int64_t step = 1; step <= span->steps; step++) {
        star_step(star);
        if (noise != NULL) {
            star->hub += noise[0];
            for (int64_t j = 0; j < star->m - 1; j++) {
                star->leaves[j] += noise[1 + j];
            }
            noise += 1 + skep_star_row(star->m - 1);
        }
        if (step == next) {
            next += span->every;
            *out++ = span->is_sine ? skep_star_sin(star->hub) : star->hub;
            for (int64_t j = 0; j < star->m - 1; j++) {
                *out++ = span->is_sine ? skep_star_sin(star->leaves[j]) : star->leaves[j];
            }
        }
    }
}

const struct skep_star_steps skep_star_steps_plain = {.advance = star_plain_advance};

const struct skep_star_steps *skep_star_steps_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return &skep_star_steps_avx2;
    case SKEP_CPU_AVX512:
        return &skep_star_steps_avx512;
#endif
    default:
        return &skep_star_steps_plain;
    }
}
