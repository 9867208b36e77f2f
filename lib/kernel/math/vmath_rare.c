/* SPDX-License-Identifier: MIT */
/* Special values are those of C99, Annex F. The rest goes through the functions on one lane, with the
 * argument or the value scaled by a power of 2. */
#include "kernel/math/vmath_rare.h"

#include <float.h>
#include <math.h>

#include "kernel/math/vmath_constants.h"
#include "kernel/math/vmath_far_turn.h"
#include "kernel/math/vmath_lanes_plain.h"

#include "kernel/math/vmath_lanes.inc"
#include "kernel/math/vmath_exp.inc"
#include "kernel/math/vmath_log.inc"
#include "kernel/math/vmath_turn.inc"
#include "kernel/math/vmath_arc.inc"
#include "kernel/math/vmath_pow.inc"

/* ---- e^x ---- */

/* e^(x + low) 2^power for |x| < 746, rounded once or, below the normal numbers, twice. */
static double rare_scaled_exp(double x, double low, int power)
{
    struct vl_exp e = vl_exp_split(x, -low);
    int64_t away = x > 0.0 ? 512 : -512; /* brings a wrapped exponent field back */
    double scale = vf_from(vf_bits(e.scale) - ((uint64_t)away << 52));

    return ldexp(fma(scale, e.r + e.small, scale), (int)away + power);
}

double skep_vmath_rare_exp(double x)
{
    if (isnan(x)) {
        return x + x;
    }
    if (fabs(x) > 745.2) {
        return x > 0.0 ? HUGE_VAL : 0.0;
    }
    return rare_scaled_exp(x, 0.0, 0);
}

double skep_vmath_rare_expm1(double x)
{
    return x < 0.0 ? -1.0 : skep_vmath_rare_exp(x);
}

double skep_vmath_rare_cosh(double x)
{
    if (isnan(x)) {
        return x + x;
    }
    return fabs(x) > 711.0 ? HUGE_VAL : rare_scaled_exp(fabs(x), 0.0, -1);
}

double skep_vmath_rare_sinh(double x)
{
    return isnan(x) ? x + x : copysign(skep_vmath_rare_cosh(x), x);
}

double skep_vmath_rare_tanh(double x)
{
    return x + x; /* of NaN alone */
}

/* ---- logarithms ---- */

/* Of zero, of negative numbers, infinity and NaN. */
static double rare_log_special(double x)
{
    if (x == 0.0) {
        return -HUGE_VAL;
    }
    return x < 0.0 ? (double)NAN : x + x;
}

static bool rare_is_small(double x)
{
    return x > 0.0 && x < DBL_MIN;
}

double skep_vmath_rare_log(double x)
{
    return rare_is_small(x) ? vl_log_shifted(x * 0x1p54, 54.0) : rare_log_special(x);
}

double skep_vmath_rare_log2(double x)
{
    return rare_is_small(x) ? vl_log2_shifted(x * 0x1p54, 54.0) : rare_log_special(x);
}

double skep_vmath_rare_log10(double x)
{
    return rare_is_small(x) ? vl_log10_shifted(x * 0x1p54, 54.0) : rare_log_special(x);
}

double skep_vmath_rare_log1p(double x)
{
    if (x >= 0x1p1000 && x <= DBL_MAX) {
        return vl_log_shifted(x, 0.0);
    }
    return rare_log_special(x == -1.0 ? 0.0 : x);
}

/* ---- turns ---- */

static struct vl_turn rare_turn(double x)
{
    struct skep_far_turn far = skep_far_turn(fabs(x));

    return (struct vl_turn){far.n, far.r, far.low};
}

static double rare_turn_special(double x)
{
    return isnan(x) ? x + x : (double)NAN;
}

double skep_vmath_rare_sin(double x)
{
    return isfinite(x) ? vl_sin_of(rare_turn(x), x) : rare_turn_special(x);
}

double skep_vmath_rare_cos(double x)
{
    return isfinite(x) ? vl_cos_of(rare_turn(x)) : rare_turn_special(x);
}

double skep_vmath_rare_tan(double x)
{
    return isfinite(x) ? vl_tan_of(rare_turn(x), x) : rare_turn_special(x);
}

/* ---- inverse functions ---- */

double skep_vmath_rare_arcsin(double x)
{
    return isnan(x) ? x + x : (double)NAN;
}

double skep_vmath_rare_arccos(double x)
{
    return isnan(x) ? x + x : (double)NAN;
}

double skep_vmath_rare_arctan(double x)
{
    return isnan(x) ? x + x : copysign(VM_PIO2, x);
}

/* The angle in [0, pi] of (up, x): one is 0, infinite or far larger than the other, or both are very large or
 * very small. */
static double rare_angle(double up, double x)
{
    double across = fabs(x);

    if (isinf(up) && isinf(across)) {
        return x > 0.0 ? 0.5 * VM_PIO2 : 1.5 * VM_PIO2;
    }
    if (up == 0.0 || isinf(across)) {
        return signbit(x) ? 2.0 * VM_PIO2 : 0.0;
    }
    if (across == 0.0 || isinf(up)) {
        return VM_PIO2;
    }
    if (ilogb(up) - ilogb(across) > 64) {
        return VM_PIO2; /* what x adds is below a quarter of an ulp */
    }
    if (ilogb(up) - ilogb(across) < -64) {
        return x < 0.0 ? 2.0 * VM_PIO2 : up / across;
    }
    x = ldexp(x, -ilogb(up)); /* exact: the quotient lies between 2^-65 and 2^65 */
    return vl_angle(ldexp(up, -ilogb(up)), x);
}

double skep_vmath_rare_arctan2(double y, double x)
{
    if (isnan(y) || isnan(x)) {
        return isnan(y) ? y + y : x + x;
    }
    return copysign(rare_angle(fabs(y), x), y);
}

/* ---- powers ---- */

static bool rare_is_integer(double y)
{
    return isfinite(y) && floor(y) == y;
}

/* Doubles of 2^53 or more are even. */
static bool rare_is_odd(double y)
{
    return rare_is_integer(y) && fabs(y) < 0x1p53 && fmod(y, 2.0) != 0.0;
}

/* SIZE^y for a positive finite SIZE and a finite y. */
static double rare_pow_finite(double size, double y)
{
    struct vl_pair power =
        size < DBL_MIN ? vl_pow_exponent(size * 0x1p54, 54.0, y) : vl_pow_exponent(size, 0.0, y);

    if (power.hi > 745.2) {
        return HUGE_VAL;
    }
    return power.hi < -745.2 ? 0.0 : rare_scaled_exp(power.hi, power.lo, 0);
}

/* SIZE^y for SIZE of 0 or infinity, or y infinite. */
static double rare_pow_infinite(double size, double y)
{
    if (size == 1.0) {
        return 1.0;
    }
    return (size > 1.0) == (y > 0.0) ? HUGE_VAL : 0.0;
}

double skep_vmath_rare_pow(double x, double y)
{
    double size = fabs(x);
    double value;

    if (y == 0.0 || x == 1.0) {
        return 1.0;
    }
    if (isnan(x) || isnan(y)) {
        return isnan(x) ? x + x : y + y;
    }
    if (x < 0.0 && isfinite(x) && isfinite(y) && !rare_is_integer(y)) {
        return (double)NAN;
    }
    value = size == 0.0 || isinf(size) || isinf(y) ? rare_pow_infinite(size, y) : rare_pow_finite(size, y);
    return signbit(x) && rare_is_odd(y) ? -value : value;
}
