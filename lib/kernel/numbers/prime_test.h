/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_NUMBERS_PRIME_TEST_H
#define SKEP_KERNEL_NUMBERS_PRIME_TEST_H

#include <stdbool.h>
#include <stdint.h>

/* Whether N is prime: certain for every N, at most about a microsecond. */
bool skep_is_prime(uint64_t n);

/* The same for an N that is odd, above 61 and below 2^32, or odd and above 2^32, and needs no look at small
 * divisors: what a sieve leaves. */
bool skep_is_prime_sieved(uint64_t n);

#endif
