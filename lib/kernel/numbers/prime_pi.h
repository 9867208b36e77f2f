/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_NUMBERS_PRIME_PI_H
#define SKEP_KERNEL_NUMBERS_PRIME_PI_H

#include <stdint.h>

#include "kernel/kernel.h"

/* The number of primes up to N without going through them: time grows as N^(3/4), memory as its root. */

#define SKEP_PRIME_PI_MOST ((uint64_t)1 << 50)

/* Bytes of the arena and seconds on one core. */
void skep_prime_pi_cost(uint64_t n, struct skep_cost *cost_out);

/* N from 3 to SKEP_PRIME_PI_MOST. SKEP_STOPPED when CALL's stop was set, which is looked at every few
 * milliseconds. */
SKEP_MUST_USE skep_status skep_prime_pi(struct skep_call *call, uint64_t n, uint64_t *count_out,
                                        struct skep_error *err);

#endif
