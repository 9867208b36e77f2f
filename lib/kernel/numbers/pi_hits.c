/* SPDX-License-Identifier: MIT */
#include "kernel/numbers/pi_hits.h"

#include "kernel/math/philox_blocks.h"

enum { BLOCKS_AT_ONCE = 64 };

int64_t skep_pi_hits_plain(const uint64_t key[2], const uint64_t counter[4], int64_t n)
{
    uint64_t c[SKEP_PHILOX_WORDS] = {counter[0], counter[1], counter[2], counter[3]};
    double doubles[BLOCKS_AT_ONCE * SKEP_PHILOX_WORDS];
    int64_t hits = 0;

    while (n > 0) {
        int64_t m = n < BLOCKS_AT_ONCE ? n : BLOCKS_AT_ONCE;

        skep_philox_blocks_plain.doubles(key, c, m, doubles);
        for (int64_t i = 0; i < m * SKEP_PHILOX_WORDS; i += 2) {
            hits += doubles[i] * doubles[i] + doubles[i + 1] * doubles[i + 1] <= 1.0;
        }
        c[0] += (uint64_t)m;
        n -= m;
    }
    return hits;
}

skep_pi_hits skep_pi_hits_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return skep_pi_hits_avx2;
    case SKEP_CPU_AVX512:
        return skep_pi_hits_avx512;
#endif
    default:
        return skep_pi_hits_plain;
    }
}
