/* SPDX-License-Identifier: MIT */
#include "base/parse.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

bool skep_parse_u64(const char *text, size_t n, uint64_t *number_out)
{
    uint64_t number = 0;

    if (n == 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(number, (uint64_t)10, &number) ||
            __builtin_add_overflow(number, (uint64_t)digit, &number)) {
            return false;
        }
    }
    *number_out = number;
    return true;
}

bool skep_parse_i64(const char *text, size_t n, int64_t *number_out)
{
    bool negative = n > 0 && text[0] == '-';
    uint64_t magnitude;

    if (!skep_parse_u64(text + negative, n - negative, &magnitude)) {
        return false;
    }
    if (magnitude > (uint64_t)INT64_MAX + negative) {
        return false;
    }
    *number_out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

static bool parse_word_f64(const char *text, size_t n, double *number_out)
{
    static const struct {
        const char *word;
        double number;
    } words[] = {{"nan", NAN}, {"inf", INFINITY}, {"-inf", -INFINITY}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (n == strlen(words[i].word) && memcmp(text, words[i].word, n) == 0) {
            *number_out = words[i].number;
            return true;
        }
    }
    return false;
}

/* Made once, kept to the end. */
static pthread_once_t parse_once = PTHREAD_ONCE_INIT;
static locale_t parse_locale;

static void parse_make_locale(void)
{
    parse_locale = newlocale(LC_ALL_MASK, "C", NULL);
}

bool skep_parse_f64(const char *text, size_t n, double *number_out)
{
    char copy[64];
    char *end;
    double number;

    if (parse_word_f64(text, n, number_out)) {
        return true;
    }
    if (n == 0 || n >= sizeof copy) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (memchr("0123456789+-.eE", text[i], 15) == NULL) {
            return false;
        }
    }
    pthread_once(&parse_once, parse_make_locale);
    memcpy(copy, text, n);
    copy[n] = '\0';
    errno = 0;
    number = strtod_l(copy, &end, parse_locale);
    if (end != copy + n || isinf(number)) {
        return false;
    }
    *number_out = number;
    return true;
}

bool skep_parse_bytes(const char *text, size_t n, uint64_t *bytes_out)
{
    static const char suffixes[] = "KMG";
    const char *suffix = n > 0 ? memchr(suffixes, text[n - 1], 3) : NULL;
    uint64_t number;

    if (!skep_parse_u64(text, n - (suffix != NULL), &number)) {
        return false;
    }
    for (const char *p = suffixes; suffix != NULL && p <= suffix; p++) {
        if (__builtin_mul_overflow(number, (uint64_t)1024, &number)) {
            return false;
        }
    }
    *bytes_out = number;
    return true;
}
