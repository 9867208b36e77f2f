/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_OUTPUT_H
#define SKEP_WORKER_OUTPUT_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/logs.h"
#include "task/result.h"

/* What a slot, and any program that it runs, prints. Its standard output and standard error are files in
 * memory that the agent has open, too: printing waits for nobody, and what a slot printed before it died can
 * be read. Both are written at their end only, so a place in them is a count of bytes:
 *
 *     begin            told                 size
 *       | told already   | not told yet       |
 *       | printed by the attempt that runs    |
 *
 * A file has at least one byte, a NUL that nobody has printed (capture.c has the reason). A program that
 * opens its own output anew and cuts it (`> /dev/stderr` in a shell) loses what it printed before, as with
 * any file. */
enum {
    SKEP_OUTPUTS = SKEP_RESULT_OUTPUTS,
    SKEP_OUTPUT_EMPTY = 1, /* bytes in one that nothing has been printed to */
    SKEP_OUTPUT_TAIL_BYTES = SKEP_LOGS_TAIL_BYTES
};

struct skep_output_marks {
    _Atomic int64_t begin, told;
};

/* The tails of both, with their bytes. */
struct skep_output_tails {
    struct skep_result_output of[SKEP_OUTPUTS];
    char bytes[SKEP_OUTPUTS][SKEP_OUTPUT_TAIL_BYTES];
};

const char *skep_output_name(int which); /* "stdout", "stderr" */

/* One with nothing in it.
 *   SKEP_E_IO */
SKEP_MUST_USE skep_status skep_output_new(int which, int *fd_out, struct skep_error *err);

int64_t skep_output_size(int fd);

/* What stands in it from BEGIN on, the last SKEP_OUTPUT_TAIL_BYTES of it at most, and no character that is
 * cut in front. Of one that was cut meanwhile: all of it. */
void skep_output_read(int fd, int64_t begin, char bytes[SKEP_OUTPUT_TAIL_BYTES],
                      struct skep_result_output *output_out);

/* The end of OUTPUT, its last N bytes: what is not told yet of it. */
struct skep_result_output skep_output_last(const struct skep_result_output *output, uint64_t n);

/* The line of OUTPUT that says most, for a line about a death: a sanitizer's summary, or else the last one
 * that is not empty. TEXT gets it with '?' for what is not printable, cut to SIZE; "": there is none. */
const char *skep_output_word(const struct skep_result_output *output, char *text, size_t size);

#endif
