/* SPDX-License-Identifier: MIT */
#include "chaos/tail.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAIL_PIECE = 256 * 1024, TAIL_MAX_BYTES = 64 * 1024 * 1024, TAIL_PIECES = 64 };

void skep_tail_init(struct skep_tail *tail)
{
    *tail = (struct skep_tail){.fd = -1};
    skep_buf_init(&tail->bytes, TAIL_MAX_BYTES);
}

void skep_tail_release(struct skep_tail *tail)
{
    if (tail->fd >= 0) {
        close(tail->fd);
    }
    skep_buf_release(&tail->bytes);
    tail->fd = -1;
}

static size_t tail_cut_lines(struct skep_tail *tail, void (*each)(void *context, const char *line, size_t n),
                             void *context)
{
    const char *line = tail->bytes.bytes, *end;
    size_t n_left = tail->bytes.length, n_lines = 0;

    while (n_left > 0 && (end = memchr(line, '\n', n_left)) != NULL) {
        size_t n = (size_t)(end - line);
        each(context, line, n);
        line = end + 1;
        n_left -= n + 1;
        n_lines++;
    }
    if (n_lines > 0) {
        memmove(tail->bytes.bytes, line, n_left);
        tail->bytes.length = n_left;
    }
    return n_lines;
}

size_t skep_tail_read(struct skep_tail *tail, const char *path,
                      void (*each)(void *context, const char *line, size_t n), void *context)
{
    struct stat at;
    size_t n_lines = 0;

    if (tail->fd < 0) {
        tail->fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (tail->fd < 0 || fstat(tail->fd, &at) != 0) {
        return 0;
    }
    if (at.st_size < tail->at) {
        skep_buf_reset(&tail->bytes);
        tail->at = at.st_size;
        tail->was_cut = true;
    }
    for (int i = 0; i < TAIL_PIECES; i++) {
        char *room = skep_buf_reserve(&tail->bytes, TAIL_PIECE);
        ssize_t n = room != NULL ? pread(tail->fd, room, TAIL_PIECE, (off_t)tail->at) : 0;
        if (n <= 0) {
            break;
        }
        tail->bytes.length += (size_t)n;
        tail->at += n;
        n_lines += tail_cut_lines(tail, each, context);
    }
    return n_lines;
}
