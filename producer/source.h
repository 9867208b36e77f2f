/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SOURCE_H
#define SKEP_PRODUCER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"
#include "queue/holder.h"

/* Task lines from files and standard input, as often as one likes: what cannot be read twice (a pipe) is kept
 * in an unlinked temporary file while it is read for the first time. Memory is bounded whatever the size.
 *
 * Lines end with \n or \r\n; the last one may end without. Blank lines are skipped but counted as lines.
 * Lines longer than the limit are given without their bytes. */
struct skep_source_file; /* one file, or standard input */

struct skep_source {
    struct skep_source_file *files;
    size_t n_files;
    size_t max_line_bytes;
    char *window; /* bytes that were read and not given yet */
    size_t window_begin, window_end, window_bytes;
    bool skips_rest; /* of a line that is too long */
    struct skep_source_place {
        size_t file;
        uint64_t offset; /* in the file, of the next byte to be given */
        uint64_t line;   /* lines of this file that were given or skipped */
        uint64_t index;  /* lines given, over all files */
    } place;
};

struct skep_line {
    struct skep_bytes bytes; /* without the end of the line; valid until the next call */
    bool is_too_long;        /* there are no bytes */
    const char *file;        /* for messages: "tasks.jsonl", "standard input" */
    uint64_t number;         /* in its file, from 1 */
    uint64_t index;          /* over all files, from 0, blank lines not counted */
};

/* PATHS are read one after the other; "-" is standard input; N = 0 is standard input alone. The paths are
 * borrowed. On failure nothing is open.
 *
 *   SKEP_E_USAGE   a file does not exist, may not be read, is a directory
 *   SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_source_open(struct skep_source *source, const char *const *paths, size_t n,
                                           size_t max_line_bytes, struct skep_error *err);
void skep_source_close(struct skep_source *source); /* zeroed is fine */

/* The next line.
 *
 *   SKEP_EMPTY    there is none
 *   SKEP_E_IO     reading failed, the temporary file cannot be written (disk full), or a file changed since
 * it was first read SKEP_STOPPED  the program was told to stop while it waited for input */
SKEP_MUST_USE skep_status skep_source_next(struct skep_source *source, struct skep_line *line_out,
                                           struct skep_error *err);

/* Where the next line begins, and going back to there. A zeroed place is the beginning. */
struct skep_source_place skep_source_tell(const struct skep_source *source);
SKEP_MUST_USE skep_status skep_source_seek(struct skep_source *source, struct skep_source_place place,
                                           struct skep_error *err);

#endif
