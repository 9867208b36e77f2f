/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_NUMBERS_PRIME_BITS_H
#define SKEP_KERNEL_NUMBERS_PRIME_BITS_H

#include <stdint.h>

#include "kernel/cpu.h"

/* How many bits of N bytes are set, once for each level of instructions that matters. */
typedef int64_t (*skep_count_bits)(const uint8_t *bytes, int64_t n);

int64_t skep_count_bits_plain(const uint8_t *bytes, int64_t n);
#if defined(__x86_64__)
int64_t skep_count_bits_avx2(const uint8_t *bytes, int64_t n);
#endif

/* That of LEVEL. */
skep_count_bits skep_count_bits_at(enum skep_cpu_level level);

#endif
