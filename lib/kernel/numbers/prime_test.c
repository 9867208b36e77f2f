/* SPDX-License-Identifier: MIT */
/* Small divisors first, then the strong test of G. L. Miller and M. O. Rabin for bases that leave no
 * composite below 2^64: n = 1 + 2^s d with odd d passes for base a when a^d = 1 or a^(2^i d) = -1 for some i
 * < s.
 *
 *     below 4,759,123,141   2, 7, 61 (G. Jaeschke, "On strong pseudoprimes to several bases", 1993)
 *     below 2^64            2 and the six of J. Sinclair (2011), checked against all pseudoprimes to base 2
 *                           below 2^64 (J. Feitsma, 2013)
 *
 * Most composites fail at base 2, so it goes alone; the others go side by side, because one power modulo n is
 * a chain of multiplications that wait for each other. */
#include "kernel/numbers/prime_test.h"

#include <stddef.h>

#include "kernel/numbers/montgomery.h"

enum { MOST_BASES = 6, N_FEW_BASES = 2, LARGEST_TRIED = 61 };

#define FEW_BASES_LIMIT 4759123141u

static const uint64_t few_bases[N_FEW_BASES] = {7, 61};
static const uint64_t all_bases[MOST_BASES] = {325, 9375, 28178, 450775, 9780504, 1795265022};

/* An odd p divides n when n times the inverse of p modulo 2^64 is at most (2^64 - 1) / p (T. Granlund, P. L.
 * Montgomery, "Division by invariant integers using multiplication", 1994, section 9). */
static const struct {
    uint64_t p, inverse, limit;
} small_primes[] = {
#define SMALL(p, inverse)                                                                                    \
    {                                                                                                        \
        p, inverse, UINT64_MAX / p                                                                           \
    }
    SMALL(3, 0xaaaaaaaaaaaaaaab),  SMALL(5, 0xcccccccccccccccd),  SMALL(7, 0x6db6db6db6db6db7),
    SMALL(11, 0x2e8ba2e8ba2e8ba3), SMALL(13, 0x4ec4ec4ec4ec4ec5), SMALL(17, 0xf0f0f0f0f0f0f0f1),
    SMALL(19, 0x86bca1af286bca1b), SMALL(23, 0xd37a6f4de9bd37a7), SMALL(29, 0x34f72c234f72c235),
    SMALL(31, 0xef7bdef7bdef7bdf), SMALL(37, 0x14c1bacf914c1bad), SMALL(41, 0x8f9c18f9c18f9c19),
    SMALL(43, 0x82fa0be82fa0be83), SMALL(47, 0x51b3bea3677d46cf), SMALL(53, 0x21cfb2b78c13521d),
    SMALL(59, 0xcbeea4e1a08ad8f3), SMALL(61, 0x4fbcda3ac10c9715),
#undef SMALL
};

/* Whether the numbers POWER[k] = a_k^d pass: they are 1, or -1 after at most S - 1 squarings. */
static bool all_pass(const struct skep_montgomery *m, const uint64_t *power, int n_bases, int s)
{
    uint64_t minus_one = m->n - m->one;

    for (int k = 0; k < n_bases; k++) {
        uint64_t x = power[k];
        int i = 0;

        while (x != minus_one && i < s - 1 && x != m->one) {
            x = skep_montgomery_multiply(m, x, x);
            i++;
        }
        if (x != minus_one && !(x == m->one && i == 0)) {
            return false;
        }
    }
    return true;
}

static bool passes_two(const struct skep_montgomery *m, uint64_t d, int s)
{
    uint64_t power = skep_montgomery_double(m, m->one);

    for (int bit = 62 - __builtin_clzll(d); bit >= 0; bit--) {
        uint64_t twice;

        power = skep_montgomery_multiply(m, power, power);
        twice = skep_montgomery_double(m, power);
        power = (d >> bit & 1) != 0 ? twice : power;
    }
    return all_pass(m, &power, 1, s);
}

/* N_BASES is a constant where this is called, and the loops over it are unrolled. */
static inline bool passes(const struct skep_montgomery *m, uint64_t d, int s, const uint64_t *bases,
                          int n_bases)
{
    uint64_t base[MOST_BASES];
    uint64_t power[MOST_BASES];

    for (int k = 0; k < n_bases; k++) {
        base[k] = skep_montgomery_enter(m, bases[k]);
        power[k] = base[k];
    }
    for (int bit = 62 - __builtin_clzll(d); bit >= 0; bit--) {
        for (int k = 0; k < n_bases; k++) {
            power[k] = skep_montgomery_multiply(m, power[k], power[k]);
        }
        for (int k = 0; k < n_bases && (d >> bit & 1) != 0; k++) {
            power[k] = skep_montgomery_multiply(m, power[k], base[k]);
        }
    }
    return all_pass(m, power, n_bases, s);
}

bool skep_is_prime_sieved(uint64_t n)
{
    int s = __builtin_ctzll(n - 1);
    uint64_t d = (n - 1) >> s;
    struct skep_montgomery m;

    skep_montgomery_init(&m, n);
    if (!passes_two(&m, d, s)) {
        return false;
    }
    if (n < FEW_BASES_LIMIT) {
        return passes(&m, d, s, few_bases, N_FEW_BASES);
    }
    return passes(&m, d, s, all_bases, MOST_BASES);
}

bool skep_is_prime(uint64_t n)
{
    if (n % 2 == 0 || n == 1) {
        return n == 2;
    }
    for (size_t i = 0; i < sizeof small_primes / sizeof small_primes[0]; i++) {
        if (n * small_primes[i].inverse <= small_primes[i].limit) {
            return n == small_primes[i].p;
        }
    }
    return n < (uint64_t)LARGEST_TRIED * LARGEST_TRIED || skep_is_prime_sieved(n);
}
