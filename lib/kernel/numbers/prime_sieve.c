/* SPDX-License-Identifier: MIT */
/* With p = 30 P + s and a cofactor q = 30 a + r, both prime to 30, the multiple p q lies in byte
 *
 *     p q / 30 = p a + P r + (s r) / 30          (divisions rounded down)
 *
 * on the spoke (s r) mod 30. So for each of the eight r the multiples hit one and the same bit, p bytes
 * apart: eight plain loops for each prime (the wheel of P. Pritchard, "Fast compact prime number sieves",
 * 1983, unrolled by cofactor). The primes up to 113 are not struck out one by one: patterns of the bits that
 * two to four of them leave repeat after as many bytes as their product, and are laid over the segment. */
#include "kernel/numbers/prime_sieve.h"

#include <string.h>

enum {
    PATTERN_COUNT = 12,
    PATTERN_PRIMES = 4,
    PATTERN_PAD = SKEP_SIEVE_ROUND,
    FIRST_SIEVED = 127,
    LAST_PATTERN_PRIME = 113
};

const uint8_t skep_sieve_spokes[SKEP_SIEVE_SPOKES] = {1, 7, 11, 13, 17, 19, 23, 29};

static const uint8_t pattern_primes[PATTERN_COUNT][PATTERN_PRIMES] = {
    {7, 11, 13, 17}, {19, 23, 29}, {31, 37}, {41, 43},  {47, 53},   {59, 61},
    {67, 71},        {73, 79},     {83, 89}, {97, 101}, {103, 107}, {109, 113},
};

/* ---- the wheel ---- */

/* Which spoke the numbers of a residue modulo 30 lie on. */
static const uint8_t spoke_of[SKEP_SIEVE_WHEEL] = {
    [1] = 0, [7] = 1, [11] = 2, [13] = 3, [17] = 4, [19] = 5, [23] = 6, [29] = 7,
};

/* KEEP(s, r): all bits but that of the spoke of s r. */
#define SPOKE(x)                                                                                             \
    ((x) == 1    ? 0                                                                                         \
     : (x) == 7  ? 1                                                                                         \
     : (x) == 11 ? 2                                                                                         \
     : (x) == 13 ? 3                                                                                         \
     : (x) == 17 ? 4                                                                                         \
     : (x) == 19 ? 5                                                                                         \
     : (x) == 23 ? 6                                                                                         \
                 : 7)
#define KEEP(s, r) (uint8_t)(0xff ^ (1 << SPOKE((s) * (r) % 30)))
#define KEEP_ROW(s)                                                                                          \
    {                                                                                                        \
        KEEP(s, 1), KEEP(s, 7), KEEP(s, 11), KEEP(s, 13), KEEP(s, 17), KEEP(s, 19), KEEP(s, 23), KEEP(s, 29) \
    }
static const uint8_t masks[SKEP_SIEVE_SPOKES][SKEP_SIEVE_SPOKES] = {
    KEEP_ROW(1),  KEEP_ROW(7),  KEEP_ROW(11), KEEP_ROW(13),
    KEEP_ROW(17), KEEP_ROW(19), KEEP_ROW(23), KEEP_ROW(29),
};

const uint8_t *skep_sieve_masks(uint64_t p)
{
    return masks[spoke_of[p % SKEP_SIEVE_WHEEL]];
}

void skep_sieve_offsets(uint64_t p, uint64_t at, uint64_t offsets_out[SKEP_SIEVE_SPOKES])
{
    uint64_t turn = p / SKEP_SIEVE_WHEEL;
    uint64_t spoke = p % SKEP_SIEVE_WHEEL;

    if (p * p / SKEP_SIEVE_WHEEL >= at) { /* the smallest cofactor is p */
        for (int j = 0; j < SKEP_SIEVE_SPOKES; j++) {
            uint64_t r = skep_sieve_spokes[j];
            uint64_t a = turn + (r < spoke);
            offsets_out[j] = p * a + turn * r + spoke * r / SKEP_SIEVE_WHEEL - at;
        }
    } else {
        uint64_t begun = at % p; /* bytes since the multiple by 30 a, a = at / p */
        for (int j = 0; j < SKEP_SIEVE_SPOKES; j++) {
            uint64_t r = skep_sieve_spokes[j];
            uint64_t byte = turn * r + spoke * r / SKEP_SIEVE_WHEEL;
            offsets_out[j] = byte >= begun ? byte - begun : byte + p - begun;
        }
    }
}

/* ---- patterns ---- */

static int64_t pattern_length(int k)
{
    int64_t length = 1;

    for (int i = 0; i < PATTERN_PRIMES && pattern_primes[k][i] != 0; i++) {
        length *= pattern_primes[k][i];
    }
    return length;
}

/* Where pattern K starts. Behind each is room to read on past its end: it starts again there. */
static int64_t pattern_start(int k)
{
    int64_t start = 0;

    for (int i = 0; i < k; i++) {
        start += pattern_length(i) + PATTERN_PAD;
    }
    return start;
}

static void patterns_make(uint8_t *patterns)
{
    for (int k = 0; k < PATTERN_COUNT; k++) {
        uint8_t *pattern = patterns + pattern_start(k);
        int64_t length = pattern_length(k);

        memset(pattern, 0xff, (size_t)length);
        for (int i = 0; i < PATTERN_PRIMES && pattern_primes[k][i] != 0; i++) {
            int64_t p = pattern_primes[k][i];
            for (int j = 0; j < SKEP_SIEVE_SPOKES; j++) {
                for (int64_t b = p * skep_sieve_spokes[j] / SKEP_SIEVE_WHEEL; b < length; b += p) {
                    pattern[b] &= skep_sieve_masks((uint64_t)p)[j];
                }
            }
        }
        for (int i = 0; i < PATTERN_PAD; i++) {
            pattern[length + i] = pattern[i];
        }
    }
}

typedef uint64_t pattern_vector __attribute__((vector_size(16)));

/* OUT &= PATTERN, PATTERN_PAD bytes. */
static inline void pattern_lay(const uint8_t *pattern, uint8_t *out)
{
    for (int i = 0; i < PATTERN_PAD; i += (int)sizeof(pattern_vector)) {
        pattern_vector a, b;

        memcpy(&a, pattern + i, sizeof a);
        memcpy(&b, out + i, sizeof b);
        a &= b;
        memcpy(out + i, &a, sizeof a);
    }
}

/* The segment of byte AT with the multiples of the small primes struck out. */
static void patterns_lay(const uint8_t *patterns, uint64_t at, uint8_t *segment, int64_t size)
{
    for (int k = 0; k < PATTERN_COUNT; k++) {
        const uint8_t *pattern = patterns + pattern_start(k);
        int64_t length = pattern_length(k);
        int64_t here = (int64_t)(at % (uint64_t)length);

        for (int64_t i = 0; i < size; i += PATTERN_PAD) {
            if (k == 0) {
                memcpy(segment + i, pattern + here, PATTERN_PAD);
            } else {
                pattern_lay(pattern + here, segment + i);
            }
            here += PATTERN_PAD;
            here -= here >= length ? length : 0;
        }
    }
}

/* ---- the sieve ---- */

enum { PRIME_COUNT = 6542 - 30 }; /* the primes below 65536 without the first thirty, which end with 113 */

double skep_sieve_bytes(void)
{
    return PRIME_COUNT * sizeof(struct skep_sieve_prime) + (double)pattern_start(PATTERN_COUNT);
}

skep_status skep_sieve_init(struct skep_call *call, struct skep_sieve *sieve, struct skep_error *err)
{
    uint8_t is_composite[SKEP_SIEVE_BASE / 2] = {0}; /* of the odd numbers 2 i + 1 */
    void *primes;
    void *patterns;
    skep_status st = skep_call_scratch(call, PRIME_COUNT, sizeof(struct skep_sieve_prime), &primes, err);

    if (st == SKEP_OK) {
        st = skep_call_scratch(call, pattern_start(PATTERN_COUNT), 1, &patterns, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    *sieve = (struct skep_sieve){.primes = primes, .patterns = patterns};
    patterns_make(sieve->patterns);
    for (uint32_t p = 3; p < SKEP_SIEVE_BASE; p += 2) {
        if (is_composite[p / 2]) {
            continue;
        }
        for (uint32_t q = p * p / 2; p < SKEP_SIEVE_BASE >> 8 && q < SKEP_SIEVE_BASE / 2; q += p) {
            is_composite[q] = 1;
        }
        if (p > LAST_PATTERN_PRIME) {
            sieve->primes[sieve->n_primes++] =
                (struct skep_sieve_prime){.p = p, .wheel = spoke_of[p % SKEP_SIEVE_WHEEL]};
        }
    }
    return SKEP_OK;
}

void skep_sieve_seek(struct skep_sieve *sieve, uint64_t at)
{
    sieve->at = at;
    sieve->n_active = 0;
}

/* Let in the primes whose squares lie before byte END. */
static void sieve_activate(struct skep_sieve *sieve, uint64_t end)
{
    while (sieve->n_active < sieve->n_primes) {
        struct skep_sieve_prime *prime = &sieve->primes[sieve->n_active];
        uint64_t offsets[SKEP_SIEVE_SPOKES];

        if ((uint64_t)prime->p * prime->p / SKEP_SIEVE_WHEEL >= end) {
            return;
        }
        skep_sieve_offsets(prime->p, sieve->at, offsets);
        for (int j = 0; j < SKEP_SIEVE_SPOKES; j++) {
            prime->next[j] = (uint32_t)offsets[j];
        }
        sieve->n_active++;
    }
}

void skep_sieve_next(struct skep_sieve *sieve, uint8_t *segment, int64_t size)
{
    sieve_activate(sieve, sieve->at + (uint64_t)size);
    patterns_lay(sieve->patterns, sieve->at, segment, size);
    for (int k = 0; k < sieve->n_active; k++) {
        struct skep_sieve_prime *prime = &sieve->primes[k];
        const uint8_t *keep = masks[prime->wheel];
        uint64_t p = prime->p;

        for (int j = 0; j < SKEP_SIEVE_SPOKES; j++) {
            uint64_t i = prime->next[j];
            for (; i < (uint64_t)size; i += p) {
                segment[i] &= keep[j];
            }
            prime->next[j] = (uint32_t)(i - (uint64_t)size);
        }
    }
    sieve->at += (uint64_t)size;
}
