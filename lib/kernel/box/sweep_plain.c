/* SPDX-License-Identifier: MIT */
/* Sweeps in plain C. */
#include "kernel/box/sweep.h"

#include <stdlib.h>
#include <string.h>

#define PRICE_NARROW 4e-7, 1.2e-11, 2.5e-10
#define PRICE_WIDE   1.1e-6, 4e-12, 5e-10
#define TARGET
#define LEVEL  skep_box_code_plain
#define INLINE TARGET static inline __attribute__((always_inline))

static inline uint64_t first_bits(uint32_t n)
{
    return n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
}

static inline int64_t count_bits(uint64_t bits)
{
    return __builtin_popcountll(bits);
}

enum { AXIS_TAKE = 1 };

static inline int64_t take_close(const double *sorted, double value, double radius, bool is_inclusive,
                                 uint32_t *lo, uint32_t p)
{
    double distance = *sorted - value;

    if (is_inclusive ? distance <= radius : distance < radius) {
        *lo = p;
        return 1;
    }
    return 0;
}

#define DEFINE_IN_RANGE(name, type)                                                                          \
    static inline uint64_t name(const type *values, type lo, type length)                                    \
    {                                                                                                        \
        uint64_t bits = 0;                                                                                   \
                                                                                                             \
        for (int i = 0; i < 64; i++) {                                                                       \
            bits |= (uint64_t)((type)(values[i] - lo) < length) << i;                                        \
        }                                                                                                    \
        return bits;                                                                                         \
    }

DEFINE_IN_RANGE(in_range8, uint8_t)
DEFINE_IN_RANGE(in_range16, uint16_t)
DEFINE_IN_RANGE(in_range32, uint32_t)

enum { VECTOR_BYTES = 16 };
typedef uint16_t vector16 __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef uint32_t vector32 __attribute__((vector_size(VECTOR_BYTES), may_alias));
#define MASK16 vector16
#define MASK32 vector32

/* A comparison gives lanes of 0 or all ones, which is -1. */
#define DEFINE_IS_IN(bits)                                                                                   \
    INLINE vector##bits is_in##bits(vector##bits last, vector##bits length, const uint##bits##_t *x)         \
    {                                                                                                        \
        vector##bits from;                                                                                   \
                                                                                                             \
        memcpy(&from, x, sizeof from);                                                                       \
        return (vector##bits)(last - from < length);                                                         \
    }                                                                                                        \
    INLINE vector##bits add_mask##bits(vector##bits count, vector##bits mask)                                \
    {                                                                                                        \
        return count - mask;                                                                                 \
    }

DEFINE_IS_IN(16)
DEFINE_IS_IN(32)

#include "kernel/box/sweep_both.inc"

const struct skep_box_code *skep_box_code_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return &skep_box_code_avx2;
    case SKEP_CPU_AVX512:
        return &skep_box_code_avx512;
#endif
    default:
        return &skep_box_code_plain;
    }
}
