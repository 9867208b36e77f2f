/* SPDX-License-Identifier: MIT */
#include "producer/cli/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "task/text.h"

const char *skep_words_number(int64_t number, char *text)
{
    char digits[24];
    const char *at = digits;
    size_t used = 0;
    size_t n;

    snprintf(digits, sizeof digits, "%" PRId64, number);
    if (*at == '-') {
        text[used++] = *at++;
    }
    n = strlen(at);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            text[used++] = ',';
        }
        text[used++] = at[i];
    }
    text[used] = '\0';
    return text;
}

const char *skep_words_duration(double seconds, char *text)
{
    uint64_t s = seconds < 1 ? 1 : seconds > 1e9 ? 1000000000 : (uint64_t)(seconds + 0.5);

    if (s < 60) {
        snprintf(text, SKEP_WORDS_BYTES, "%" PRIu64 " s", s);
    } else if (s < 3600) {
        snprintf(text, SKEP_WORDS_BYTES, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
    } else if (s < 86400) {
        snprintf(text, SKEP_WORDS_BYTES, "%" PRIu64 " h %" PRIu64 " min", s / 3600, s % 3600 / 60);
    } else {
        snprintf(text, SKEP_WORDS_BYTES, "%" PRIu64 " d %" PRIu64 " h", s / 86400, s % 86400 / 3600);
    }
    return text;
}

const char *skep_words_time(double seconds, char *text)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    double number = seconds * 1e9;
    size_t unit = 0;

    if (seconds >= 59.95) {
        return skep_words_duration(seconds, text);
    }
    while (number >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        number /= 1000;
        unit++;
    }
    snprintf(text, SKEP_WORDS_BYTES, "%.3g %s", number, units[unit]);
    return text;
}

const char *skep_words_bytes(uint64_t bytes, char *text)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double number = (double)bytes;
    size_t unit = 0;

    while (number >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        number /= 1024;
        unit++;
    }
    snprintf(text, SKEP_WORDS_BYTES, unit == 0 || number >= 100 ? "%.0f %s" : "%.1f %s", number, units[unit]);
    return text;
}

const char *skep_words_plural(uint64_t number)
{
    return number == 1 ? "" : "s";
}

static void words_add_escape(struct skep_buf *buf, unsigned char c)
{
    switch (c) {
    case '\n':
        skep_buf_add_text(buf, "\\n");
        break;
    case '\r':
        skep_buf_add_text(buf, "\\r");
        break;
    case '\t':
        skep_buf_add_text(buf, "\\t");
        break;
    default:
        skep_buf_printf(buf, "\\x%02x", c);
    }
}

void skep_words_add_harmless(struct skep_buf *buf, const char *bytes, size_t n, size_t max)
{
    size_t at = 0;

    while (at < n && at < max) {
        size_t length = skep_utf8_length(bytes + at, n - at);
        if (length > 0 && skep_text_is_printable(bytes + at, length)) {
            skep_buf_add(buf, bytes + at, length);
        } else {
            length = 1;
            words_add_escape(buf, (unsigned char)bytes[at]);
        }
        at += length;
    }
    if (at < n) {
        skep_buf_add_text(buf, "...");
    }
}

void skep_words_add_shell(struct skep_buf *buf, const char *text)
{
    static const char harmless[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=:,./@%-";

    if (text[0] != '\0' && text[strspn(text, harmless)] == '\0') {
        skep_buf_add_text(buf, text);
        return;
    }
    skep_buf_add_char(buf, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            skep_buf_add_text(buf, "'\\''");
        } else {
            skep_buf_add_char(buf, *text);
        }
    }
    skep_buf_add_char(buf, '\'');
}
