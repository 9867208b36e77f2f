/* SPDX-License-Identifier: MIT */
#include "kernel/box/rows.h"

#include <stdlib.h>
#include <string.h>

#define TARGET
#define CODE skep_box_rows_code_plain

enum { LANES = 8 };
typedef uint16_t vector16 __attribute__((vector_size(2 * LANES)));

static inline uint64_t bits_of(vector16 comparison)
{
    uint64_t bits = 0;

    for (int i = 0; i < LANES; i++) {
        bits |= (uint64_t)(comparison[i] & 1) << i;
    }
    return bits;
}

#include "kernel/box/rows.inc"
