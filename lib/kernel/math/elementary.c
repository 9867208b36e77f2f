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
#define TWO_PI      0x1.921fb54442d18p+2
#define SIN_LIMIT   0x1.9p+20 /* below 2^20 pi/2: the number of quarter turns has 20 bits */

/* Adding and taking away this rounds to an integer. */
#define ROUNDER 0x1.8p+52

/* a + b rounded, and in *LOST what the rounding lost, to the bit (Knuth's two-sum). */
static inline double add_exactly(double a, double b, double *lost)
{
    double sum = a + b;
    double b_seen = sum - a;

    *lost = (a - (sum - b_seen)) + (b - b_seen);
    return sum;
}

/* sin(hi + lo) for |hi| <= pi/4 + 2^-20 and |lo| below an ulp of hi. */
static inline double sin_small(double hi, double lo)
{
    double z = hi * hi;
    double p = 1.0 / 355687428096000.0; /* 1/17! */

    p = p * z - 1.0 / 1307674368000.0; /* 1/15! */
    p = p * z + 1.0 / 6227020800.0;
    p = p * z - 1.0 / 39916800.0;
    p = p * z + 1.0 / 362880.0;
    p = p * z - 1.0 / 5040.0;
    p = p * z + 1.0 / 120.0;
    p = p * z - 1.0 / 6.0;
    return hi + (lo * (1.0 - 0.5 * z) + hi * (z * p));
}

/* cos(hi + lo), the same. 1 - z/2 is rounded once; what the rounding lost is put back with the small terms.
 */
static inline double cos_small(double hi, double lo)
{
    double z = hi * hi;
    double half = 0.5 * z;
    double head = 1.0 - half;
    double lost = (1.0 - head) - half;
    double p = -1.0 / 6402373705728000.0; /* 1/18! */

    p = p * z + 1.0 / 20922789888000.0; /* 1/16! */
    p = p * z - 1.0 / 87178291200.0;
    p = p * z + 1.0 / 479001600.0;
    p = p * z - 1.0 / 3628800.0;
    p = p * z + 1.0 / 40320.0;
    p = p * z - 1.0 / 720.0;
    p = p * z + 1.0 / 24.0;
    return head + (lost + (z * (z * p) - hi * lo));
}

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

/* log 2 in two parts: 33 bits, so that its product with an exponent is exact, and the rest. */
#define LN2_HI 0x1.62e42fefp-1
#define LN2_LO 0x1.473de6af278edp-34

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
    if (x >= 0x1.6a09e667f3bcdp+0) {
        x *= 0.5;
        *exponent += 1;
    }
    return x;
}

double skep_ln(double x)
{
    /* 2/23, 2/21, ... 2/3: the series of log((1+s)/(1-s)) - 2s over s^3, in z = s^2 <= 0.0295. */
    static const double coefficients[] = {2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13,
                                          2.0 / 11, 2.0 / 9,  2.0 / 7,  2.0 / 5,  2.0 / 3};
    int exponent;
    double f;
    double s;
    double z;
    double half;
    double p = 0.0;

    if (!(x > 0.0) || x > DBL_MAX) {
        return x == 0.0 ? -HUGE_VAL : x < 0.0 ? NAN : x;
    }
    f = log_split(x, &exponent) - 1.0; /* exact */
    s = f / (2.0 + f);
    z = s * s;
    for (int i = 0; i < (int)(sizeof coefficients / sizeof coefficients[0]); i++) {
        p = p * z + coefficients[i];
    }
    /* log(1+f) = 2s + s z p, and 2s = f - s f: with half = f^2/2 this is f - (half - s (half + z p)), where
     * the large term f is exact (the form of K. C. Ng in fdlibm's e_log.c). */
    half = 0.5 * f * f;
    return exponent * LN2_HI - ((half - (s * (half + z * p) + exponent * LN2_LO)) - f);
}
