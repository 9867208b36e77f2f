/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_TAIL_H
#define SKEP_CHAOS_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* A file that somebody else appends lines to, read as it grows. */
struct skep_tail {
    int fd; /* -1: the file was not there yet */
    int64_t at;
    bool was_cut;          /* it was shorter once than what had been read */
    struct skep_buf bytes; /* an unfinished line */
};

void skep_tail_init(struct skep_tail *tail);
void skep_tail_release(struct skep_tail *tail);

/* Call EACH for every whole line of PATH that is new, without its end. A file that has become shorter is read
 * from its new end on, and was_cut says that lines may have been read that are no longer there, or come
 * twice: only a reader that begins anew knows. Returns the number of lines. */
size_t skep_tail_read(struct skep_tail *tail, const char *path,
                      void (*each)(void *context, const char *line, size_t n), void *context);

#endif
