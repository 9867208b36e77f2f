/* SPDX-License-Identifier: MIT */
/* Eight hashes at a time are compared with their registers; after a while few of them raise one, and these go
 * one by one. */
#include "kernel/sketches/hll_registers.h"

#if defined(__x86_64__)

#include <immintrin.h>

enum { LANES = 8 };

__attribute__((target("avx512f,avx512dq,avx512vl,avx512cd"))) void
skep_hll_update_avx512(uint8_t *registers, int p, const uint64_t *hashes, int64_t n)
{
    __m512i end = _mm512_set1_epi64((long long)(UINT64_C(1) << (p - 1)));
    __m512i byte = _mm512_set1_epi64(3);
    __m512i low = _mm512_set1_epi64(0xff);
    int64_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        __m512i hash = _mm512_loadu_si512(hashes + i);
        __m512i index = _mm512_srli_epi64(hash, (unsigned)(64 - p));
        /* One less than the rank. */
        __m512i zeros = _mm512_lzcnt_epi64(_mm512_or_si512(_mm512_slli_epi64(hash, (unsigned)p), end));
        /* Registers come four at a time, from where the first of the four lies: nothing beyond the last is
         * read. */
        __m256i fours = _mm512_i64gather_epi32(_mm512_andnot_si512(byte, index), (const void *)registers, 1);
        __m512i shift = _mm512_slli_epi64(_mm512_and_si512(index, byte), 3);
        __m512i held = _mm512_and_si512(_mm512_srlv_epi64(_mm512_cvtepu32_epi64(fours), shift), low);

        unsigned raised = _mm512_cmpge_epi64_mask(zeros, held);

        for (; raised != 0; raised &= raised - 1) {
            skep_hll_update_one(registers, p, hashes[i + __builtin_ctz(raised)]);
        }
    }
    skep_hll_update_plain(registers, p, hashes + i, n - i);
}

#endif
