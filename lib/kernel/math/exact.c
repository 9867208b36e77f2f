/* SPDX-License-Identifier: MIT */
/* A fixed-point number wide enough for every sum of doubles and of products of two, in limbs of 64 bits that
 * carry weights of 32 bits each: an addition puts its parts into neighbouring limbs and leaves the carries
 * for later.
 *
 *     bit 0 is 2^-2176; the least denormal is bit 1102, the least product of two bit 28; the largest double
 *     ends at bit 3199, the largest product at bit 4223
 *
 *       limb i+1:   s s s s ... c c c c | h h h ...      upper half of a mantissa: up to 52 bits
 *       limb i:     s s s s ... c c c c | l l l ... l    lower half: 32 bits
 *
 * An addition moves a limb by less than 2^52, and after carries were passed on it lies below 2^32, so 1024
 * additions stay below 2^63. 2^63 products of the largest double need 4287 bits, 134 limbs of 32. */
#include "kernel/math/exact.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum {
    EXACT_MAX_PENDING = 1024,
    EXACT_POINT = 2176,              /* the bit that stands for 1 */
    EXACT_LEAST = EXACT_POINT - 1074 /* the least denormal */
};

__extension__ typedef unsigned __int128 exact_mantissa;

void skep_exact_init(struct skep_exact *sum)
{
    *sum = (struct skep_exact){.pending = 0};
}

/* ---- adding ---- */

/* Pass the carries on: every limb but the last ends in [0, 2^32), the last holds the sign. */
static void exact_carry(struct skep_exact *sum)
{
    int64_t carry = 0;

    for (int i = 0; i < SKEP_EXACT_LIMBS - 1; i++) {
        int64_t limb = sum->limbs[i] + carry;
        carry = limb >> 32; /* rounds down: gcc and clang shift the sign in */
        sum->limbs[i] = limb & 0xffffffff;
    }
    sum->limbs[SKEP_EXACT_LIMBS - 1] += carry;
    sum->pending = 0;
}

static void exact_count_addition(struct skep_exact *sum)
{
    if (++sum->pending == EXACT_MAX_PENDING) {
        exact_carry(sum);
    }
}

static void exact_add_special(struct skep_exact *sum, double x)
{
    if (isnan(x)) {
        sum->has_nan = true;
    } else if (x > 0) {
        sum->has_plus_inf = true;
    } else {
        sum->has_minus_inf = true;
    }
}

/* A finite double as SIGN (-1 or 0) and MANTISSA 2^(at - 2176). */
struct exact_parts {
    uint64_t mantissa;
    unsigned at;
    int64_t sign;
};

static inline bool exact_split(double x, struct exact_parts *parts_out)
{
    uint64_t bits;
    unsigned exponent;

    memcpy(&bits, &x, sizeof bits);
    exponent = (unsigned)(bits >> 52) & 0x7ff;
    parts_out->mantissa = bits & 0xfffffffffffff;
    parts_out->sign = (int64_t)bits >> 63;
    if (exponent == 0) {
        exponent = 1; /* denormal: the exponent of the smallest normal number, without its leading bit */
    } else {
        parts_out->mantissa |= (uint64_t)1 << 52;
    }
    parts_out->at = exponent - 1 + EXACT_LEAST;
    return exponent != 0x7ff;
}

/* Put the two halves of X into their limbs. */
static inline void exact_deposit(struct skep_exact *sum, double x)
{
    struct exact_parts p;
    unsigned shift;

    if (!exact_split(x, &p)) {
        exact_add_special(sum, x);
        return;
    }
    shift = p.at & 31;
    /* (v ^ sign) - sign negates where the number is negative. */
    sum->limbs[p.at >> 5] += ((int64_t)((p.mantissa << shift) & 0xffffffff) ^ p.sign) - p.sign;
    sum->limbs[(p.at >> 5) + 1] += ((int64_t)(p.mantissa >> (32 - shift)) ^ p.sign) - p.sign;
}

/* Put the pieces of MANTISSA, negated where SIGN is -1, into the limbs from bit AT on. */
static void exact_deposit_wide(struct skep_exact *sum, exact_mantissa mantissa, unsigned at, int64_t sign)
{
    unsigned i = at >> 5;
    uint64_t carry = 0;
    uint32_t pieces[4];

    for (int k = 0; k < 4; k++) {
        pieces[k] = (uint32_t)(mantissa >> (32 * k));
    }
    for (int k = 0; k < 4; k++) {
        uint64_t shifted = ((uint64_t)pieces[k] << (at & 31)) + carry;
        sum->limbs[i++] += ((int64_t)(shifted & 0xffffffff) ^ sign) - sign;
        carry = shifted >> 32;
    }
    sum->limbs[i] += ((int64_t)carry ^ sign) - sign;
}

void skep_exact_add(struct skep_exact *sum, double x)
{
    exact_deposit(sum, x);
    exact_count_addition(sum);
}

void skep_exact_add_run(struct skep_exact *sum, const double *x, int64_t stride, int64_t n)
{
    int64_t i = 0;

    while (i < n) {
        int64_t room = EXACT_MAX_PENDING - (int64_t)sum->pending;
        int64_t end = n - i < room ? n : i + room;

        sum->pending += (unsigned)(end - i);
        for (; i < end; i++) {
            exact_deposit(sum, x[i * stride]);
        }
        if (sum->pending == EXACT_MAX_PENDING) {
            exact_carry(sum);
        }
    }
}

void skep_exact_add_product(struct skep_exact *sum, double x, double y)
{
    struct exact_parts a, b;
    bool is_finite = exact_split(x, &a);

    if (!exact_split(y, &b) || !is_finite) {
        exact_add_special(sum, x * y);
        return;
    }
    exact_deposit_wide(sum, (exact_mantissa)a.mantissa * b.mantissa, a.at + b.at - EXACT_POINT,
                       a.sign ^ b.sign);
    exact_count_addition(sum);
}

void skep_exact_add_whole(struct skep_exact *sum, skep_wide x)
{
    exact_mantissa magnitude = x < 0 ? -(exact_mantissa)x : (exact_mantissa)x;

    exact_deposit_wide(sum, magnitude, EXACT_POINT, x < 0 ? -1 : 0);
    exact_count_addition(sum);
}

/* ---- reading ---- */

/* 64 bits of a carried, non-negative number from bit AT up. */
static uint64_t exact_bits(const int64_t *limbs, int at)
{
    int i = at >> 5;
    int shift = at & 31;
    uint64_t bits = (uint64_t)limbs[i] >> shift;

    if (i + 1 < SKEP_EXACT_LIMBS) {
        bits |= (uint64_t)limbs[i + 1] << (32 - shift);
    }
    if (i + 2 < SKEP_EXACT_LIMBS && shift > 0) {
        bits |= (uint64_t)limbs[i + 2] << (64 - shift);
    }
    return bits;
}

static bool exact_any_below(const int64_t *limbs, int at)
{
    for (int i = 0; i < at >> 5; i++) {
        if (limbs[i] != 0) {
            return true;
        }
    }
    return (limbs[at >> 5] & (((int64_t)1 << (at & 31)) - 1)) != 0;
}

/* The place of the highest bit that is set; -1 where there is none. */
static int exact_top(const int64_t *limbs)
{
    int i = SKEP_EXACT_LIMBS - 1;

    while (i > 0 && limbs[i] == 0) {
        i--;
    }
    return limbs[i] == 0 ? -1 : 32 * i + 63 - __builtin_clzll((unsigned long long)limbs[i]);
}

/* A carried, non-negative number as the nearest double. */
static double exact_round_magnitude(const int64_t *limbs)
{
    int top = exact_top(limbs);
    int last = top - 52 > EXACT_LEAST ? top - 52 : EXACT_LEAST; /* the bit that the mantissa ends with */
    uint64_t mantissa = exact_bits(limbs, last) & 0x1fffffffffffff;

    if ((exact_bits(limbs, last - 1) & 1) != 0 && ((mantissa & 1) != 0 || exact_any_below(limbs, last - 1))) {
        mantissa++;
    }
    return ldexp((double)mantissa, last - EXACT_POINT); /* exact, or too large */
}

/* Whether there were infinities or NaN, and what they make. */
static bool exact_is_special(const struct skep_exact *sum, double *value_out)
{
    if (sum->has_nan || (sum->has_plus_inf && sum->has_minus_inf)) {
        *value_out = NAN;
        return true;
    }
    *value_out = sum->has_plus_inf ? HUGE_VAL : -HUGE_VAL;
    return sum->has_plus_inf || sum->has_minus_inf;
}

/* Carries passed on, and the sign taken off: whether it was negative. */
static bool exact_magnitude(struct skep_exact *sum, struct skep_exact *magnitude_out)
{
    bool is_negative;

    exact_carry(sum);
    *magnitude_out = *sum;
    is_negative = sum->limbs[SKEP_EXACT_LIMBS - 1] < 0;
    if (is_negative) {
        for (int i = 0; i < SKEP_EXACT_LIMBS; i++) {
            magnitude_out->limbs[i] = -magnitude_out->limbs[i];
        }
        exact_carry(magnitude_out);
    }
    return is_negative;
}

double skep_exact_round(struct skep_exact *sum)
{
    return skep_exact_round_quotient(sum, 1);
}

/* Long division from the top. What remains stands for bits below bit 0: one set bit there says all that a
 * rounding a thousand bits higher wants to know. */
static void exact_divide(int64_t *limbs, uint64_t divisor)
{
    exact_mantissa rest = 0;

    for (int i = SKEP_EXACT_LIMBS - 1; i >= 0; i--) {
        rest = (rest << 32) | (uint64_t)limbs[i];
        limbs[i] = (int64_t)(rest / divisor);
        rest %= divisor;
    }
    limbs[0] |= rest != 0;
}

double skep_exact_round_quotient(struct skep_exact *sum, uint64_t divisor)
{
    struct skep_exact magnitude;
    bool is_negative;
    double value;

    assert(divisor != 0);
    if (exact_is_special(sum, &value)) {
        return value;
    }
    is_negative = exact_magnitude(sum, &magnitude);
    if (divisor != 1) {
        exact_divide(magnitude.limbs, divisor);
    }
    value = exact_round_magnitude(magnitude.limbs);
    return is_negative ? -value : value;
}

/* The sign of SQUARE - m^2, m being the middle between R >= 0 and the double above it. */
static int exact_compare_middle(const struct skep_exact *square, double r)
{
    struct skep_exact difference = *square;
    struct exact_parts p;

    exact_split(r, &p);
    p.mantissa = 2 * p.mantissa + 1;
    p.at -= 1;
    exact_deposit_wide(&difference, (exact_mantissa)p.mantissa * p.mantissa, 2 * p.at - EXACT_POINT, -1);
    exact_carry(&difference);
    if (difference.limbs[SKEP_EXACT_LIMBS - 1] < 0) {
        return -1;
    }
    return exact_top(difference.limbs) >= 0;
}

static bool exact_is_odd(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return (bits & 1) != 0;
}

/* A root of the leading 63 bits is right to an ulp or two; comparing exactly with the middles between
 * doubles says which one it is. */
double skep_exact_round_root(struct skep_exact *sum)
{
    struct skep_exact square;
    double root;
    int top, at;

    if (exact_is_special(sum, &root)) {
        return root;
    }
    if (exact_magnitude(sum, &square)) {
        return NAN;
    }
    top = exact_top(square.limbs);
    if (top < 0) {
        return 0.0;
    }
    at = top > 62 ? (top - 62) & ~1 : 0;
    root = ldexp(sqrt((double)exact_bits(square.limbs, at)), (at - EXACT_POINT) / 2);
    root = root > DBL_MAX ? DBL_MAX : root;
    for (;;) {
        int side = exact_compare_middle(&square, root);
        if (side < 0 || (side == 0 && !exact_is_odd(root))) {
            break;
        }
        root = nextafter(root, HUGE_VAL);
        if (root > DBL_MAX) {
            return root;
        }
    }
    while (root > 0.0) {
        double below = nextafter(root, 0.0);
        int side = exact_compare_middle(&square, below);
        if (side > 0 || (side == 0 && exact_is_odd(below))) {
            break;
        }
        root = below;
    }
    return root;
}
