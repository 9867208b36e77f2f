/* SPDX-License-Identifier: MIT */
/* The processor counts the bits of a word in one instruction, but not on the plain level. */
#include "kernel/numbers/prime_bits.h"

#if defined(__x86_64__)

#include <string.h>

__attribute__((target("popcnt"))) int64_t skep_count_bits_avx2(const uint8_t *bytes, int64_t n)
{
    int64_t count = 0;

    for (; n >= 8; n -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        count += __builtin_popcountll(word);
    }
    return count + skep_count_bits_plain(bytes, n);
}

#endif
