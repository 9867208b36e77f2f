/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_KERNEL_MATH_EXPANSION_H
#define SKEP_TESTS_UNIT_KERNEL_MATH_EXPANSION_H

#include "support/test.h"

#include <math.h>
#include <stdint.h>

#include "unit/kernel/kernel_call.h"

/* Sums and inner products by another exact method than that of the library, and hard ones to try it on. */

/* The exact sum by J. R. Shewchuk's growing expansion, as Python's math.fsum has it: not overlapping parts
 * whose sum is exact, rounded once. Wants the sum within the range of doubles. */
static inline double expansion_sum(const double *x, int64_t n)
{
    double parts[64];
    int n_parts = 0;
    double high = 0.0, low = 0.0;

    for (int64_t i = 0; i < n; i++) {
        double carried = x[i];
        int kept = 0;
        for (int k = 0; k < n_parts; k++) {
            double a = fabs(carried) < fabs(parts[k]) ? parts[k] : carried;
            double b = fabs(carried) < fabs(parts[k]) ? carried : parts[k];
            double sum = a + b;
            double lost = b - (sum - a);
            if (lost != 0.0) {
                parts[kept++] = lost;
            }
            carried = sum;
        }
        n_parts = kept;
        parts[n_parts++] = carried;
        assert_true(n_parts < 64);
    }
    while (n_parts > 0) {
        double a = high;
        double b = parts[--n_parts];
        high = a + b;
        low = b - (high - a);
        if (low != 0.0) {
            break;
        }
    }
    /* A tie that the parts below break. */
    if (n_parts > 0 && ((low < 0.0 && parts[n_parts - 1] < 0.0) || (low > 0.0 && parts[n_parts - 1] > 0.0))) {
        double twice = low * 2.0;
        double sum = high + twice;
        if (twice == sum - high) {
            high = sum;
        }
    }
    return high;
}

enum { EXPANSION_MAX = 1000 };

/* The exact inner product, rounded once: each product as the two doubles that it is. */
static inline double expansion_dot(const double *x, const double *y, int64_t n)
{
    double parts[2 * EXPANSION_MAX];

    assert_true(n <= EXPANSION_MAX);
    for (int64_t i = 0; i < n; i++) {
        parts[2 * i] = x[i] * y[i];
        parts[2 * i + 1] = fma(x[i], y[i], -parts[2 * i]);
    }
    return expansion_sum(parts, 2 * n);
}

/* An inner product of condition about 2^BITS (T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product",
 * 2005, algorithm 6.1): the first half over a range of exponents, the second half so that it cancels more and
 * more of what is there. */
static inline void make_hard_dot(double *x, double *y, int64_t n, int bits, uint64_t *chance)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t half = n / 2;
        int exponent = i < half ? (int)(test_chance(chance) % (uint64_t)(bits / 2 + 1))
                                : (int)((n - 1 - i) * (bits / 2) / (n - half));

        exponent = i == 0 ? bits / 2 : exponent;
        x[i] = ldexp(2.0 * test_chance_f8(chance) - 1.0, exponent);
        y[i] = ldexp(2.0 * test_chance_f8(chance) - 1.0, exponent);
        if (i >= half && x[i] != 0.0) {
            y[i] = (y[i] - expansion_dot(x, y, i)) / x[i];
        }
    }
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t k = (int64_t)(test_chance(chance) % (uint64_t)(i + 1));
        double x_i = x[i], y_i = y[i];

        x[i] = x[k];
        y[i] = y[k];
        x[k] = x_i;
        y[k] = y_i;
    }
}

#endif
