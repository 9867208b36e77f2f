/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_KERNEL_BOX_DATA_H
#define SKEP_TESTS_UNIT_KERNEL_BOX_DATA_H

#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/box/sweep.h"

/* Series that make counting in boxes err if anything can. */
enum box_data_kind {
    BOX_DATA_UNIFORM,
    BOX_DATA_OSCILLATOR,
    BOX_DATA_HEAVY,     /* tails over many orders of magnitude */
    BOX_DATA_CONSTANT,  /* all values equal, zeros of both signs */
    BOX_DATA_QUANTISED, /* multiples of 1/4: distances equal the radius all the time */
    BOX_DATA_DECIMAL,   /* multiples of 0.1, where rounding decides about ties */
    BOX_DATA_DENORMAL,
    BOX_DATA_HUGE,    /* differences overflow */
    BOX_DATA_SPECIAL, /* NaN, infinities, zeros of both signs, denormals, the largest double */
    BOX_DATA_SPARSE,  /* uniform with a NaN or an infinity now and then */
    BOX_DATA_KINDS
};

static inline double box_data_value(enum box_data_kind kind, int64_t i, uint64_t *chance)
{
    static const double special[] = {NAN,      -NAN, HUGE_VAL, -HUGE_VAL, 0.0,      -0.0,
                                     -0.5,     0.5,  0.25,     1.0,       0x1p1023, -0x1.fffffffffffffp+1023,
                                     0x1p-1074};

    switch (kind) {
    case BOX_DATA_OSCILLATOR:
        return sin(0.05 * (double)i) + 0.01 * test_chance_f8(chance);
    case BOX_DATA_HEAVY:
        return ldexp(test_chance_f8(chance) - 0.5, (int)(test_chance(chance) % 200) - 100);
    case BOX_DATA_CONSTANT:
        return test_chance(chance) % 2 == 0 ? 0.0 : -0.0;
    case BOX_DATA_QUANTISED:
        return (double)(test_chance(chance) % 9) * 0.25;
    case BOX_DATA_DECIMAL:
        return (double)(test_chance(chance) % 20) * 0.1;
    case BOX_DATA_DENORMAL:
        return (double)(int64_t)(test_chance(chance) % 41 - 20) * 0x1p-1074;
    case BOX_DATA_HUGE:
        return (test_chance_f8(chance) - 0.5) * 0x1.8p+1023 * 2.0;
    case BOX_DATA_SPECIAL:
        return special[test_chance(chance) % (sizeof special / sizeof special[0])];
    case BOX_DATA_SPARSE:
        if (test_chance(chance) % 16 == 0) {
            return special[test_chance(chance) % 4];
        }
        return test_chance_f8(chance);
    default:
        return test_chance_f8(chance);
    }
}

static inline double box_data_radius(enum box_data_kind kind, uint64_t *chance)
{
    static const double radii[] = {0.25,     0.5, 1.0,       0.3,       0.1,   0.2,      0.0, -1.0,
                                   HUGE_VAL, NAN, 0x1p-1074, 0x5p-1074, 1e300, 0x1p1023, 1e9};

    if (kind <= BOX_DATA_HEAVY && test_chance(chance) % 4 != 0) {
        return test_chance_f8(chance);
    }
    return radii[test_chance(chance) % (sizeof radii / sizeof radii[0])];
}

#endif
