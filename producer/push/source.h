/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SOURCE_H
#define SKEP_PRODUCER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "producer/push/input.h"
#include "queue/holder.h"

/* Task lines from files and standard input, as often as one likes. Memory is bounded whatever the size.
 *
 * Lines end with \n or \r\n; the last one may end without. Blank lines are skipped but counted as lines.
 * Lines longer than the limit are given without their bytes. */
struct skep_source {
    struct skep_input *inputs;
    size_t n_inputs;
    size_t max_line_bytes;
    char *window; /* bytes that were read and not given yet; the first one is at place.offset */
    size_t window_begin, window_end, window_bytes;
    struct skep_source_place {
        size_t input;
        uint64_t offset; /* in the input, of the next byte to be given */
        uint64_t number; /* lines of this input that were given or skipped */
        uint64_t index;  /* lines given, over all inputs */
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
 * borrowed. On failure nothing is open. Fails as skep_input_init does.
 *
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_source_open(struct skep_source *source, const char *const *paths, size_t n,
                                           size_t max_line_bytes, struct skep_error *err);
void skep_source_close(struct skep_source *source); /* zeroed is fine */

/* The next line. Fails as skep_input_read does.
 *
 *   SKEP_EMPTY    there is none */
SKEP_MUST_USE skep_status skep_source_next(struct skep_source *source, struct skep_line *line_out,
                                           struct skep_error *err);

/* Where the next line begins, and going back to there. A zeroed place is the beginning. */
struct skep_source_place skep_source_tell(const struct skep_source *source);
void skep_source_seek(struct skep_source *source, struct skep_source_place place);

#endif
