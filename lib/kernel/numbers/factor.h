/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_NUMBERS_FACTOR_H
#define SKEP_KERNEL_NUMBERS_FACTOR_H

#include <stdint.h>

#include "kernel/kernel.h"

/* A 64-bit number has at most 15 different prime factors. */
enum { SKEP_MOST_FACTORS = 15 };

struct skep_factors {
    int n;
    uint64_t prime[SKEP_MOST_FACTORS]; /* not in order */
    int exponent[SKEP_MOST_FACTORS];
};

/* The prime factors of N >= 1: none of 1. About a millisecond for the hardest 64-bit numbers. SKEP_STOPPED
 * when CALL's stop was set. */
SKEP_MUST_USE skep_status skep_factor(const struct skep_call *call, uint64_t n, struct skep_factors *out);

#endif
