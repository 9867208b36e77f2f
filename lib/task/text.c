/* SPDX-License-Identifier: MIT */
#include "task/text.h"

#include <assert.h>
#include <string.h>

/* The well-formed sequences by first byte (Unicode 15, table 3-7): length, and the range of the second byte,
 * which is what keeps out overlong forms, surrogates and everything above U+10FFFF. */
static const struct utf8_row {
    unsigned char first, last;
    unsigned char length;
    unsigned char second_least, second_most;
} utf8_rows[] = {
    {0x00, 0x7F, 1, 0x00, 0x00}, {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF},
    {0xE1, 0xEC, 3, 0x80, 0xBF}, {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF},
    {0xF0, 0xF0, 4, 0x90, 0xBF}, {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
};

static const struct utf8_row *utf8_find_row(unsigned char first)
{
    for (size_t i = 0; i < sizeof utf8_rows / sizeof utf8_rows[0]; i++) {
        if (first >= utf8_rows[i].first && first <= utf8_rows[i].last) {
            return &utf8_rows[i];
        }
    }
    return NULL;
}

size_t skep_utf8_length(const char *text, size_t n)
{
    const unsigned char *bytes = (const unsigned char *)text;
    const struct utf8_row *row = utf8_find_row(bytes[0]);

    if (row == NULL || row->length > n) {
        return 0;
    }
    if (row->length > 1 && (bytes[1] < row->second_least || bytes[1] > row->second_most)) {
        return 0;
    }
    for (size_t i = 2; i < row->length; i++) {
        if (bytes[i] < 0x80 || bytes[i] > 0xBF) {
            return 0;
        }
    }
    return row->length;
}

/* The code point of a well-formed sequence. */
static uint32_t utf8_decode(const char *text, size_t length)
{
    static const unsigned char payload[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t point;

    assert(length < sizeof payload);
    point = (unsigned char)text[0] & payload[length];
    for (size_t i = 1; i < length; i++) {
        point = point << 6 | ((unsigned char)text[i] & 0x3F);
    }
    return point;
}

static bool point_is_printable(uint32_t point)
{
    if (point < 0x20 || (point >= 0x7F && point <= 0x9F)) {
        return false;
    }
    if (point == 0x200E || point == 0x200F || point == 0xFEFF) {
        return false;
    }
    return !(point >= 0x2028 && point <= 0x202E) && !(point >= 0x2066 && point <= 0x2069);
}

/* Length of the printable character at TEXT, or 0. */
static size_t text_printable_length(const char *text, size_t n)
{
    size_t length = skep_utf8_length(text, n);

    return length > 0 && point_is_printable(utf8_decode(text, length)) ? length : 0;
}

bool skep_text_is_printable(const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t length = text_printable_length(text + i, n - i);
        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}

const char *skep_text_excerpt(const char *bytes, size_t n, char *text, size_t size)
{
    const size_t end = size - sizeof "...\""; /* what must stay free for the tail */
    size_t used = 0;
    size_t i = 0;

    assert(size >= 8);
    text[used++] = '"';
    while (i < n) {
        size_t length = text_printable_length(bytes + i, n - i);
        if (used + (length > 0 ? length : 1) > end) {
            break;
        }
        if (length == 0) {
            size_t skipped = skep_utf8_length(bytes + i, n - i);
            text[used++] = '?';
            i += skipped > 0 ? skipped : 1;
            continue;
        }
        memcpy(text + used, bytes + i, length);
        used += length;
        i += length;
    }
    memcpy(text + used, i < n ? "...\"" : "\"", i < n ? sizeof "...\"" : sizeof "\"");
    return text;
}
