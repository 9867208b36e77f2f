/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_NUMBERS_PRIME_SIEVE_H
#define SKEP_KERNEL_NUMBERS_PRIME_SIEVE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* A sieve of Eratosthenes over a wheel of 30: byte B stands for the eight numbers from 30 B on that have no
 * divisor 2, 3 or 5, lowest bit first; a bit that stays set is a number without a divisor below
 * SKEP_SIEVE_BASE other than itself. Below the square of that these are the primes. Segment after segment,
 * each short enough for the caches. */

enum {
    SKEP_SIEVE_BASE = 65536,       /* divisors are the primes below this */
    SKEP_SIEVE_FIRST_BYTE = 4,     /* numbers below 120 are not for this sieve: it strikes small primes out */
    SKEP_SIEVE_SEGMENT = 64 << 10, /* bytes; 1,966,080 numbers */
    SKEP_SIEVE_ROUND = 512,        /* sizes of segments in memory are multiples of this */
    SKEP_SIEVE_WHEEL = 30,
    SKEP_SIEVE_SPOKES = 8
};

/* What the numbers from 30 B on add to 30 B. */
extern const uint8_t skep_sieve_spokes[SKEP_SIEVE_SPOKES];

struct skep_sieve_prime {
    uint32_t p;
    uint32_t wheel;                   /* which spoke p lies on */
    uint32_t next[SKEP_SIEVE_SPOKES]; /* bytes from the start of the segment: see prime_sieve.c */
};

struct skep_sieve {
    struct skep_sieve_prime *primes; /* from 127 on */
    int n_primes;
    int n_active;      /* of those, whose squares the segments have reached */
    uint8_t *patterns; /* the multiples of the primes from 7 to 113 */
    uint64_t at;       /* byte of the segment to come */
};

/* Bytes that skep_sieve_init takes from the arena. */
double skep_sieve_bytes(void);

/* A sieve that goes on to any number, with memory of CALL's arena. Some tenths of a millisecond. */
SKEP_MUST_USE skep_status skep_sieve_init(struct skep_call *call, struct skep_sieve *sieve,
                                          struct skep_error *err);

/* The first segment will be that of byte AT, not less than SKEP_SIEVE_FIRST_BYTE. */
void skep_sieve_seek(struct skep_sieve *sieve, uint64_t at);

/* Sieve the next SIZE bytes, at most SKEP_SIEVE_SEGMENT; SEGMENT has room for them rounded up to
 * SKEP_SIEVE_ROUND. */
void skep_sieve_next(struct skep_sieve *sieve, uint8_t *segment, int64_t size);

/* For a prime P from 7 on and the byte AT: how many bytes from AT the first multiples of P by numbers from P
 * on lie, one on each spoke of the cofactor. Further ones follow at distances of P bytes. */
void skep_sieve_offsets(uint64_t p, uint64_t at, uint64_t offsets_out[SKEP_SIEVE_SPOKES]);

/* The masks that clear the bits of these multiples: they depend on the spoke of P alone. */
const uint8_t *skep_sieve_masks(uint64_t p);

#endif
