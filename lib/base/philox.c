/* SPDX-License-Identifier: MIT */
/* A block of four words is ten rounds of two wide multiplications; the names of the constants and of the
 * halves follow section 4.2 of the paper named in philox.h. */
#include "base/philox.h"

#include <string.h>

void skep_philox_block(const uint64_t key[2], const uint64_t counter[SKEP_PHILOX_WORDS],
                       uint64_t words_out[SKEP_PHILOX_WORDS])
{
    uint64_t k0 = key[0];
    uint64_t k1 = key[1];
    uint64_t c[SKEP_PHILOX_WORDS];

    memcpy(c, counter, sizeof c);
    for (int round = 0; round < SKEP_PHILOX_ROUNDS; round++) {
        skep_philox_round(c, k0, k1);
        k0 += SKEP_PHILOX_W0;
        k1 += SKEP_PHILOX_W1;
    }
    memcpy(words_out, c, sizeof c);
}
