/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_PHILOX_BLOCKS_H
#define SKEP_KERNEL_MATH_PHILOX_BLOCKS_H

#include <stdint.h>

#include "base/philox.h"
#include "kernel/cpu.h"

/* Many blocks of Philox4x64-10 at once (philox.h has the generator), once for each level of vector
 * instructions. All of them give the same words: a block depends on its key and its counter alone. */

/* The blocks of COUNTER and of the N - 1 that follow, in order. Only the lowest word of the counter counts:
 * counter[0] + N - 1 must not pass 2^64 - 1. N may be 0. */
struct skep_philox_blocks {
    void (*words)(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS], int64_t n,
                  uint64_t *words_out);
    void (*doubles)(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS], int64_t n,
                    double *doubles_out); /* (word >> 11) * 2^-53 */
};

extern const struct skep_philox_blocks skep_philox_blocks_plain;
#if defined(__x86_64__)
extern const struct skep_philox_blocks skep_philox_blocks_avx2;
extern const struct skep_philox_blocks skep_philox_blocks_avx512;
#endif

/* Those of LEVEL; those of the plain level where this architecture has no others. */
const struct skep_philox_blocks *skep_philox_blocks_at(enum skep_cpu_level level);

#endif
