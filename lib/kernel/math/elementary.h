/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_ELEMENTARY_H
#define SKEP_KERNEL_MATH_ELEMENTARY_H

/* Elementary functions whose bits are the same on every machine and with every compiler that follows
 * IEEE 754. Those of the C library are as exact, but it chooses among several builds of each by the
 * processor (with and without fused operations), and versions of it differ in the last bit: a sweep spread
 * over two kinds of node would not be one result. Only + - * / of doubles and moves of bits are used here. */

/* Natural logarithm, within 1 ulp. Zero: -inf. Negative: NaN. Infinity and NaN: themselves. */
double skep_ln(double x);

/* Sine of X radians, odd: skep_sin(-x) is -skep_sin(x) to the bit. Within 1 ulp (or 2^-99, where that is
 * larger: only next to a multiple of pi). From |X| = 2^20 pi/2, about 1.6 million, on it is the C library's
 * sin, and the promise above is the C library's. Infinity and NaN: NaN. */
double skep_sin(double x);

/* Sine and cosine of TURN times 2 pi for TURN in [0, 1) a multiple of 2^-53, within 2 ulp. */
void skep_sincos_turn(double turn, double *sine_out, double *cosine_out);

#endif
