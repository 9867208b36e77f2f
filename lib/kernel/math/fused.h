/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_FUSED_H
#define SKEP_KERNEL_MATH_FUSED_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "kernel/math/twofold.h"

/* Fused multiply-add on machines without the instruction. The C library has one too, but it turns the
 * rounding mode to and fro: 100 ns and more, where this takes some 15. */

/* What the rounding of a b to PRODUCT lost, exactly, for sizes far from the ends of the range (T. J. Dekker,
 * 1971). */
static inline double skep_fused_lost(double a, double b, double product)
{
    double a_turned = a * 0x1.0000002p27;
    double b_turned = b * 0x1.0000002p27;
    double a_high = a_turned - (a_turned - a); /* 26 bits */
    double b_high = b_turned - (b_turned - b);
    double a_low = a - a_high;
    double b_low = b - b_high;

    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

/* a + b rounded to odd: where it is not exact, to that neighbour whose last bit is 1. */
static inline double skep_fused_odd_sum(double a, double b)
{
    double sum;
    double lost = skep_two_sum(a, b, &sum);
    uint64_t bits;

    memcpy(&bits, &sum, sizeof bits);
    if (lost != 0.0 && (bits & 1) == 0) {
        bits += (lost > 0.0) == (sum > 0.0) ? 1 : UINT64_MAX;
    }
    memcpy(&sum, &bits, sizeof sum);
    return sum;
}

/* fma(a, b, c). S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms
 * using rounding to odd" (2008); zeros and the ends of the range are left to the C library. */
static inline double skep_fused(double a, double b, double c)
{
    double product = a * b;
    double size = fabs(product);
    double sum, head;
    double lost, rest;

    if (!(size > 0x1p-900 && size < 0x1p900 && fabs(a) < 0x1p900 && fabs(b) < 0x1p900 && fabs(c) < 0x1p900)) {
        return fma(a, b, c);
    }
    lost = skep_two_sum(c, skep_fused_lost(a, b, product), &sum);
    rest = skep_two_sum(product, sum, &head);
    return head + skep_fused_odd_sum(lost, rest);
}

#endif
