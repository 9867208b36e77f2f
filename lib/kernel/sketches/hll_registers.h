/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_SKETCHES_HLL_REGISTERS_H
#define SKEP_KERNEL_SKETCHES_HLL_REGISTERS_H

#include <stdint.h>

#include "kernel/cpu.h"

/* The registers of a HyperLogLog sketch: of a hash the first P bits choose one of 2^P registers, and the
 * register keeps the largest rank seen, 1 + the number of zeros that follow (65 - P when all are zero). */
enum { SKEP_HLL_LEAST_P = 4, SKEP_HLL_MOST_P = 18 };

static inline void skep_hll_update_one(uint8_t *registers, int p, uint64_t hash)
{
    uint8_t *chosen = &registers[hash >> (64 - p)];
    uint64_t rest = hash << p | UINT64_C(1) << (p - 1); /* a one behind the last bit ends the zeros */
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);

    if (rank > *chosen) {
        *chosen = rank;
    }
}

typedef void (*skep_hll_update)(uint8_t *registers, int p, const uint64_t *hashes, int64_t n);

void skep_hll_update_plain(uint8_t *registers, int p, const uint64_t *hashes, int64_t n);
void skep_hll_update_avx512(uint8_t *registers, int p, const uint64_t *hashes, int64_t n);
skep_hll_update skep_hll_update_at(enum skep_cpu_level level);

/* How many distinct numbers were seen: O. Ertl, "New cardinality estimation algorithms for HyperLogLog
 * sketches" (2017), algorithm 6, which needs no correction by tables anywhere between 0 and 2^64. */
double skep_hll_estimate(const uint8_t *registers, int p);

#endif
