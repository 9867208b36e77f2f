/* SPDX-License-Identifier: MIT */
#include "producer/results/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum { SINK_BATCH_MAX_BYTES = 1024 * 1024 * 1024, SINK_BLOCK_BYTES = 64 * 1024 };

const char *skep_sink_name(const struct skep_sink *sink)
{
    return sink->path != NULL ? sink->path : "standard output";
}

static skep_status sink_fail(const struct skep_sink *sink, struct skep_error *err)
{
    return skep_error_errno(err, SKEP_E_IO, "cannot write to %s", skep_sink_name(sink));
}

/* ---- opening ---- */

static bool sink_read_at(int fd, char *bytes, size_t n, uint64_t offset)
{
    while (n > 0) {
        ssize_t got = pread(fd, bytes, n, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            errno = got == 0 ? EIO : errno;
            return false;
        }
        bytes += got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return true;
}

/* Where the last whole line ends, looking backwards block by block. */
static bool sink_find_last_end(int fd, uint64_t size, uint64_t *end_out)
{
    char block[SINK_BLOCK_BYTES];

    while (size > 0) {
        size_t n = size < sizeof block ? (size_t)size : sizeof block;
        const char *end;
        if (!sink_read_at(fd, block, n, size - n)) {
            return false;
        }
        end = memrchr(block, '\n', n);
        if (end != NULL) {
            *end_out = size - n + (uint64_t)(end - block) + 1;
            return true;
        }
        size -= n;
    }
    *end_out = 0;
    return true;
}

/* The name of a new file is safe only when its folder is. */
static void sink_sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];
    int n = slash != NULL ? snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path)
                          : snprintf(folder, sizeof folder, ".");
    int fd = n < (int)sizeof folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
}

static skep_status sink_open_file(struct skep_sink *sink, struct skep_error *err)
{
    struct stat info;

    sink->fd = open(sink->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (sink->fd < 0 && errno != EISDIR) { /* a pipe or a device may be for writing only */
        sink->fd = open(sink->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    }
    if (sink->fd < 0 || fstat(sink->fd, &info) != 0) {
        return skep_error_errno(err, SKEP_E_USAGE, "cannot open %s for writing", sink->path);
    }
    sink->is_plain = S_ISREG(info.st_mode);
    if (!sink->is_plain) {
        return SKEP_OK;
    }
    sink_sync_folder(sink->path);
    if (!sink_find_last_end(sink->fd, (uint64_t)info.st_size, &sink->n_bytes) ||
        ftruncate(sink->fd, (off_t)sink->n_bytes) != 0 ||
        lseek(sink->fd, (off_t)sink->n_bytes, SEEK_SET) < 0) {
        return skep_error_errno(err, SKEP_E_USAGE, "%s: its last line", sink->path);
    }
    return SKEP_OK;
}

skep_status skep_sink_open(struct skep_sink *sink, const char *path, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    *sink = (struct skep_sink){.path = path, .fd = STDOUT_FILENO};
    skep_buf_init(&sink->lines, SINK_BATCH_MAX_BYTES);
    if (path != NULL) {
        st = sink_open_file(sink, err);
    }
    if (st != SKEP_OK) {
        skep_sink_close(sink);
    }
    return st;
}

void skep_sink_close(struct skep_sink *sink)
{
    if (sink->path != NULL && sink->fd >= 0) {
        close(sink->fd);
    }
    skep_buf_release(&sink->lines);
    *sink = (struct skep_sink){.fd = -1};
}

/* ---- storing ---- */

/* The results as lines. A line break within one, which JSON takes for a blank, becomes a blank. */
static skep_status sink_join(struct skep_sink *sink, const struct skep_bytes *results, size_t n,
                             struct skep_error *err)
{
    skep_buf_reset(&sink->lines);
    for (size_t i = 0; i < n; i++) {
        char *line = skep_buf_reserve(&sink->lines, results[i].n + 1);
        if (line == NULL) {
            return skep_error_set(err, SKEP_E_NOMEM, "no memory for %zu results", n);
        }
        memcpy(line, results[i].bytes, results[i].n);
        for (char *at = line; (at = memchr(at, '\n', results[i].n - (size_t)(at - line))) != NULL;) {
            *at = ' ';
        }
        line[results[i].n] = '\n';
        sink->lines.length += results[i].n + 1;
    }
    return SKEP_OK;
}

skep_status skep_sink_find_known(struct skep_sink *sink, const struct skep_bytes *results, size_t n,
                                 size_t *n_known_out, struct skep_error *err)
{
    size_t n_tail = 0;
    char *tail = NULL;
    skep_status st = SKEP_OK;

    *n_known_out = 0;
    if (!sink->is_plain || sink->n_bytes == 0 || n == 0) {
        return SKEP_OK;
    }
    st = sink_join(sink, results, n, err);
    if (st != SKEP_OK) {
        return st;
    }
    /* One byte more, to see whether a line begins there. */
    n_tail = sink->lines.length + 1 < sink->n_bytes ? sink->lines.length + 1 : (size_t)sink->n_bytes;
    tail = skep_malloc(n_tail);
    if (tail == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory to look at the end of %s", sink->path);
    }
    if (!sink_read_at(sink->fd, tail, n_tail, sink->n_bytes - n_tail)) {
        st = skep_error_errno(err, SKEP_E_IO, "%s", sink->path);
    }
    /* The first K results make SIZE bytes; is that how the file ends? The most that do are what was stored.
     */
    for (size_t k = 1, size = 0; k <= n && st == SKEP_OK; k++) {
        size += results[k - 1].n + 1;
        if (size > n_tail) {
            break;
        }
        if (memcmp(tail + n_tail - size, sink->lines.bytes, size) == 0 &&
            (size == sink->n_bytes || (size < n_tail && tail[n_tail - size - 1] == '\n'))) {
            *n_known_out = k;
        }
    }
    skep_free(tail);
    return st;
}

static bool sink_write(const struct skep_sink *sink)
{
    const char *bytes = sink->lines.bytes;
    size_t n = sink->lines.length;

    while (n > 0) {
        ssize_t written = write(sink->fd, bytes, n);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return false;
        }
        bytes += written;
        n -= (size_t)written;
    }
    return true;
}

/* A pipe or a terminal cannot be synced. */
static bool sink_sync(const struct skep_sink *sink)
{
    return !sink->is_plain || fdatasync(sink->fd) == 0;
}

skep_status skep_sink_store(struct skep_sink *sink, const struct skep_bytes *results, size_t n,
                            struct skep_error *err)
{
    skep_status st = sink_join(sink, results, n, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (!sink_write(sink) || !sink_sync(sink)) {
        st = errno == EPIPE ? SKEP_STOPPED : sink_fail(sink, err);
        if (sink->is_plain) {
            (void)!ftruncate(sink->fd, (off_t)sink->n_bytes);
            (void)lseek(sink->fd, (off_t)sink->n_bytes, SEEK_SET);
        }
        return st;
    }
    sink->n_bytes += sink->lines.length;
    return SKEP_OK;
}

/* ---- looking ---- */

/* Behind the string that begins at AT, which is its first quote; N if it does not end. */
static size_t sink_skip_text(const char *bytes, size_t n, size_t at)
{
    for (at++; at < n; at++) {
        if (bytes[at] == '\\') {
            at++;
        } else if (bytes[at] == '"') {
            return at + 1;
        }
    }
    return n;
}

static size_t sink_skip_blanks(const char *bytes, size_t n, size_t at)
{
    while (at < n && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\n' || bytes[at] == '\r')) {
        at++;
    }
    return at;
}

bool skep_sink_is_ok(const char *bytes, size_t n)
{
    int depth = 0;

    for (size_t at = 0; at < n;) {
        char c = bytes[at];
        if (c == '"') {
            size_t begin = at;
            size_t value;
            at = sink_skip_text(bytes, n, at);
            if (depth != 1 || at - begin != 4 || memcmp(bytes + begin, "\"ok\"", 4) != 0) {
                continue;
            }
            value = sink_skip_blanks(bytes, n, at);
            if (value < n && bytes[value] == ':') {
                value = sink_skip_blanks(bytes, n, value + 1);
                return n - value >= 4 && memcmp(bytes + value, "true", 4) == 0;
            }
            continue;
        }
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        at++;
    }
    return false;
}
