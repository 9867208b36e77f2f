/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_KERNEL_TE_DATA_H
#define SKEP_TESTS_UNIT_KERNEL_TE_DATA_H

#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/box/te_count.h"

/* Series that make the box kernels err if anything can: ties at every distance, and what is no number. */
enum te_data_kind {
    TE_DATA_SMOOTH,
    TE_DATA_QUANTISED, /* multiples of 1/4: distances equal the radius all the time */
    TE_DATA_DECIMAL,   /* multiples of 0.1, where rounding decides about ties */
    TE_DATA_SPECIAL,   /* NaN, infinities, zeros of both signs, denormals, the largest double */
    TE_DATA_KINDS
};

static inline double te_data_value(enum te_data_kind kind, uint64_t *chance)
{
    static const double special[] = {NAN,  HUGE_VAL, -HUGE_VAL, 0.0, -0.0,     0x1p-1074,
                                     -0.5, 0.5,      0.25,      1.0, 0x1p1023, -0x1.fffffffffffffp+1023};

    switch (kind) {
    case TE_DATA_QUANTISED:
        return (double)(test_chance(chance) % 9) * 0.25;
    case TE_DATA_DECIMAL:
        return (double)(test_chance(chance) % 20) * 0.1;
    case TE_DATA_SPECIAL:
        return special[test_chance(chance) % (sizeof special / sizeof special[0])];
    default:
        return test_chance_f8(chance);
    }
}

static inline double te_data_radius(enum te_data_kind kind, uint64_t *chance)
{
    static const double radii[] = {0.25, 0.5, 1.0, 0.3, 0.1, 0.2, 0.0, -1.0, HUGE_VAL, NAN, 0x1p-1074};

    if (kind == TE_DATA_SMOOTH) {
        return test_chance_f8(chance);
    }
    return radii[test_chance(chance) % (sizeof radii / sizeof radii[0])];
}

/* The counts as the contract says them, for point I. */
static inline void te_data_counts(const double *next, const double *past, const double *source, int64_t n,
                                  const double r[3], int64_t exclude, bool is_inclusive, int64_t i,
                                  int64_t counts[4])
{
    counts[0] = counts[1] = counts[2] = counts[3] = 0;
    for (int64_t j = 0; j < n; j++) {
        bool a, b, c;
        if ((j > i ? j - i : i - j) < exclude) {
            continue;
        }
        a = is_inclusive ? fabs(next[i] - next[j]) <= r[0] : fabs(next[i] - next[j]) < r[0];
        b = is_inclusive ? fabs(past[i] - past[j]) <= r[1] : fabs(past[i] - past[j]) < r[1];
        c = is_inclusive ? fabs(source[i] - source[j]) <= r[2] : fabs(source[i] - source[j]) < r[2];
        if (a && b && c) {
            counts[0]++;
        }
        if (b) {
            counts[1]++;
        }
        if (b && c) {
            counts[2]++;
        }
        if (a && b) {
            counts[3]++;
        }
    }
}

#endif
