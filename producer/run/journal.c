/* SPDX-License-Identifier: MIT */
#include "producer/run/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum {
    JOURNAL_BLOCK_BYTES = 64 * 1024,
    JOURNAL_FIRST_READ = 4096,               /* a result alone is rarely longer */
    JOURNAL_BATCH_BYTES = 1024 * 1024 * 1024 /* added and not written: never more */
};

static skep_status journal_fail(const struct skep_journal *journal, struct skep_error *err)
{
    return skep_error_errno(err, SKEP_E_IO, "the journal of results, %s", journal->path);
}

/* Up to N bytes at OFFSET; fewer only at the end of the file. -1 with errno. */
static ssize_t journal_pread(int fd, char *bytes, size_t n, uint64_t offset)
{
    size_t got = 0;

    while (got < n) {
        ssize_t k = pread(fd, bytes + got, n - got, (off_t)(offset + got));
        if (k < 0 && errno == EINTR) {
            continue;
        }
        if (k < 0) {
            return -1;
        }
        if (k == 0) {
            break;
        }
        got += (size_t)k;
    }
    return (ssize_t)got;
}

/* ---- writing ---- */

/* Where the last whole line of the first SIZE bytes ends, looking backwards. */
static bool journal_find_last_end(int fd, uint64_t size, uint64_t *end_out)
{
    char block[JOURNAL_BLOCK_BYTES];

    while (size > 0) {
        size_t n = size < sizeof block ? (size_t)size : sizeof block;
        const char *end;
        if (journal_pread(fd, block, n, size - n) != (ssize_t)n) {
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

skep_status skep_journal_open(struct skep_journal *journal, const char *path, struct skep_error *err)
{
    struct stat info;
    skep_status st;

    *journal = (struct skep_journal){.path = path};
    skep_buf_init(&journal->lines, JOURNAL_BATCH_BYTES);
    journal->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (journal->fd >= 0 && fstat(journal->fd, &info) == 0 &&
        journal_find_last_end(journal->fd, (uint64_t)info.st_size, &journal->n_written) &&
        ftruncate(journal->fd, (off_t)journal->n_written) == 0) {
        return SKEP_OK;
    }
    st = journal_fail(journal, err);
    skep_journal_close(journal);
    return st;
}

void skep_journal_close(struct skep_journal *journal)
{
    if (journal->fd >= 0) {
        close(journal->fd);
    }
    skep_buf_release(&journal->lines);
    journal->fd = -1;
}

skep_status skep_journal_add(struct skep_journal *journal, const char *bytes, size_t n, uint64_t *offset_out,
                             struct skep_error *err)
{
    char *line = skep_buf_reserve(&journal->lines, n + 1);

    if (line == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a result of %zu bytes", n);
    }
    *offset_out = journal->n_written + journal->lines.length;
    memcpy(line, bytes, n);
    for (char *at = line; (at = memchr(at, '\n', n - (size_t)(at - line))) != NULL;) {
        *at = ' ';
    }
    line[n] = '\n';
    journal->lines.length += n + 1;
    return SKEP_OK;
}

static bool journal_write_all(const struct skep_journal *journal)
{
    size_t done = 0;

    while (done < journal->lines.length) {
        ssize_t k = pwrite(journal->fd, journal->lines.bytes + done, journal->lines.length - done,
                           (off_t)(journal->n_written + done));
        if (k < 0 && errno == EINTR) {
            continue;
        }
        if (k < 0) {
            return false;
        }
        done += (size_t)k;
    }
    return true;
}

skep_status skep_journal_write(struct skep_journal *journal, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (journal_write_all(journal)) {
        journal->n_written += journal->lines.length;
    } else {
        st = journal_fail(journal, err);
        (void)!ftruncate(journal->fd, (off_t)journal->n_written);
    }
    skep_buf_reset(&journal->lines);
    return st;
}

skep_status skep_journal_sync(struct skep_journal *journal, struct skep_error *err)
{
    skep_status st = skep_journal_write(journal, err);

    if (st != SKEP_OK || journal->n_synced == journal->n_written) {
        return st;
    }
    if (fdatasync(journal->fd) != 0) {
        return journal_fail(journal, err);
    }
    journal->n_synced = journal->n_written;
    return SKEP_OK;
}

/* ---- reading ---- */

void skep_journal_cursor_init(struct skep_journal_cursor *cursor, const struct skep_journal *journal)
{
    *cursor = (struct skep_journal_cursor){.journal = journal};
}

void skep_journal_cursor_release(struct skep_journal_cursor *cursor)
{
    skep_free(cursor->window);
    *cursor = (struct skep_journal_cursor){0};
}

void skep_journal_cursor_seek(struct skep_journal_cursor *cursor, uint64_t offset)
{
    cursor->offset = offset;
}

/* How many bytes of the window are from the next line on; all others are dropped from its front. */
static size_t cursor_held(struct skep_journal_cursor *cursor)
{
    if (cursor->offset < cursor->window_at || cursor->offset >= cursor->window_at + cursor->window_n) {
        cursor->window_at = cursor->offset;
        cursor->window_n = 0;
        return 0;
    }
    return (size_t)(cursor->window_at + cursor->window_n - cursor->offset);
}

/* Read more behind the HELD bytes. False: there is no more, or *ST_OUT says why not. */
static bool cursor_fill(struct skep_journal_cursor *cursor, size_t held, skep_status *st_out,
                        struct skep_error *err)
{
    uint64_t left = cursor->journal->n_written - (cursor->offset + held);
    size_t want = held == 0 ? JOURNAL_FIRST_READ : held < JOURNAL_BLOCK_BYTES ? JOURNAL_BLOCK_BYTES : held;

    want = want < left ? want : (size_t)left;
    if (want == 0) {
        return false;
    }
    if (held > 0 && cursor->window_at < cursor->offset) {
        memmove(cursor->window, cursor->window + cursor->window_n - held, held);
    }
    cursor->window_at = cursor->offset;
    cursor->window_n = held;
    if (held + want > cursor->size) {
        char *window = skep_realloc(cursor->window, held + want);
        if (window == NULL) {
            *st_out = skep_error_set(err, SKEP_E_NOMEM, "no memory to read the journal of results");
            return false;
        }
        cursor->window = window;
        cursor->size = held + want;
    }
    errno = EIO; /* what is written when the file is shorter than it was */
    if (journal_pread(cursor->journal->fd, cursor->window + held, want, cursor->offset + held) !=
        (ssize_t)want) {
        *st_out = journal_fail(cursor->journal, err);
        return false;
    }
    cursor->window_n += want;
    return true;
}

skep_status skep_journal_next(struct skep_journal_cursor *cursor, struct skep_bytes *line_out,
                              struct skep_error *err)
{
    size_t searched = 0;
    skep_status st = SKEP_OK;

    for (;;) {
        size_t held = cursor_held(cursor);
        const char *line = held > 0 ? cursor->window + cursor->window_n - held : NULL;
        const char *end = held > searched ? memchr(line + searched, '\n', held - searched) : NULL;
        if (end != NULL) {
            *line_out = (struct skep_bytes){line, (size_t)(end - line)};
            cursor->offset += line_out->n + 1;
            return SKEP_OK;
        }
        searched = held;
        if (!cursor_fill(cursor, held, &st, err)) {
            assert(st != SKEP_OK || held == 0); /* the file holds whole lines only */
            return st != SKEP_OK ? st : SKEP_EMPTY;
        }
    }
}
