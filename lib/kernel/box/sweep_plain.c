/* SPDX-License-Identifier: MIT */
/* Sweeps in plain C. */
#include "kernel/box/sweep.h"

#include <stdlib.h>

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
