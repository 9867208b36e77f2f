/* SPDX-License-Identifier: MIT */
/* Legendre's recursion phi(x, a) = phi(x, a-1) - phi(x / p_a, a-1), for all x = n / k at once: the sieve of
 * Eratosthenes where only counts are kept, those of the numbers up to i that are left for every odd i up to
 * the root of n (small), and up to n / k for every number k that is left itself (large). "Left", here called
 * rough, are the odd numbers that no prime so far divides. Primes above the fourth root of n take away
 * products of two primes only, which are counted at the end without a sieve (E. Meissel, 1870). All divisions
 * are of numbers below 2^53 and exact in doubles, which is faster than in integers. */
#include "kernel/numbers/prime_pi.h"

#include <math.h>

enum { PI_POLL = 1 << 17 };

struct prime_pi {
    struct skep_call *call;
    uint64_t n, root;
    int64_t n_rough;
    uint64_t n_primes;  /* odd ones, sieved with so far */
    uint32_t *small;    /* [i]: rough numbers above 1 up to 2 i + 1, and sieved primes */
    uint32_t *rough;    /* ascending, from 1 on */
    int64_t *large;     /* [k]: rough numbers above 1 up to n / rough[k], and sieved primes */
    uint8_t *is_struck; /* [i]: 2 i + 1 is not rough */
    int64_t n_since_poll;
};

/* The index of the largest odd number up to X. */
static inline uint64_t half(uint64_t x)
{
    return (x - 1) / 2;
}

static inline uint64_t divide(uint64_t a, uint64_t b)
{
    return (uint64_t)(int64_t)((double)(int64_t)a / (double)(int64_t)b);
}

static bool pi_is_stopped(struct prime_pi *pi, int64_t n)
{
    pi->n_since_poll += n;
    if (pi->n_since_poll < PI_POLL) {
        return false;
    }
    pi->n_since_poll = 0;
    return skep_call_is_stopped(pi->call);
}

static uint64_t root_of(uint64_t n)
{
    uint64_t root = (uint64_t)sqrt((double)n);

    while (root * root > n) {
        root--;
    }
    while ((root + 1) * (root + 1) <= n) {
        root++;
    }
    return root;
}

void skep_prime_pi_cost(uint64_t n, struct skep_cost *cost_out)
{
    double root = sqrt((double)n);

    /* small, rough, large and is_struck for (root + 1) / 2 numbers each, and the arena's rounding */
    cost_out->bytes = (root + 2.0) / 2.0 * (4 + 4 + 8 + 1) + 4 * 64;
    cost_out->seconds = 1e-6 + 1.4e-9 * pow((double)n, 0.75) / fmax(1.0, log((double)n) - 10.0);
}

static skep_status pi_open(struct prime_pi *pi, struct skep_error *err)
{
    int64_t count = (int64_t)((pi->root + 1) / 2);
    void *room[4];
    static const size_t sizes[4] = {sizeof(uint32_t), sizeof(uint32_t), sizeof(int64_t), sizeof(uint8_t)};

    for (int i = 0; i < 4; i++) {
        skep_status st = skep_call_scratch(pi->call, count, sizes[i], &room[i], err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    pi->small = room[0];
    pi->rough = room[1];
    pi->large = room[2];
    pi->is_struck = room[3];
    pi->n_rough = count;
    for (int64_t i = 0; i < count; i++) {
        if (pi_is_stopped(pi, 1)) {
            return SKEP_STOPPED;
        }
        pi->small[i] = (uint32_t)i;
        pi->rough[i] = (uint32_t)(2 * i + 1);
        pi->large[i] = (int64_t)half(divide(pi->n, (uint64_t)(2 * i + 1)));
        pi->is_struck[i] = 0;
    }
    return SKEP_OK;
}

/* Take the multiples of P out of the large counts and the list of rough numbers. */
static bool pi_sieve_large(struct prime_pi *pi, uint64_t p)
{
    int64_t n_left = 0;

    for (int64_t k = 0; k < pi->n_rough; k++) {
        uint64_t i = pi->rough[k];
        uint64_t d = i * p;

        if (pi_is_stopped(pi, 1)) {
            return false;
        }
        if (pi->is_struck[i / 2]) {
            continue;
        }
        pi->large[n_left] = pi->large[k] + (int64_t)pi->n_primes -
                            (d <= pi->root ? pi->large[pi->small[d / 2] - pi->n_primes]
                                           : (int64_t)pi->small[half(divide(pi->n, d))]);
        pi->rough[n_left++] = (uint32_t)i;
    }
    pi->n_rough = n_left;
    return true;
}

/* And out of the small counts: from the end, so that those of the quotients are still the old ones. */
static bool pi_sieve_small(struct prime_pi *pi, uint64_t p)
{
    uint64_t i = half(pi->root) + 1;

    for (uint64_t j = (pi->root / p - 1) | 1; j >= p; j -= 2) {
        uint32_t count = (uint32_t)(pi->small[j / 2] - pi->n_primes);
        uint64_t start = j * p / 2;

        if (pi_is_stopped(pi, (int64_t)p)) {
            return false;
        }
        while (i > start) {
            pi->small[--i] -= count;
        }
    }
    return true;
}

static bool pi_sieve(struct prime_pi *pi)
{
    for (uint64_t p = 3; p * p <= pi->root; p += 2) {
        if (pi->is_struck[p / 2]) {
            continue;
        }
        pi->is_struck[p / 2] = 1;
        for (uint64_t i = p * p; i <= pi->root; i += 2 * p) {
            pi->is_struck[i / 2] = 1;
        }
        if (!pi_sieve_large(pi, p) || !pi_sieve_small(pi, p)) {
            return false;
        }
        pi->n_primes++;
    }
    return true;
}

/* All rough numbers above 1 are primes q now, and what is too much in large[0] are products of two of them.
 */
static bool pi_take_pairs(struct prime_pi *pi)
{
    int64_t n_primes = (int64_t)pi->n_primes;
    int64_t total = pi->large[0] + (pi->n_rough + 2 * (n_primes - 1)) * (pi->n_rough - 1) / 2;

    for (int64_t k = 1; k < pi->n_rough; k++) {
        total -= pi->large[k];
    }
    for (int64_t l = 1; l < pi->n_rough; l++) {
        uint64_t q = pi->rough[l];
        uint64_t m = pi->n / q;
        int64_t end = (int64_t)pi->small[half(m / q)] - n_primes;
        int64_t sum = 0;

        if (end < l + 1) {
            break;
        }
        for (int64_t k = l + 1; k <= end; k++) {
            sum += pi->small[half(divide(m, pi->rough[k]))];
            if (pi_is_stopped(pi, 1)) {
                return false;
            }
        }
        total += sum - (end - l) * (n_primes + l - 1);
    }
    pi->large[0] = total;
    return true;
}

skep_status skep_prime_pi(struct skep_call *call, uint64_t n, uint64_t *count_out, struct skep_error *err)
{
    struct prime_pi pi = {.call = call, .n = n, .root = root_of(n)};
    skep_status st = pi_open(&pi, err);

    if (st == SKEP_OK && (!pi_sieve(&pi) || !pi_take_pairs(&pi))) {
        st = SKEP_STOPPED;
    }
    if (st == SKEP_OK) {
        *count_out = (uint64_t)pi.large[0] + 1; /* 2 */
    }
    return st;
}
