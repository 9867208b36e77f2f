/* SPDX-License-Identifier: MIT */
#include "task/percent.h"

static bool byte_is_literal(unsigned char byte)
{
    return byte > 0x20 && byte < 0x7F && byte != '%' && byte != ';' && byte != ',';
}

void skep_percent_add(struct skep_buf *buf, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";

    for (; text != NULL && *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        const char encoded[] = {'%', hex[byte >> 4], hex[byte & 15]};
        if (byte_is_literal(byte)) {
            skep_buf_add_char(buf, *text);
        } else {
            skep_buf_add(buf, encoded, sizeof encoded);
        }
    }
}

size_t skep_percent_bytes(const char *text)
{
    size_t n = 0;

    for (; text != NULL && *text != '\0'; text++) {
        n += byte_is_literal((unsigned char)*text) ? 1 : 3;
    }
    return n;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "%XY" at ENCODED stands for, or 0 if it is none. */
static int sequence_decode(const char *encoded, size_t n)
{
    int high;
    int low;

    if (n < 3) {
        return 0;
    }
    high = hex_value(encoded[1]);
    low = hex_value(encoded[2]);
    return high >= 0 && low >= 0 ? high * 16 + low : 0;
}

bool skep_percent_decode(const char *encoded, size_t n, char *text)
{
    for (size_t i = 0; i < n; i++) {
        int byte = (unsigned char)encoded[i];
        if (byte == '%') {
            byte = sequence_decode(encoded + i, n - i);
            i += 2;
        } else if (!byte_is_literal((unsigned char)byte)) {
            byte = 0;
        }
        if (byte == 0) {
            return false;
        }
        *text++ = (char)byte;
    }
    *text = '\0';
    return true;
}
