/* SPDX-License-Identifier: MIT */
#include "chaos/array.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void skep_chaos_array_make(struct skep_buf *buf, int64_t n, double x)
{
    char head[SKEP_ARRAY_HEAD_BYTES + 1], words[96];

    snprintf(words, sizeof words, "{'descr': '<f8', 'fortran_order': False, 'shape': (%" PRId64 ",), }", n);
    memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10); /* version 1.0; 0x76 bytes of words follow */
    snprintf(head + 10, sizeof head - 10, "%-117s\n", words);
    skep_buf_reset(buf);
    skep_buf_add(buf, head, SKEP_ARRAY_HEAD_BYTES);
    for (int64_t i = 0; i < n && !skep_buf_failed(buf); i++) {
        skep_buf_add(buf, &x, sizeof x);
    }
}

skep_status skep_chaos_array_write(const char *path, int flags, const struct skep_buf *buf,
                                   struct skep_error *err)
{
    int fd = -1;
    bool is_bad;

    if (skep_buf_failed(buf)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no room for %.120s", path);
    }
    fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);
    is_bad = fd < 0 || write(fd, buf->bytes, buf->length) != (ssize_t)buf->length;

    if (is_bad) {
        (void)skep_error_errno(err, SKEP_E_IO, "cannot write %.120s", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    return is_bad ? SKEP_E_IO : SKEP_OK;
}
