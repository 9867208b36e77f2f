/* SPDX-License-Identifier: MIT */
#include "sweep/bits.h"

#include <string.h>

/* 64 bits from bit 64 * K on, the first the lowest. */
static uint64_t bits_word(const unsigned char *bits, int64_t k)
{
    uint64_t word;

    memcpy(&word, bits + 8 * k, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

int64_t skep_bits_next(const unsigned char *bits, int64_t n, int64_t from, bool value)
{
    const uint64_t flip = value ? 0 : UINT64_MAX;
    uint64_t mask = UINT64_MAX << (from & 63);

    if (from >= n) {
        return n;
    }
    for (int64_t k = from >> 6; k << 6 < n; k++) {
        uint64_t word = (bits_word(bits, k) ^ flip) & mask;
        if (word != 0) {
            int64_t at = (k << 6) + __builtin_ctzll(word);
            return at < n ? at : n;
        }
        mask = UINT64_MAX;
    }
    return n;
}

int64_t skep_bits_count(const unsigned char *bits, int64_t n)
{
    int64_t count = 0;

    for (int64_t k = 0; k < n >> 6; k++) {
        count += __builtin_popcountll(bits_word(bits, k));
    }
    if (n & 63) {
        count += __builtin_popcountll(bits_word(bits, n >> 6) & (UINT64_MAX >> (64 - (n & 63))));
    }
    return count;
}
