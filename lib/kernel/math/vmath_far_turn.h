/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_VMATH_FAR_TURN_H
#define SKEP_KERNEL_MATH_VMATH_FAR_TURN_H

#include <stdint.h>

/* size = n pi/16 + r + low modulo 2 pi, |r| <= pi/32. */
struct skep_far_turn {
    uint64_t n; /* 0 to 31, or 32 for 0 */
    double r;
    double low;
};

/* For a finite SIZE >= 2^20, however large: the product with 1/(2 pi) is taken with as many bits of that as
 * matter, and r + low is right to about 2^-64 of itself. */
struct skep_far_turn skep_far_turn(double size);

#endif
