/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_BITS_H
#define SKEP_SWEEP_BITS_H

#include <stdbool.h>
#include <stdint.h>

/* Bits as they lie in a sidecar: bit I is bit I % 8 of byte I / 8. Storage is a multiple of 8 bytes. */
static inline bool skep_bits_get(const unsigned char *bits, int64_t i)
{
    return bits[i >> 3] >> (i & 7) & 1;
}

static inline void skep_bits_set(unsigned char *bits, int64_t i)
{
    bits[i >> 3] |= (unsigned char)(1u << (i & 7));
}

/* The first bit at or behind FROM, below N, that is VALUE; N where there is none. */
int64_t skep_bits_next(const unsigned char *bits, int64_t n, int64_t from, bool value);

/* How many of the first N are set. */
int64_t skep_bits_count(const unsigned char *bits, int64_t n);

#endif
