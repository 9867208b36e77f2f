/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_BUF_H
#define SKEP_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Bytes that grow up to a maximum given at the start. A failure sticks: after one append that did not fit,
 * all later ones do nothing and skep_buf_failed says so, so that a writer checks once at the end. There is
 * always a NUL behind the bytes, which does not count. */
struct skep_buf {
    char *bytes;
    size_t length;
    size_t capacity;
    size_t max_bytes;
    bool failed;
};

void skep_buf_init(struct skep_buf *buf, size_t max_bytes);
void skep_buf_release(struct skep_buf *buf);
void skep_buf_reset(struct skep_buf *buf); /* empty again, storage kept, failure forgotten */

void skep_buf_add(struct skep_buf *buf, const void *bytes, size_t n);
void skep_buf_add_text(struct skep_buf *buf, const char *text);
void skep_buf_add_char(struct skep_buf *buf, char c);
void skep_buf_add_i64(struct skep_buf *buf, int64_t number);
void skep_buf_add_u64(struct skep_buf *buf, uint64_t number);
void skep_buf_printf(struct skep_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for N more bytes at bytes + length, or NULL (and the failure sticks). The caller then raises length
 * itself. */
char *skep_buf_reserve(struct skep_buf *buf, size_t n);

bool skep_buf_failed(const struct skep_buf *buf);

/* Move the storage out: the caller frees it with skep_free; the buffer is empty. */
char *skep_buf_take(struct skep_buf *buf, size_t *length_out);

#endif
