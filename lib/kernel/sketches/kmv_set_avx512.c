/* SPDX-License-Identifier: MIT */
/* Eight hashes at a time; mostly none of them is below the limit. */
#include "kernel/sketches/kmv_set.h"

#if defined(__x86_64__)

#include <immintrin.h>

enum { LANES = 8 };

__attribute__((target("avx512f,popcnt"))) int64_t skep_kmv_sift_avx512(const uint64_t *hashes, int64_t n,
                                                                       uint64_t limit, uint64_t *out)
{
    __m512i most = _mm512_set1_epi64((long long)(SKEP_KMV_NOTHING - 1));
    __m512i limits = _mm512_set1_epi64((long long)limit);
    int64_t i = 0, n_out = 0;

    for (; i + LANES <= n; i += LANES) {
        __m512i value = _mm512_min_epu64(_mm512_srli_epi64(_mm512_loadu_si512(hashes + i), 1), most);
        __mmask8 below = _mm512_cmplt_epu64_mask(value, limits);
        if (below != 0) {
            _mm512_mask_compressstoreu_epi64(out + n_out, below, value);
            n_out += __builtin_popcount(below);
        }
    }
    return n_out + skep_kmv_sift_plain(hashes + i, n - i, limit, out + n_out);
}

#endif
