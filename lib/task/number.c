/* SPDX-License-Identifier: MIT */
/* Doubles to decimal text, fast where results live: first a try whether few decimals do, then the general
 * way.
 *
 * printf needs about 0.3 us for 17 digits, and finding out whether fewer would do takes a strtod for each
 * try. For magnitudes between 1e-6 and 2^53 everything fits into exact 128-bit integers instead: such a
 * number is f * 2^-s with f < 2^53, and f * 10^k (k <= 22) divided by 2^s is its first 17 digits. A decimal
 * reads back as the same double if it is closer than half a unit of f, which is a comparison of integers too.
 * Everything outside that range takes the slow way. */
#include "task/number.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

typedef unsigned __int128 number_wide;

enum {
    NUMBER_MOST_DIGITS = 17, /* enough for every double */
    NUMBER_SURE_DIGITS = 15, /* a decimal of at most so many digits survives the way to a double and back */
    NUMBER_MOST_SCALE = 22   /* 2^53 * 10^22 < 2^127 */
};

/* DIGITS * 10^EXPONENT. */
struct decimal {
    uint64_t digits;
    int exponent;
};

static const uint64_t pow10_u64[] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

static number_wide pow10_wide(int k)
{
    return k <= 19 ? pow10_u64[k] : (number_wide)pow10_u64[19] * pow10_u64[k - 19];
}

/* A fraction scaled so that it has 17 digits before the point: WHOLE is those digits, REST / 2^SHIFT what is
 * behind the point, UNIT the distance between neighbouring doubles on the scale of 2^SHIFT. */
struct scaled {
    number_wide value;
    number_wide unit;
    uint64_t whole;
    number_wide rest;
    int shift;
    int exponent; /* of the last digit of WHOLE */
};

static bool number_scale(double number, struct scaled *scaled_out)
{
    int exponent2;
    uint64_t f = (uint64_t)ldexp(frexp(number, &exponent2), 53);
    int shift = 53 - exponent2;
    int k = 16 - (int)floor(exponent2 * 0.30102999566398120); /* may be one too small or too large */

    for (int tries = 0; tries < 3; tries++) {
        if (k < 0 || k > NUMBER_MOST_SCALE) {
            return false;
        }
        number_wide value = f * pow10_wide(k);
        uint64_t whole = (uint64_t)(value >> shift);
        if (whole >= pow10_u64[16] && whole < pow10_u64[17]) {
            *scaled_out = (struct scaled){.value = value,
                                          .unit = pow10_wide(k),
                                          .whole = whole,
                                          .rest = value & (((number_wide)1 << shift) - 1),
                                          .shift = shift,
                                          .exponent = -k};
            return true;
        }
        k += whole >= pow10_u64[17] ? -1 : 1;
    }
    return false;
}

/* The nearest decimal with N_DIGITS digits, on the scale of 17. */
static uint64_t scaled_round(const struct scaled *scaled, int n_digits)
{
    const uint64_t step = pow10_u64[NUMBER_MOST_DIGITS - n_digits];
    const uint64_t low = scaled->whole / step;
    const number_wide left = ((number_wide)(scaled->whole % step) << scaled->shift) + scaled->rest;
    const number_wide half = ((number_wide)step << scaled->shift) / 2;
    const bool up = left > half || (left == half && low % 2 == 1);

    return (low + up) * step;
}

/* Whether DIGITS, on the scale of 17, is nearer to the number than half the way to the next double. Below a
 * power of two the next one is half as far, but those in our range have at most 15 digits and need no check.
 */
static bool scaled_reads_back(const struct scaled *scaled, uint64_t digits)
{
    const number_wide decimal = (number_wide)digits << scaled->shift;
    const number_wide distance = decimal > scaled->value ? decimal - scaled->value : scaled->value - decimal;

    return distance < scaled->unit / 2;
}

/* What people write and clocks give has few decimals: if NUMBER is M / 10^9, with both exact as doubles, then
 * the division rounds to it just as a reader would, and M of at most 15 digits is what it was written from.
 */
static bool number_to_decimal_short(double number, struct decimal *decimal_out)
{
    double scaled;

    if (!(number < 1e6)) {
        return false;
    }
    scaled = nearbyint(number * 1e9);
    if (scaled < 1 || scaled / 1e9 != number) {
        return false;
    }
    *decimal_out = (struct decimal){.digits = (uint64_t)scaled, .exponent = -9};
    return true;
}

static bool number_to_decimal_fast(double number, struct decimal *decimal_out)
{
    struct scaled scaled;

    if (!(number >= 1e-6 && number < 0x1p52) || !number_scale(number, &scaled)) {
        return false;
    }
    for (int n_digits = NUMBER_SURE_DIGITS; n_digits <= NUMBER_MOST_DIGITS; n_digits++) {
        uint64_t digits = scaled_round(&scaled, n_digits);
        if (n_digits == NUMBER_MOST_DIGITS || scaled_reads_back(&scaled, digits)) {
            *decimal_out = (struct decimal){.digits = digits, .exponent = scaled.exponent};
            break;
        }
    }
    return true;
}

/* "d.ddde-xx" with whatever the locale has for a point. */
static struct decimal decimal_from_printf(const char *text)
{
    struct decimal decimal = {0};
    const char *e = strchr(text, 'e');
    int64_t exponent = 0;
    int n_digits = 0;

    assert(e != NULL);
    for (const char *p = text; p < e; p++) {
        if (*p >= '0' && *p <= '9') {
            decimal.digits = decimal.digits * 10 + (uint64_t)(*p - '0');
            n_digits++;
        }
    }
    (void)skep_parse_i64(e + 1 + (e[1] == '+'), strlen(e + 1) - (e[1] == '+'), &exponent);
    decimal.exponent = (int)exponent - (n_digits - 1);
    return decimal;
}

/* The digits of NUMBER > 0, without zeros at its end. Returns how many; *EXPONENT goes up by what was left
 * out. */
static int digits_of(uint64_t number, int *exponent, char *digits)
{
    char backwards[20];
    int n = 0;

    assert(number > 0);
    while (number % 10 == 0) {
        number /= 10;
        ++*exponent;
    }
    for (; number > 0; number /= 10) {
        backwards[n++] = (char)('0' + number % 10);
    }
    for (int i = 0; i < n; i++) {
        digits[i] = backwards[n - 1 - i];
    }
    return n;
}

static char *text_put(char *to, const char *from, int n)
{
    memcpy(to, from, (size_t)n);
    return to + n;
}

static char *text_put_zeros(char *to, int n)
{
    memset(to, '0', (size_t)n);
    return to + n;
}

/* Digits, point and exponent as Python's repr sets them. Returns the length. */
static size_t decimal_format(struct decimal decimal, char *text)
{
    char digits[20] = {0};
    const int n = digits_of(decimal.digits, &decimal.exponent, digits);
    const int point = decimal.exponent + n; /* the number is 0.DIGITS times ten to this */
    char *to = text;

    if (point <= -4 || point > 16) {
        to = text_put(to, digits, 1);
        if (n > 1) {
            to = text_put(to, ".", 1);
            to = text_put(to, digits + 1, n - 1);
        }
        to += snprintf(to, 6, "e%+03d", point - 1);
    } else if (point <= 0) {
        to = text_put(to, "0.", 2);
        to = text_put_zeros(to, -point);
        to = text_put(to, digits, n);
    } else if (point < n) {
        to = text_put(to, digits, point);
        to = text_put(to, ".", 1);
        to = text_put(to, digits + point, n - point);
    } else {
        to = text_put(to, digits, n);
        to = text_put_zeros(to, point - n);
        to = text_put(to, ".0", 2);
    }
    *to = '\0';
    return (size_t)(to - text);
}

static struct decimal number_to_decimal_slow(double number)
{
    /* Below the smallest normal number a single digit can be enough. */
    int n_digits = number < 0x1p-1022 ? 1 : NUMBER_SURE_DIGITS;
    struct decimal decimal;

    for (;; n_digits++) {
        char text[SKEP_NUMBER_BYTES];
        double back = 0;

        snprintf(text, sizeof text, "%.*e", n_digits - 1, number);
        decimal = decimal_from_printf(text);
        if (n_digits == NUMBER_MOST_DIGITS) {
            break;
        }
        if (skep_parse_f64(text, decimal_format(decimal, text), &back) && back == number) {
            break;
        }
    }
    return decimal;
}

/* Integers need no search. Returns the length. */
static size_t number_format_integral(uint64_t number, char *text)
{
    char digits[20];
    size_t n = 0;
    size_t used = 0;

    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (n > 0) {
        text[used++] = digits[--n];
    }
    memcpy(text + used, ".0", sizeof ".0");
    return used + 2;
}

size_t skep_number_format(double number, char *text)
{
    struct decimal decimal;
    size_t used = 0;

    assert(isfinite(number));
    if (signbit(number)) {
        text[used++] = '-';
        number = -number;
    }
    if (number < 0x1p53 && (double)(uint64_t)number == number) {
        return used + number_format_integral((uint64_t)number, text + used);
    }
    if (!number_to_decimal_short(number, &decimal) && !number_to_decimal_fast(number, &decimal)) {
        decimal = number_to_decimal_slow(number);
    }
    return used + decimal_format(decimal, text + used);
}
