/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_MATH_TWOFOLD_H
#define SKEP_KERNEL_MATH_TWOFOLD_H

#include <math.h>
#include <stdbool.h>

/* A number as the sum of two doubles, and how wrong that may be: the true value lies within SLACK of hi + lo.
 * A slack that is no finite number says that nothing is known (an overflow, or not a number, on the way).
 *
 * With it a quick sum can prove that it is the correctly rounded one, or say that it cannot tell; then an
 * exact sum (exact.h) decides. T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product" (2005). */
struct skep_twofold {
    double hi, lo;
    double slack; /* never negative */
};

/* a + b = sum + the value returned, exactly (D. E. Knuth). */
static inline double skep_two_sum(double a, double b, double *sum_out)
{
    double sum = a + b;
    double b_part = sum - a;

    *sum_out = sum;
    return (a - (sum - b_part)) + (b - b_part);
}

/* Two additions are rounded, by at most 2^-53 of what they give; 2^-50 of the terms covers them, and the
 * rounding of the slack too. Where 2^-50 of a term is less than the least double the term is a denormal, and
 * sums of those are exact. */
static inline struct skep_twofold skep_twofold_add(struct skep_twofold a, struct skep_twofold b)
{
    double sum;
    double lost = skep_two_sum(a.hi, b.hi, &sum);
    struct skep_twofold total;

    if (a.hi == 0.0 && a.lo == 0.0 && a.slack == 0.0) {
        return b; /* may be exact, and stay so */
    }
    total.slack = (a.slack + b.slack) * (1.0 + 0x1p-50) + 0x1p-50 * (fabs(a.lo) + fabs(b.lo) + fabs(lost));
    total.lo = skep_two_sum(sum, a.lo + b.lo + lost, &total.hi);
    return total;
}

/* The quotient by a whole number up to 2^53. */
static inline struct skep_twofold skep_twofold_divide(struct skep_twofold a, double divisor)
{
    struct skep_twofold quotient;
    double hi = a.hi / divisor;
    double rest = fma(-hi, divisor, a.hi); /* exact unless it underflows */
    double lo = (rest + a.lo) / divisor;

    quotient.lo = skep_two_sum(hi, lo, &quotient.hi);
    quotient.slack = a.slack / divisor * (1.0 + 0x1p-50) + 0x1p-100 * fabs(hi) + 0x1p-50 * fabs(lo);
    if (a.hi != 0.0 && fabs(hi) < 0x1p-900) {
        quotient.slack = HUGE_VAL;
    }
    return quotient;
}

/* The square root. */
static inline struct skep_twofold skep_twofold_root(struct skep_twofold a)
{
    struct skep_twofold root = {0.0, 0.0, a.slack};
    double hi = sqrt(a.hi);
    double lo = (fma(-hi, hi, a.hi) + a.lo) / (2.0 * hi);

    if (a.hi == 0.0 && a.lo == 0.0 && a.slack == 0.0) {
        return root;
    }
    root.lo = skep_two_sum(hi, lo, &root.hi);
    root.slack = a.slack / hi + 0x1p-98 * hi;
    if (!(a.hi > 0x1p-900) || !(a.slack < 0x1p-40 * a.hi)) {
        root.slack = HUGE_VAL;
    }
    return root;
}

/* The one double that every number within the slack rounds to; false when there is no such. */
static inline bool skep_twofold_round(struct skep_twofold a, double *value_out)
{
    double value;
    double rest = skep_two_sum(a.hi, a.lo, &value);
    double slack = a.slack;

    if (slack != 0.0) {
        slack = 1.125 * slack + 0x1p-50 * fabs(rest); /* more than what rounding can take off REST +- SLACK */
    }
    *value_out = value + 0.0; /* +0, never -0 */
    return value + (rest - slack) == value && value + (rest + slack) == value;
}

#endif
