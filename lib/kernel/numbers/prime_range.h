/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_NUMBERS_PRIME_RANGE_H
#define SKEP_KERNEL_NUMBERS_PRIME_RANGE_H

#include <stdint.h>

#include "kernel/kernel.h"

/* Ways to count the primes of an interval [LO, HI), LO at least 120, by going through it. Memory of CALL's
 * arena; SKEP_STOPPED when its stop was set, which is looked at every few milliseconds. */

/* What is there to pay, before it starts: bytes of the arena, and seconds on one core. */
void skep_prime_range_cost(uint64_t lo, uint64_t hi, struct skep_cost *cost_out);

SKEP_MUST_USE skep_status skep_prime_range_count(struct skep_call *call, uint64_t lo, uint64_t hi,
                                                 uint64_t *count_out, struct skep_error *err);

#endif
