/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_STAR_STEPS_H
#define SKEP_KERNEL_DYNAMICS_STAR_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/cpu.h"

/* Steps in time of stars of phase oscillators, once for each level of vector instructions. All of them give
 * the same bits, and so do one star alone and several together: the operations and their order are those of
 * star_steps.c. Fused ones among them round once by their definition, on every machine. */

/* One star of M nodes. Leaves are kept apart from the hub, in rows of a multiple of 8. */
struct skep_star {
    int64_t m;
    double omega_c, omega_e, lambda, dt;
    double hub;
    double *leaves; /* m - 1, and copies of the first up to the multiple of 8 */
    double *room;   /* SKEP_STAR_ROOM such rows */
};
enum { SKEP_STAR_ROOM = 6 };

/* Stars with as many nodes each, side by side: a row of theta holds one node of all of them, the hubs first.
 * Stars that are not wanted are copies of another. */
enum { SKEP_STAR_PACK = 16 };
struct skep_star_pack {
    int64_t m;
    double omega_c[SKEP_STAR_PACK], omega_e[SKEP_STAR_PACK], lambda[SKEP_STAR_PACK], dt[SKEP_STAR_PACK];
    double (*theta)[SKEP_STAR_PACK]; /* m rows */
    double (*room)[SKEP_STAR_PACK];  /* SKEP_STAR_ROOM times m rows */
};

/* How far, and what to write down. */
struct skep_star_span {
    int64_t steps;
    int64_t first, every; /* record after so many steps, and then after every so many */
    bool is_sine;         /* record the sines */
    /* Added after each step, or NULL: a row for each step, with the hub's in front of the leaves' row (and
     * anything finite behind those); side by side, m rows of SKEP_STAR_PACK for each step. */
    const double *noise;
};

struct skep_star_steps {
    /* OUT: the records, m numbers each. */
    void (*advance)(struct skep_star *star, const struct skep_star_span *span, double *out);
    /* OUT: the records, m rows each as in theta. NULL: side by side is no faster. */
    void (*advance_pack)(struct skep_star_pack *pack, const struct skep_star_span *span,
                         double (*out)[SKEP_STAR_PACK]);
};

extern const struct skep_star_steps skep_star_steps_plain;
#if defined(__x86_64__)
extern const struct skep_star_steps skep_star_steps_avx2;
extern const struct skep_star_steps skep_star_steps_avx512;
#endif

/* Those of LEVEL; those of the plain level where this architecture has no others. */
const struct skep_star_steps *skep_star_steps_at(enum skep_cpu_level level);

/* N rounded up to a row of leaves. */
static inline int64_t skep_star_row(int64_t n)
{
    return (n + 7) & ~(int64_t)7;
}

/* The sine of the steps, of X radians: within 4e-16 for |X| < 2^40, from there on the C library's. Odd but
 * for the sign of 0. Infinity and NaN: NaN. */
double skep_star_sin(double x);

/* Its constants: pi in two parts, the first of which times an integer below 2^40 is within 53 bits of X; and
 * Taylor's coefficients of the sine, 1/(2i+3)! with their signs. */
#define SKEP_STAR_LIMIT       0x1p40
#define SKEP_STAR_ROUNDER     0x1.8p52
#define SKEP_STAR_ONE_OVER_PI 0x1.45f306dc9c883p-2
#define SKEP_STAR_PI_HI       0x1.921fb54442d18p+1
#define SKEP_STAR_PI_LO       0x1.1a62633145c07p-53
#define SKEP_STAR_C0          (-1.0 / 6)
#define SKEP_STAR_C1          (1.0 / 120)
#define SKEP_STAR_C2          (-1.0 / 5040)
#define SKEP_STAR_C3          (1.0 / 362880)
#define SKEP_STAR_C4          (-1.0 / 39916800)
#define SKEP_STAR_C5          (1.0 / 6227020800)
#define SKEP_STAR_C6          (-1.0 / 1307674368000)
#define SKEP_STAR_C7          (1.0 / 355687428096000)
#define SKEP_STAR_C8          (-1.0 / 121645100408832000)
#define SKEP_STAR_C9          (1.0 / 51090942171709440000.0)

#endif
