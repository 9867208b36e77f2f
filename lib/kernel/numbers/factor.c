/* SPDX-License-Identifier: MIT */
/* Small primes by division, then Pollard's rho (J. M. Pollard, "A Monte Carlo method for factorization",
 * 1975) as R. P. Brent improved it ("An improved Monte Carlo factorization algorithm", 1980): x <- x^2 + c
 * runs into a cycle modulo an unknown factor p after about sqrt(p) steps, long before it does modulo n, so
 * the greatest common divisor of n and a difference of two x shows p. Differences are multiplied up and
 * looked at in batches. Chance is in the numbers only: the same n always takes the same steps. */
#include "kernel/numbers/factor.h"

#include "kernel/numbers/montgomery.h"
#include "kernel/numbers/prime_test.h"

enum { TRIED_BELOW = 256, BATCH = 128, MOST_SPLITS = 64 };

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void factors_add(struct skep_factors *factors, uint64_t prime)
{
    int i = 0;

    while (i < factors->n && factors->prime[i] != prime) {
        i++;
    }
    if (i == factors->n) {
        factors->prime[factors->n++] = prime;
        factors->exponent[i] = 0;
    }
    factors->exponent[i]++;
}

struct rho {
    struct skep_montgomery m;
    uint64_t c;
};

static inline uint64_t rho_step(const struct rho *rho, uint64_t x)
{
    uint64_t square = skep_montgomery_multiply(&rho->m, x, x);

    return square >= rho->m.n - rho->c ? square - (rho->m.n - rho->c) : square + rho->c;
}

static inline uint64_t rho_distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* One step at a time from Y on, where a batch hid the factor: N itself when there is no telling. */
static uint64_t rho_walk(const struct rho *rho, uint64_t x, uint64_t y)
{
    uint64_t divisor = 1;

    while (divisor == 1) {
        y = rho_step(rho, y);
        divisor = greatest_common_divisor(rho->m.n, rho_distance(x, y));
    }
    return divisor;
}

/* A divisor of RHO's n above 1 in *DIVISOR_OUT, n itself if this c shows none. */
static skep_status rho_search(const struct skep_call *call, const struct rho *rho, uint64_t *divisor_out)
{
    uint64_t y = 2;
    uint64_t product = rho->m.one;

    for (int64_t length = 1;; length *= 2) {
        uint64_t x = y;

        for (int64_t k = 0; k < length; k++) { /* the cycle cannot be closed so early */
            y = rho_step(rho, y);
            if (k % 65536 == 0 && skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
        }
        for (int64_t k = 0; k < length; k += BATCH) {
            uint64_t start = y;

            if (skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
            for (int64_t i = 0; i < BATCH && i < length - k; i++) {
                y = rho_step(rho, y);
                product = skep_montgomery_multiply(&rho->m, product, rho_distance(x, y));
            }
            *divisor_out = greatest_common_divisor(rho->m.n, product);
            if (*divisor_out == rho->m.n) {
                *divisor_out = rho_walk(rho, x, start);
            }
            if (*divisor_out != 1) {
                return SKEP_OK;
            }
        }
    }
}

/* A divisor of N, which is odd and composite, other than 1 and N. */
static skep_status split(const struct skep_call *call, uint64_t n, uint64_t *divisor_out)
{
    struct rho rho;
    skep_status st = SKEP_OK;

    skep_montgomery_init(&rho.m, n);
    *divisor_out = n;
    for (rho.c = 1; st == SKEP_OK && *divisor_out == n; rho.c++) {
        st = rho_search(call, &rho, divisor_out);
    }
    return st;
}

skep_status skep_factor(const struct skep_call *call, uint64_t n, struct skep_factors *out)
{
    uint64_t pending[MOST_SPLITS];
    int n_pending = 0;

    out->n = 0;
    for (uint64_t p = 2; p < TRIED_BELOW && p * p <= n; p += 1 + p % 2) {
        for (; n % p == 0; n /= p) {
            factors_add(out, p);
        }
    }
    if (n > 1) {
        pending[n_pending++] = n;
    }
    while (n_pending > 0) {
        uint64_t part = pending[--n_pending];

        if (skep_is_prime(part)) {
            factors_add(out, part);
        } else {
            uint64_t divisor;
            skep_status st = split(call, part, &divisor);
            if (st != SKEP_OK) {
                return st;
            }
            pending[n_pending++] = divisor;
            pending[n_pending++] = part / divisor;
        }
    }
    return SKEP_OK;
}
