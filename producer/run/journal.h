/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_JOURNAL_H
#define SKEP_PRODUCER_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "queue/holder.h"

/* The results of a run that its server may forget: a file that only grows, one result a line. Its last line
 * may be torn by a death in the middle of a write; opening cuts that off. */
struct skep_journal {
    const char *path;      /* borrowed; for messages */
    int fd;                /* -1: not open */
    uint64_t n_written;    /* bytes in the file: whole lines */
    uint64_t n_synced;     /* of them on the disk */
    struct skep_buf lines; /* added, not yet written */
};

/* Open or make the file at PATH.
 *
 *   SKEP_E_IO   it cannot be opened, read or cut */
SKEP_MUST_USE skep_status skep_journal_open(struct skep_journal *journal, const char *path,
                                            struct skep_error *err);
void skep_journal_close(struct skep_journal *journal); /* what was not written is dropped */

/* Add a result. A line break within it becomes a blank, which means the same in JSON. *OFFSET_OUT is where it
 * is once it has been written.
 *
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_journal_add(struct skep_journal *journal, const char *bytes, size_t n,
                                           uint64_t *offset_out, struct skep_error *err);

/* Write what was added; sync also brings it to the disk. After a failure of writing the file is as it was
 * before, and what was added is gone.
 *
 *   SKEP_E_IO   with the reason: disk full, ... */
SKEP_MUST_USE skep_status skep_journal_write(struct skep_journal *journal, struct skep_error *err);
SKEP_MUST_USE skep_status skep_journal_sync(struct skep_journal *journal, struct skep_error *err);

/* Reading what was written, from the beginning or from any line on. Memory is bounded by the longest line. */
struct skep_journal_cursor {
    const struct skep_journal *journal;
    uint64_t offset; /* of the next line */
    char *window;
    size_t size;
    uint64_t window_at; /* in the file */
    size_t window_n;
};

void skep_journal_cursor_init(struct skep_journal_cursor *cursor, const struct skep_journal *journal);
void skep_journal_cursor_release(struct skep_journal_cursor *cursor);
void skep_journal_cursor_seek(struct skep_journal_cursor *cursor, uint64_t offset);

/* The next line without its end, valid until the next call.
 *
 *   SKEP_EMPTY   there is none
 *   SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_journal_next(struct skep_journal_cursor *cursor, struct skep_bytes *line_out,
                                            struct skep_error *err);

#endif
