/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_SKETCHES_BLOOM_H
#define SKEP_KERNEL_SKETCHES_BLOOM_H

#include <stdint.h>

#include "kernel/cpu.h"
#include "kernel/sketches/hash.h"

/* A partitioned Bloom filter: one row of bits for each of its hash functions. Bit j of a row is bit j % 8 of
 * byte j / 8. */
struct skep_bloom {
    uint8_t *rows;
    int n_rows;
    int64_t row_bytes;
};

enum { SKEP_BLOOM_MOST_ROWS = 64 };

/* The bit of row ROW that belongs to a number. Of its hash h a second one is made, and the row takes
 * h + row * second (A. Kirsch, M. Mitzenmacher, "Less hashing, same performance", 2006), whose place in 2^64
 * gives the place in the row. */
static inline int64_t skep_bloom_bit(const struct skep_bloom *bloom, uint64_t hash, uint64_t second, int row)
{
    __extension__ typedef unsigned __int128 wide;

    return (int64_t)((wide)(hash + (uint64_t)row * second) * (uint64_t)(8 * bloom->row_bytes) >> 64);
}

static inline uint64_t skep_bloom_second(uint64_t hash)
{
    return skep_hash_key(hash) | 1;
}

#endif
