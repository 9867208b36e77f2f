/* SPDX-License-Identifier: MIT */
#include "kernel/box/rows.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2")))
#define CODE   skep_box_rows_code_avx2

enum { LANES = 16 };
typedef uint16_t vector16 __attribute__((vector_size(2 * LANES)));

TARGET static inline __attribute__((always_inline)) uint64_t bits_of(vector16 comparison)
{
    return _pext_u32((uint32_t)_mm256_movemask_epi8((__m256i)comparison), 0x55555555);
}

#include "kernel/box/rows.inc"

#endif
