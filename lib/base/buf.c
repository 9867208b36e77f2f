/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

enum { BUF_FIRST_BYTES = 256 };

void skep_buf_init(struct skep_buf *buf, size_t max_bytes)
{
    *buf = (struct skep_buf){.max_bytes = max_bytes};
}

void skep_buf_release(struct skep_buf *buf)
{
    skep_free(buf->bytes);
    *buf = (struct skep_buf){.max_bytes = buf->max_bytes};
}

void skep_buf_reset(struct skep_buf *buf)
{
    buf->length = 0;
    buf->failed = false;
    if (buf->bytes != NULL) {
        buf->bytes[0] = '\0';
    }
}

static bool buf_grow(struct skep_buf *buf, size_t needed)
{
    size_t capacity = buf->capacity > 0 ? buf->capacity : BUF_FIRST_BYTES;
    char *bytes;

    while (capacity < needed + 1) {
        capacity *= 2;
    }
    bytes = skep_realloc(buf->bytes, capacity);
    if (bytes == NULL) {
        return false;
    }
    buf->bytes = bytes;
    buf->capacity = capacity;
    return true;
}

char *skep_buf_reserve(struct skep_buf *buf, size_t n)
{
    if (buf->failed) {
        return NULL;
    }
    if (n > buf->max_bytes || buf->length > buf->max_bytes - n) {
        buf->failed = true;
        return NULL;
    }
    if (buf->length + n + 1 > buf->capacity && !buf_grow(buf, buf->length + n)) {
        buf->failed = true;
        return NULL;
    }
    return buf->bytes + buf->length;
}

void skep_buf_add(struct skep_buf *buf, const void *bytes, size_t n)
{
    char *to = skep_buf_reserve(buf, n);

    if (to == NULL) {
        return;
    }
    if (n > 0) {
        memcpy(to, bytes, n);
    }
    buf->length += n;
    buf->bytes[buf->length] = '\0';
}

void skep_buf_add_text(struct skep_buf *buf, const char *text)
{
    skep_buf_add(buf, text, strlen(text));
}

void skep_buf_add_char(struct skep_buf *buf, char c)
{
    skep_buf_add(buf, &c, 1);
}

void skep_buf_add_u64(struct skep_buf *buf, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    skep_buf_add(buf, digits + at, sizeof digits - at);
}

void skep_buf_add_i64(struct skep_buf *buf, int64_t number)
{
    if (number < 0) {
        skep_buf_add_char(buf, '-');
        skep_buf_add_u64(buf, 0 - (uint64_t)number);
        return;
    }
    skep_buf_add_u64(buf, (uint64_t)number);
}

void skep_buf_printf(struct skep_buf *buf, const char *format, ...)
{
    va_list args;
    int n;
    char *to;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        buf->failed = true;
        return;
    }
    to = skep_buf_reserve(buf, (size_t)n);
    if (to == NULL) {
        return;
    }
    va_start(args, format);
    vsnprintf(to, (size_t)n + 1, format, args);
    va_end(args);
    buf->length += (size_t)n;
}

bool skep_buf_failed(const struct skep_buf *buf)
{
    return buf->failed;
}

char *skep_buf_take(struct skep_buf *buf, size_t *length_out)
{
    char *bytes = buf->bytes;

    if (length_out != NULL) {
        *length_out = buf->length;
    }
    *buf = (struct skep_buf){.max_bytes = buf->max_bytes};
    return bytes;
}
