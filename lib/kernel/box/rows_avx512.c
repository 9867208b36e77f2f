/* SPDX-License-Identifier: MIT */
#include "kernel/box/rows.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2")))
#define CODE   skep_box_rows_code_avx512

enum { LANES = 32 };
typedef uint16_t vector16 __attribute__((vector_size(2 * LANES)));

TARGET static inline __attribute__((always_inline)) uint64_t bits_of(vector16 comparison)
{
    return _mm512_movepi16_mask((__m512i)comparison);
}

#include "kernel/box/rows.inc"

#endif
