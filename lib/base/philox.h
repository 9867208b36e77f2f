/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_PHILOX_H
#define SKEP_BASE_PHILOX_H

#include <stdint.h>

/* One block of Philox4x64-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011), the words that numpy.random.Philox gives for the same key and counter; NumPy increments the counter
 * before it makes a block. Streams of numbers for kernels are kernel/math/philox.h. */

enum { SKEP_PHILOX_ROUNDS = 10, SKEP_PHILOX_WORDS = 4 };

#define SKEP_PHILOX_M0 0xD2E7470EE14C6C93u
#define SKEP_PHILOX_M1 0xCA5A826395121157u
#define SKEP_PHILOX_W0 0x9E3779B97F4A7C15u /* golden ratio */
#define SKEP_PHILOX_W1 0xBB67AE8584CAA73Bu /* sqrt(3) - 1 */

/* The block of COUNTER. */
void skep_philox_block(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS],
                       uint64_t words_out[SKEP_PHILOX_WORDS]);

/* One of its rounds on the words C, with the round's keys: for those who make several blocks side by side. */
static inline void skep_philox_round(uint64_t c[SKEP_PHILOX_WORDS], uint64_t k0, uint64_t k1)
{
    __extension__ typedef unsigned __int128 wide;
    const wide a = (wide)SKEP_PHILOX_M0 * c[0];
    const wide b = (wide)SKEP_PHILOX_M1 * c[2];

    c[0] = (uint64_t)(b >> 64) ^ c[1] ^ k0;
    c[1] = (uint64_t)b;
    c[2] = (uint64_t)(a >> 64) ^ c[3] ^ k1;
    c[3] = (uint64_t)a;
}

#endif
