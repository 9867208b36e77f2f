/* SPDX-License-Identifier: MIT */
#include "producer/dead/letter_pattern.h"

#include <stdbool.h>
#include <string.h>

enum { PATTERN_HEX_BYTES = 8 }; /* shorter words of a to f and digits are words */

static const char word_ends[] = " \t\n\"'`(),;=";
static const char digits[] = "0123456789";

static bool pattern_is_path(const char *word, size_t n)
{
    return memchr(word, '/', n) != NULL || memmem(word, n, ".npy", 4) != NULL;
}

/* How long the number is that AT begins with, or the random name; 0: neither. */
static size_t pattern_number_n(const char *at, size_t n)
{
    size_t n_hex = strspn(at, "0123456789abcdefABCDEF");
    size_t n_digits = strspn(at, digits);
    size_t used = n_digits;

    n_hex = n_hex < n ? n_hex : n;
    if (n_hex >= PATTERN_HEX_BYTES && strcspn(at, digits) < n_hex) {
        return n_hex;
    }
    if (n_digits == 0) {
        return 0;
    }
    if (used < n && at[used] == '.') {
        used += 1 + strspn(at + used + 1, digits);
    }
    if (used < n && (at[used] == 'e' || at[used] == 'E')) {
        size_t sign = at[used + 1] == '-' || at[used + 1] == '+';
        size_t n_exponent = strspn(at + used + 1 + sign, digits);
        used += n_exponent > 0 ? 1 + sign + n_exponent : 0;
    }
    return used < n ? used : n;
}

const char *skep_letter_pattern(const char *message, char *text, size_t size)
{
    size_t used = 0;

    while (*message != '\0' && used + 1 < size) {
        size_t word_n = strcspn(message, word_ends);
        size_t number_n;
        if (word_n > 1 && pattern_is_path(message, word_n)) {
            text[used++] = '/';
            message += word_n;
            continue;
        }
        /* A word is gone through in pieces: numbers, and single bytes between them. */
        number_n = word_n > 0 ? pattern_number_n(message, word_n) : 0;
        text[used++] = number_n > 0 ? '#' : *message;
        message += number_n > 0 ? number_n : 1;
    }
    text[used] = '\0';
    return text;
}
