/* SPDX-License-Identifier: MIT */
/* How many primes there are in [lo, hi). 0 and 1 are not prime; an interval without numbers has none.
 *
 * Method: the interval is gone through by a sieve (prime_range.h), or, where that is less work, the primes up
 * to both ends are counted without being found (prime_pi.h). The numbers below the sieve's first are tried.
 */
#include "kernel/kernel.h"

#include <math.h>

#include "kernel/numbers/prime_pi.h"
#include "kernel/numbers/prime_range.h"
#include "kernel/numbers/prime_sieve.h"
#include "kernel/numbers/prime_test.h"

enum { ARG_LO, ARG_HI };

#define COUNT_TRIED_BELOW ((uint64_t)SKEP_SIEVE_FIRST_BYTE * SKEP_SIEVE_WHEEL)

static const struct skep_arg_spec prime_count_args[] = {
    {.name = "lo", .kind = SKEP_ARG_U64, .is_required = true, .help = "The first number of the interval."},
    {.name = "hi", .kind = SKEP_ARG_U64, .is_required = true, .help = "One more than the last."},
    {0},
};

/* Whether to count up to both ends. COST_OUT is that of the way to take. */
static bool count_choose(uint64_t lo, uint64_t hi, struct skep_cost *cost_out)
{
    struct skep_cost up_to_hi = {0};
    struct skep_cost up_to_lo = {0};

    skep_prime_range_cost(lo < COUNT_TRIED_BELOW ? COUNT_TRIED_BELOW : lo, hi, cost_out);
    cost_out->seconds += 1e-6;
    if (hi > SKEP_PRIME_PI_MOST || hi <= COUNT_TRIED_BELOW || lo >= hi) {
        return false;
    }
    skep_prime_pi_cost(hi - 1, &up_to_hi);
    if (lo > COUNT_TRIED_BELOW) {
        skep_prime_pi_cost(lo - 1, &up_to_lo);
    }
    if (up_to_hi.seconds + up_to_lo.seconds >= cost_out->seconds) {
        return false;
    }
    *cost_out = (struct skep_cost){.bytes = up_to_hi.bytes + up_to_lo.bytes,
                                   .seconds = 1e-6 + up_to_hi.seconds + up_to_lo.seconds};
    return true;
}

static skep_status count_up_to_both(struct skep_call *call, uint64_t lo, uint64_t hi, uint64_t *count_out,
                                    struct skep_error *err)
{
    uint64_t before = 0;
    skep_status st = skep_prime_pi(call, hi - 1, count_out, err);

    if (st == SKEP_OK && lo > COUNT_TRIED_BELOW) {
        st = skep_prime_pi(call, lo - 1, &before, err);
    } else {
        for (uint64_t n = 0; n < lo; n++) {
            before += skep_is_prime(n);
        }
    }
    *count_out -= before;
    return st;
}

static skep_status prime_count_run(struct skep_call *call, struct skep_value *value_out,
                                   struct skep_error *err)
{
    uint64_t lo = call->args[ARG_LO].u64;
    uint64_t hi = call->args[ARG_HI].u64;
    struct skep_cost cost;
    uint64_t count = 0;
    skep_status st;

    if (skep_call_is_stopped(call)) {
        return SKEP_STOPPED;
    }
    if (count_choose(lo, hi, &cost)) {
        st = count_up_to_both(call, lo, hi, &count, err);
    } else {
        st = skep_prime_range_count(call, lo < COUNT_TRIED_BELOW ? COUNT_TRIED_BELOW : lo, hi, &count, err);
        for (uint64_t n = lo; n < hi && n < COUNT_TRIED_BELOW; n++) {
            count += skep_is_prime(n);
        }
    }
    *value_out = (struct skep_value){.kind = SKEP_VALUE_U64, .u64 = count};
    return st;
}

static bool is_prime_plain(uint64_t n)
{
    if (n < 4) {
        return n >= 2;
    }
    if (n % 2 == 0) {
        return false;
    }
    for (uint64_t d = 3; d <= n / d; d += 2) {
        if (n % d == 0) {
            return false;
        }
    }
    return true;
}

static skep_status prime_count_reference(struct skep_call *call, struct skep_value *value_out,
                                         struct skep_error *err)
{
    uint64_t count = 0;

    (void)err;
    for (uint64_t n = call->args[ARG_LO].u64; n < call->args[ARG_HI].u64; n++) {
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        count += is_prime_plain(n);
    }
    *value_out = (struct skep_value){.kind = SKEP_VALUE_U64, .u64 = count};
    return SKEP_OK;
}

static void prime_count_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    uint64_t lo = call->args[ARG_LO].u64;
    uint64_t hi = call->args[ARG_HI].u64;

    count_choose(lo, hi, cost_out);
    if (call->is_reference) { /* half of the root in divisions for a prime, few for others */
        double root = sqrt((double)hi);
        double length = lo < hi ? (double)(hi - lo) : 0.0;
        *cost_out = (struct skep_cost){.seconds = 1e-6 + length * (2e-8 + root * 2e-9 / log(2.0 + root))};
    }
}

static const char *const prime_count_description[] = {
    "The number of primes p with lo <= p < hi, for hi up to 2^64 - 1. 0 and 1 are not prime; an interval "
    "without "
    "numbers has no primes.",
    "Method, the least work of: the test of kernel prime for each odd number of a short interval; a sieve of "
    "Eratosthenes on a wheel of 30, one bit for each number that 2, 3 and 5 do not divide, in segments that "
    "fit "
    "the caches, where near 2^64 short intervals are sieved with small primes only and what is left is "
    "tested; "
    "and, for hi up to 2^50, counting up to both ends by Legendre's recursion with Meissel's correction, "
    "which "
    "finds no primes. The reference divides each number by all odd ones up to its root.",
    NULL,
};

const struct skep_kernel skep_kernel_prime_count = {
    .name = "prime_count",
    .version = 1,
    .summary = "Number of primes in an interval",
    .description = prime_count_description,
    .args = prime_count_args,
    .value_text = "u8",
    .performance =
        "to 10^9 0.8 ms, to 10^12 75 ms, to 10^14 2 s and 85 MB, growing as hi^(3/4) and its root; an "
        "interval that is gone through: 0.3 ns a number below 10^9, 1 ns at 10^12 (0.4 to 18 MB), 32 ns for "
        "short ones next to 2^64; one core of an Intel Xeon (Sapphire Rapids class)",
    .example = "{\"kernel\":\"prime_count\",\"args\":{\"lo\":0,\"hi\":1000000000}}",
    .run = prime_count_run,
    .reference = prime_count_reference,
    .cost = prime_count_cost,
    .value = skep_value_u8,
};
