/* SPDX-License-Identifier: MIT */
/* Three ways, the cheapest of which is taken:
 *
 *     test     each number of a short interval alone (prime_test.h)
 *     filter   the sieve strikes out the multiples of primes below 65536, the numbers left are tested alone
 *     strike   the larger primes up to the root of HI strike out their multiples too; they come from a second
 *              sieve, segment by segment, and are never all in memory. Their multiples lie far apart, so this
 *              works on chunks of many segments.
 *
 * Below 2^32 filter and strike are the same, and neither tests or strikes anything. */
#include "kernel/numbers/prime_range.h"

#include <math.h>
#include <string.h>

#include "kernel/cpu.h"
#include "kernel/numbers/prime_bits.h"
#include "kernel/numbers/prime_sieve.h"
#include "kernel/numbers/prime_test.h"

enum {
    CHUNK = 16 << 20,          /* bytes that the large primes work on: 5 10^8 numbers */
    STRIKES_AT_ONCE = 1 << 18, /* between two looks at stop: some milliseconds */
    TESTS_AT_ONCE = 2048
};

#define SIEVE_LIMIT                                                                                          \
    ((uint64_t)SKEP_SIEVE_BASE * SKEP_SIEVE_BASE) /* the sieve alone finds primes below this */

enum range_way { RANGE_TEST, RANGE_FILTER, RANGE_STRIKE };

struct range {
    struct skep_call *call;
    uint64_t lo, hi;
    uint64_t root;       /* no prime above is needed */
    uint64_t first, end; /* bytes */
    int64_t chunk;       /* bytes at once */
    struct skep_sieve sieve;
    struct skep_sieve large; /* finds the primes from SKEP_SIEVE_BASE on */
    uint8_t *bits;
    uint8_t *large_bits;
    int64_t n_strikes; /* since the last look at stop */
    uint64_t count;
};

/* ---- the choice ---- */

static uint64_t root_of(uint64_t n)
{
    uint64_t root = (uint64_t)sqrt((double)n);

    while (root > UINT32_MAX || root * root > n) {
        root--;
    }
    while (root < UINT32_MAX && (root + 1) * (root + 1) <= n) {
        root++;
    }
    return root;
}

/* Seconds that the sieve takes: to be made ready, and for the interval. */
static double sieve_seconds(double length)
{
    return 2e-4 + length * 3.5e-10;
}

static enum range_way range_choose(uint64_t lo, uint64_t hi, double *seconds_out)
{
    double length = (double)(hi - lo);
    double root = sqrt((double)hi);
    double n_chunks = ceil(length / ((double)CHUNK * SKEP_SIEVE_WHEEL));
    double test = length * 0.4 * 1e-7;
    double filter = sieve_seconds(length) + (hi > SIEVE_LIMIT ? length * 3.2e-8 : 0.0);
    double strike = sieve_seconds(length) + 1e-4;

    if (hi > SIEVE_LIMIT) {
        /* From 65536 on: n_chunks times the second sieve and a start for each prime, and strikes. */
        strike += n_chunks * root * 9e-10 + length * 0.7e-9 * log(log(root) / log(SKEP_SIEVE_BASE));
    }
    *seconds_out = fmin(test, fmin(filter, strike));
    return test <= filter && test <= strike ? RANGE_TEST : filter < strike ? RANGE_FILTER : RANGE_STRIKE;
}

/* The bytes that are sieved at once. */
static int64_t range_chunk(uint64_t lo, uint64_t hi, enum range_way way)
{
    uint64_t n_bytes = (hi - 1) / SKEP_SIEVE_WHEEL - lo / SKEP_SIEVE_WHEEL + 1;
    int64_t most = way == RANGE_STRIKE && hi > SIEVE_LIMIT ? CHUNK : SKEP_SIEVE_SEGMENT;

    if (n_bytes >= (uint64_t)most) {
        return most;
    }
    return (int64_t)(n_bytes + SKEP_SIEVE_ROUND - 1) / SKEP_SIEVE_ROUND * SKEP_SIEVE_ROUND;
}

void skep_prime_range_cost(uint64_t lo, uint64_t hi, struct skep_cost *cost_out)
{
    enum range_way way;

    *cost_out = (struct skep_cost){0};
    if (lo >= hi) {
        return;
    }
    way = range_choose(lo, hi, &cost_out->seconds);
    if (way == RANGE_TEST) {
        return;
    }
    cost_out->bytes = skep_sieve_bytes() + (double)range_chunk(lo, hi, way);
    if (way == RANGE_STRIKE && hi > SIEVE_LIMIT) {
        cost_out->bytes += skep_sieve_bytes() + SKEP_SIEVE_SEGMENT;
    }
}

/* ---- the ways ---- */

static skep_status range_test(struct range *range)
{
    for (uint64_t n = range->lo | 1; n < range->hi && n >= range->lo; n += 2) {
        if (n % (2 * TESTS_AT_ONCE) == 1 && skep_call_is_stopped(range->call)) {
            return SKEP_STOPPED;
        }
        range->count += skep_is_prime(n);
    }
    return SKEP_OK;
}

/* Clear the bits of numbers outside of [lo, hi) at the ends of the SIZE bytes from byte AT on. */
static void range_trim(const struct range *range, uint64_t at, int64_t size)
{
    for (int j = 0; j < SKEP_SIEVE_SPOKES; j++) {
        uint8_t keep = (uint8_t) ~(1u << j);
        if (at == range->first && range->lo - at * SKEP_SIEVE_WHEEL > skep_sieve_spokes[j]) {
            range->bits[0] &= keep;
        }
        if (at + (uint64_t)size == range->end &&
            range->hi - (range->end - 1) * SKEP_SIEVE_WHEEL <= skep_sieve_spokes[j]) {
            range->bits[size - 1] &= keep;
        }
    }
}

/* Strike the multiples of P from the SIZE bytes of byte AT on. */
static inline void range_strike_one(struct range *range, uint64_t p, uint64_t at, uint64_t size)
{
    const uint8_t *keep = skep_sieve_masks(p);
    uint64_t offsets[SKEP_SIEVE_SPOKES];

    skep_sieve_offsets(p, at, offsets);
    for (int j = 0; j < SKEP_SIEVE_SPOKES; j++) {
        for (uint64_t i = offsets[j]; i < size; i += p) {
            range->bits[i] &= keep[j];
        }
    }
    range->n_strikes += 16 + (int64_t)(SKEP_SIEVE_SPOKES * size / p);
}

/* Strike the multiples of the primes in SIZE bytes of the second sieve, those of byte FROM. */
static skep_status range_strike_segment(struct range *range, uint64_t from, int64_t n, uint64_t at,
                                        int64_t size)
{
    for (int64_t i = 0; i < n; i++) {
        for (unsigned bits = range->large_bits[i]; bits != 0; bits &= bits - 1) {
            uint64_t p = (from + (uint64_t)i) * SKEP_SIEVE_WHEEL + skep_sieve_spokes[__builtin_ctz(bits)];
            if (p > SKEP_SIEVE_BASE && p <= range->root) {
                range_strike_one(range, p, at, (uint64_t)size);
            }
        }
        if (range->n_strikes > STRIKES_AT_ONCE) {
            range->n_strikes = 0;
            if (skep_call_is_stopped(range->call)) {
                return SKEP_STOPPED;
            }
        }
    }
    return SKEP_OK;
}

static skep_status range_strike(struct range *range, uint64_t at, int64_t size)
{
    uint64_t end = range->root / SKEP_SIEVE_WHEEL + 1;
    skep_status st = SKEP_OK;

    skep_sieve_seek(&range->large, SKEP_SIEVE_BASE / SKEP_SIEVE_WHEEL);
    while (st == SKEP_OK && range->large.at < end) {
        uint64_t from = range->large.at;
        int64_t n = end - from < SKEP_SIEVE_SEGMENT ? (int64_t)(end - from) : SKEP_SIEVE_SEGMENT;

        if (skep_call_is_stopped(range->call)) {
            return SKEP_STOPPED;
        }
        skep_sieve_next(&range->large, range->large_bits, n);
        st = range_strike_segment(range, from, n, at, size);
    }
    return st;
}

/* Test the numbers that the sieve left. */
static skep_status range_filter(struct range *range, uint64_t at, int64_t size)
{
    for (int64_t i = 0; i < size; i++) {
        if (i % (TESTS_AT_ONCE / SKEP_SIEVE_SPOKES) == 0 && skep_call_is_stopped(range->call)) {
            return SKEP_STOPPED;
        }
        for (unsigned bits = range->bits[i]; bits != 0; bits &= bits - 1) {
            range->count += skep_is_prime_sieved((at + (uint64_t)i) * SKEP_SIEVE_WHEEL +
                                                 skep_sieve_spokes[__builtin_ctz(bits)]);
        }
    }
    return SKEP_OK;
}

/* Sieve the SIZE bytes from byte AT on, and count. */
static skep_status range_chunk_count(struct range *range, enum range_way way, uint64_t at, int64_t size)
{
    skep_status st = SKEP_OK;

    for (int64_t i = 0; i < size; i += SKEP_SIEVE_SEGMENT) {
        if (skep_call_is_stopped(range->call)) {
            return SKEP_STOPPED;
        }
        skep_sieve_next(&range->sieve, range->bits + i,
                        size - i < SKEP_SIEVE_SEGMENT ? size - i : SKEP_SIEVE_SEGMENT);
    }
    range_trim(range, at, size);
    if (way == RANGE_FILTER && range->hi > SIEVE_LIMIT) {
        return range_filter(range, at, size);
    }
    if (range->hi > SIEVE_LIMIT) {
        st = range_strike(range, at, size);
    }
    range->count += (uint64_t)skep_count_bits_at(skep_cpu_level())(range->bits, size);
    return st;
}

static skep_status range_sieve(struct range *range, enum range_way way, struct skep_error *err)
{
    void *bits;
    void *large_bits = NULL;
    skep_status st = skep_sieve_init(range->call, &range->sieve, err);

    if (st == SKEP_OK) {
        st = skep_call_scratch(range->call, range->chunk, 1, &bits, err);
    }
    if (st == SKEP_OK && way == RANGE_STRIKE && range->hi > SIEVE_LIMIT) {
        st = skep_sieve_init(range->call, &range->large, err);
        if (st == SKEP_OK) {
            st = skep_call_scratch(range->call, SKEP_SIEVE_SEGMENT, 1, &large_bits, err);
        }
    }
    if (st != SKEP_OK) {
        return st;
    }
    range->bits = bits;
    range->large_bits = large_bits;
    skep_sieve_seek(&range->sieve, range->first);
    for (uint64_t at = range->first; st == SKEP_OK && at < range->end;) {
        uint64_t left = range->end - at;
        int64_t size = left < (uint64_t)range->chunk ? (int64_t)left : range->chunk;

        st = range_chunk_count(range, way, at, size);
        at += (uint64_t)size;
    }
    return st;
}

skep_status skep_prime_range_count(struct skep_call *call, uint64_t lo, uint64_t hi, uint64_t *count_out,
                                   struct skep_error *err)
{
    struct range range = {.call = call, .lo = lo, .hi = hi};
    enum range_way way;
    double seconds;
    skep_status st;

    *count_out = 0;
    if (lo >= hi) {
        return SKEP_OK;
    }
    way = range_choose(lo, hi, &seconds);
    range.root = root_of(hi - 1);
    range.first = lo / SKEP_SIEVE_WHEEL;
    range.end = (hi - 1) / SKEP_SIEVE_WHEEL + 1;
    range.chunk = range_chunk(lo, hi, way);
    st = way == RANGE_TEST ? range_test(&range) : range_sieve(&range, way, err);
    *count_out = range.count;
    return st;
}
