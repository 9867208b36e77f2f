/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_JULIA_TILE_H
#define SKEP_KERNEL_DYNAMICS_JULIA_TILE_H

#include <stdint.h>

#include "kernel/cpu.h"

/* The steps of the points of a piece of the plane, once for each level of vector instructions. All of them
 * count the same: each point goes through the same rounded operations. */
struct skep_julia_tile {
    const double *re; /* of the columns; SKEP_JULIA_PAD more can be read behind them */
    const double *im; /* of the rows */
    int64_t width, height;
    double c_re, c_im;
    int64_t max_iter;   /* up to 65535 */
    uint16_t *out;      /* row after row */
    int64_t out_stride; /* elements from one row to the next */
};
enum { SKEP_JULIA_PAD = 8 };

/* A tile may have 2^31 points at most. One with so many points that points times max_iter + 1 is below this
 * takes a few milliseconds at the plain level, and below four times this at the others. */
enum { SKEP_JULIA_TILE_STEPS = 1 << 21 };

typedef void (*skep_julia)(const struct skep_julia_tile *tile);

void skep_julia_plain(const struct skep_julia_tile *tile);
#if defined(__x86_64__)
void skep_julia_avx2(const struct skep_julia_tile *tile);
void skep_julia_avx512(const struct skep_julia_tile *tile);
#endif

/* That of LEVEL; that of the plain level where this architecture has no other. */
skep_julia skep_julia_at(enum skep_cpu_level level);

#endif
