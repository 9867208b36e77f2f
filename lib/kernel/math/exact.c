/* SPDX-License-Identifier: MIT */
/* A fixed-point number wide enough for every sum of doubles, in limbs of 64 bits that carry weights of 32
 * bits each: an addition puts its two halves into two neighbouring limbs and leaves the carries for later.
 *
 *     bit 0 is 2^-1074, the least denormal; the largest double ends at bit 2097
 *
 *       limb i+1:   s s s s ... c c c c | h h h ...      upper half of a mantissa: up to 52 bits
 *       limb i:     s s s s ... c c c c | l l l ... l    lower half: 32 bits
 *
 * An addition moves a limb by less than 2^52, and after carries were passed on it lies below 2^32, so 1024
 * additions stay below 2^63. 2^63 additions of the largest double need 2161 bits, 68 limbs of 32 (2176). */
#include "kernel/math/exact.h"

#include <math.h>
#include <string.h>

enum { EXACT_MAX_PENDING = 1024 };

void skep_exact_init(struct skep_exact *sum)
{
    *sum = (struct skep_exact){.pending = 0};
}

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

/* Put the two halves of X into their limbs. */
static inline void exact_deposit(struct skep_exact *sum, double x)
{
    uint64_t bits;
    uint64_t mantissa;
    unsigned exponent;
    unsigned shift;
    int64_t sign;

    memcpy(&bits, &x, sizeof bits);
    exponent = (unsigned)(bits >> 52) & 0x7ff;
    mantissa = bits & 0xfffffffffffff;
    sign = (int64_t)bits >> 63; /* -1 or 0 */
    if (exponent == 0x7ff) {
        exact_add_special(sum, x);
        return;
    }
    if (exponent == 0) {
        exponent = 1; /* denormal: the exponent of the smallest normal number, without its leading bit */
    } else {
        mantissa |= (uint64_t)1 << 52;
    }
    shift = (exponent - 1) & 31;
    /* (v ^ sign) - sign negates where the number is negative. */
    sum->limbs[(exponent - 1) >> 5] += ((int64_t)((mantissa << shift) & 0xffffffff) ^ sign) - sign;
    sum->limbs[((exponent - 1) >> 5) + 1] += ((int64_t)(mantissa >> (32 - shift)) ^ sign) - sign;
}

void skep_exact_add(struct skep_exact *sum, double x)
{
    exact_deposit(sum, x);
    if (++sum->pending == EXACT_MAX_PENDING) {
        exact_carry(sum);
    }
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

/* The place of the highest bit that is set, or 52 when it lies lower: below, every number is exact. */
static int exact_top(const int64_t *limbs)
{
    int i = SKEP_EXACT_LIMBS - 1;
    int top;

    while (i > 0 && limbs[i] == 0) {
        i--;
    }
    top = limbs[i] == 0 ? 0 : 32 * i + 63 - __builtin_clzll((unsigned long long)limbs[i]);
    return top > 52 ? top : 52;
}

/* A carried, non-negative number as the nearest double. */
static double exact_round_magnitude(const int64_t *limbs)
{
    int top = exact_top(limbs);
    uint64_t mantissa = exact_bits(limbs, top - 52) & 0x1fffffffffffff;

    if (top > 52 && (exact_bits(limbs, top - 53) & 1) != 0 &&
        ((mantissa & 1) != 0 || exact_any_below(limbs, top - 53))) {
        mantissa++;
    }
    return ldexp((double)mantissa, top - 52 - 1074); /* exact, or too large */
}

double skep_exact_round(struct skep_exact *sum)
{
    struct skep_exact magnitude;
    bool is_negative;

    if (sum->has_nan || (sum->has_plus_inf && sum->has_minus_inf)) {
        return NAN;
    }
    if (sum->has_plus_inf || sum->has_minus_inf) {
        return sum->has_plus_inf ? HUGE_VAL : -HUGE_VAL;
    }
    exact_carry(sum);
    magnitude = *sum;
    is_negative = sum->limbs[SKEP_EXACT_LIMBS - 1] < 0;
    if (is_negative) {
        for (int i = 0; i < SKEP_EXACT_LIMBS; i++) {
            magnitude.limbs[i] = -magnitude.limbs[i];
        }
        exact_carry(&magnitude);
    }
    return is_negative ? -exact_round_magnitude(magnitude.limbs) : exact_round_magnitude(magnitude.limbs);
}
