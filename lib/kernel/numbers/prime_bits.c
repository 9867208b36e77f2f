/* SPDX-License-Identifier: MIT */
#include "kernel/numbers/prime_bits.h"

#include <string.h>

int64_t skep_count_bits_plain(const uint8_t *bytes, int64_t n)
{
    int64_t count = 0;

    for (; n >= 8; n -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        count += __builtin_popcountll(word);
    }
    for (; n > 0; n--, bytes++) {
        count += __builtin_popcount(*bytes);
    }
    return count;
}

skep_count_bits skep_count_bits_at(enum skep_cpu_level level)
{
#if defined(__x86_64__)
    if (level >= SKEP_CPU_AVX2) {
        return skep_count_bits_avx2;
    }
#endif
    (void)level;
    return skep_count_bits_plain;
}
