/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_INPUT_H
#define SKEP_PRODUCER_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"

/* The bytes of one file or of standard input, readable at any offset and as often as one likes. What cannot
 * be read twice (a pipe) is copied to an unlinked temporary file while it is read for the first time; a plain
 * file must stay what it was when it was first looked at. */
struct skep_input {
    const char *path; /* borrowed; NULL: standard input */
    int fd;           /* -1: not open */
    bool is_plain;
    uint64_t start;      /* plain: where standard input stood */
    struct stat as_seen; /* plain */
    int spool_fd;        /* not plain: -1 before the first byte */
    uint64_t spooled;    /* bytes in it */
    bool is_drained;     /* the pipe has ended */
};

/* Look at PATH ("-": standard input). The descriptor of a pipe stays open until skep_input_release, that of a
 * plain file until skep_input_close.
 *
 *   SKEP_E_USAGE   it does not exist, may not be read, is a folder
 *   SKEP_STOPPED   the program was told to stop while it waited for the writer of a named pipe */
SKEP_MUST_USE skep_status skep_input_init(struct skep_input *input, const char *path, struct skep_error *err);
void skep_input_close(struct skep_input *input); /* it opens itself again */
void skep_input_release(struct skep_input *input);

/* Read up to SIZE bytes from OFFSET, which is at most what was read before. *N_OUT is 0 at the end.
 *
 *   SKEP_E_IO      reading failed, the temporary file cannot be written (disk full), or a plain file changed
 *   SKEP_STOPPED   the program was told to stop while it waited for a pipe */
SKEP_MUST_USE skep_status skep_input_read(struct skep_input *input, uint64_t offset, char *bytes, size_t size,
                                          size_t *n_out, struct skep_error *err);

/* For messages: "tasks.jsonl", "standard input". */
const char *skep_input_name(const struct skep_input *input);

#endif
