/* SPDX-License-Identifier: MIT */
/* Each function reduces its argument to a short interval around 0 and sums the Taylor series there (for the
 * logarithm that of atanh), cut where the rest is far below half an ulp. Taylor's coefficients take one or
 * two terms more than fitted ones, and everybody can check them. The reductions follow W. J. Cody and W.
 * Waite, "Software Manual for the Elementary Functions" (1980): the constant is split into parts so short
 * that their products with a small integer are exact. */
#include "kernel/math/elementary.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* ---- sine and cosine ---- */

/* pi/2 in three parts: 33 bits, the next 33, and the rest rounded. */
#define PIO2_1      0x1.921fb544p+0
#define PIO2_2      0x1.0b4611a6p-34
#define PIO2_3      0x1.3198a2e037073p-69
#define TWO_OVER_PI 0x1.45f306dc9c883p-1
#define SIN_LIMIT   0x1.9p+20 /* below 2^20 pi/2: the number of quarter turns has 20 bits */

/* a + b rounded, and in *LOST what the rounding lost, to the bit (Knuth's two-sum). */
static inline double add_exactly(double a, double b, double *lost)
{
    double sum = a + b;
    double b_seen = sum - a;

    *lost = (a - (sum - b_seen)) + (b - b_seen);
    return sum;
}

#define REAL   double
#define SERIES static inline
#include "kernel/math/elementary_series.inc"

/* Sine after a reduction by QUARTERS quarter turns. Both series are summed: that costs less than a branch
 * that cannot be predicted. */
static inline double sin_of_quarter(int quarters, double hi, double lo)
{
    double sine = sin_small(hi, lo);
    double cosine = cos_small(hi, lo);
    double value = (quarters & 1) != 0 ? cosine : sine;

    return (quarters & 2) != 0 ? -value : value;
}

double skep_sin(double x)
{
    double quarters;
    double t;
    double hi;
    double lo;

    if (!(fabs(x) < SIN_LIMIT)) {
        return sin(x);
    }
    if (fabs(x) < 0x1p-27) {
        return x; /* x^3/6 is below half an ulp; keeps the sign of zero */
    }
    quarters = (x * TWO_OVER_PI + ROUNDER) - ROUNDER;
    t = x - quarters * PIO2_1; /* the product is exact, and so is the difference: the two are close */
    t = add_exactly(t, -(quarters * PIO2_2), &lo);
    hi = add_exactly(t, lo - quarters * PIO2_3, &lo);
    return sin_of_quarter((int)quarters, hi, lo);
}

void skep_sincos_turn(double turn, double *sine_out, double *cosine_out)
{
    double quarters = (turn * 4.0 + ROUNDER) - ROUNDER;
    double hi = (turn - quarters * 0.25) * TWO_PI; /* the difference is exact */

    *sine_out = sin_of_quarter((int)quarters, hi, 0.0);
    *cosine_out = sin_of_quarter((int)quarters + 1, hi, 0.0);
}

/* ---- logarithm ---- */

/* x = 2^*EXPONENT m with m in [sqrt(1/2), sqrt(2)), for finite x > 0. Returns m. */
static double log_split(double x, int *exponent)
{
    uint64_t bits;
    int shift = 0;

    if (x < DBL_MIN) {
        x *= 0x1p54;
        shift = -54;
    }
    memcpy(&bits, &x, sizeof bits);
    *exponent = (int)(bits >> 52) - 1023 + shift;
    bits = (bits & 0xfffffffffffff) | 0x3ff0000000000000;
    memcpy(&x, &bits, sizeof x);
    if (x >= SQRT_2) {
        x *= 0.5;
        *exponent += 1;
    }
    return x;
}

double skep_ln(double x)
{
    int exponent;

    if (!(x > 0.0) || x > DBL_MAX) {
        return x == 0.0 ? -HUGE_VAL : x < 0.0 ? NAN : x;
    }
    x = log_split(x, &exponent);
    return log_of_parts(x, (double)exponent);
}
