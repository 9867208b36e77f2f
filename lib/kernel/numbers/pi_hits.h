/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_NUMBERS_PI_HITS_H
#define SKEP_KERNEL_NUMBERS_PI_HITS_H

#include <stdint.h>

#include "kernel/cpu.h"

/* The innermost loop of pi_mc, once for each level of vector instructions. All of them count the same.
 *
 * How many of the 2 N pairs of doubles (x, y) of the N blocks from COUNTER on have x*x + y*y <= 1, both
 * products and their sum rounded, as NumPy computes it. The counter as for skep_philox_blocks. */
typedef int64_t (*skep_pi_hits)(const uint64_t key[2], const uint64_t counter[4], int64_t n);

int64_t skep_pi_hits_plain(const uint64_t key[2], const uint64_t counter[4], int64_t n);
#if defined(__x86_64__)
int64_t skep_pi_hits_avx2(const uint64_t key[2], const uint64_t counter[4], int64_t n);
int64_t skep_pi_hits_avx512(const uint64_t key[2], const uint64_t counter[4], int64_t n);
#endif

/* That of LEVEL; the plain one where this architecture has no others. */
skep_pi_hits skep_pi_hits_at(enum skep_cpu_level level);

#endif
