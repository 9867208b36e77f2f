/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_PHILOX_H
#define SKEP_KERNEL_MATH_PHILOX_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* Philox4x64-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011), in the
 * form and order of numpy.random.Philox: key (seed, 0); counter words (block low, block high, stream, index),
 * incremented before a block is made. The numbers depend on seed, index, stream and position alone, never on
 * who draws them. In NumPy the same words are
 *
 *     numpy.random.Philox(key=[seed, 0], counter=[0, 0, stream, index]).random_raw(n) */
struct skep_philox {
    uint64_t key[2];
    uint64_t counter[4];
    uint64_t block[4];
    unsigned next; /* the next word of the block; 4: make a new one; BLOCK is then of no use */
    bool has_spare;
    double spare; /* the second normal of a pair whose first was drawn */
};

/* STREAM tells several uses within one task apart (0: uniforms that a kernel starts with; a kernel documents
 * more). */
void skep_philox_init(struct skep_philox *philox, struct skep_stream_key key, uint64_t stream);

uint64_t skep_philox_next_u64(struct skep_philox *philox);

/* N of them, many at a time: the same words as one by one, however the draws are grouped. */
void skep_philox_fill_u64(struct skep_philox *philox, uint64_t *out, int64_t n);

/* Uniform in [0, 1): (word >> 11) * 2^-53, as NumPy's Generator.random has it. */
double skep_philox_next_f64(struct skep_philox *philox);
void skep_philox_fill_f64(struct skep_philox *philox, double *out, int64_t n); /* N, many at a time */

/* The next number of the standard normal distribution. Each pair takes two uniforms u and v in this order
 * (Box and Muller):
 *
 *     R = sqrt(-2 log(1 - u));   first number: R cos(2 pi v);   second: R sin(2 pi v)
 *
 * with skep_ln and skep_sincos_turn of elementary.h, so the bits are the same on every machine. None is
 * larger than sqrt(106 log 2) = 8.5717 in magnitude. Draw nothing else between the two of a pair from a
 * stream whose normals must not move. */
double skep_philox_next_normal(struct skep_philox *philox);

/* N of them. The k-th number does not depend on how the draws are grouped into calls. */
void skep_philox_fill_normal(struct skep_philox *philox, double *out, int64_t n);

#endif
