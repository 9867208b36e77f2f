/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_NUMBERS_MONTGOMERY_H
#define SKEP_KERNEL_NUMBERS_MONTGOMERY_H

#include <stdint.h>

/* Arithmetic modulo an odd 64-bit number without divisions (P. L. Montgomery, "Modular multiplication without
 * trial division", 1985). A residue x is kept as x 2^64 mod n, in [0, n). Any odd n up to 2^64 - 1. */
struct skep_montgomery {
    uint64_t n;
    uint64_t inverse; /* n * inverse = 1 mod 2^64 */
    uint64_t one;     /* 1, that is 2^64 mod n */
    uint64_t square;  /* 2^128 mod n, to bring a number in */
};

__extension__ typedef unsigned __int128 skep_wide;

/* The residue of A B 2^-64. The high words of A B and of a multiple of n with the same low word differ by it
 * mod n; the difference needs no 65th bit. A B must be below n 2^64: one factor below n is enough. */
static inline uint64_t skep_montgomery_multiply(const struct skep_montgomery *m, uint64_t a, uint64_t b)
{
    skep_wide product = (skep_wide)a * b;
    uint64_t quotient = (uint64_t)product * m->inverse;
    uint64_t excess = (uint64_t)(((skep_wide)quotient * m->n) >> 64);
    uint64_t high = (uint64_t)(product >> 64);

    return high - excess + (high < excess ? m->n : 0);
}

static inline uint64_t skep_montgomery_double(const struct skep_montgomery *m, uint64_t a)
{
    return a >= m->n - a ? a - (m->n - a) : a + a;
}

static inline void skep_montgomery_init(struct skep_montgomery *m, uint64_t n)
{
    uint64_t inverse = 3 * n ^ 2; /* right in the lowest 5 bits; each step doubles them */

    for (int i = 0; i < 4; i++) {
        inverse *= 2 - n * inverse;
    }
    *m = (struct skep_montgomery){.n = n, .inverse = inverse, .one = (0 - n) % n};
    m->square = (uint64_t)((skep_wide)m->one * m->one % n);
}

/* The residue of any number X. */
static inline uint64_t skep_montgomery_enter(const struct skep_montgomery *m, uint64_t x)
{
    return skep_montgomery_multiply(m, x, m->square);
}

#endif
