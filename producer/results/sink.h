/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SINK_H
#define SKEP_PRODUCER_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "queue/holder.h"

/* Where results go, one a line: standard output or a file. What was stored in a file is on the disk, so that
 * the server may forget it. A consumer that died between storing and confirming gets the same results again;
 * with a file they are recognised at its end and left out, so that each result is there once. */
struct skep_sink {
    const char *path; /* borrowed; NULL: standard output */
    int fd;
    bool is_plain;
    uint64_t n_bytes; /* of a plain file: all of them whole lines that were stored */
    struct skep_buf lines;
};

/* Open PATH (NULL: standard output) behind what it holds; a last line without end (a write that was broken
 * off) is cut off.
 *
 *   SKEP_E_USAGE   it cannot be opened for writing
 *   SKEP_E_IO */
SKEP_MUST_USE skep_status skep_sink_open(struct skep_sink *sink, const char *path, struct skep_error *err);
void skep_sink_close(struct skep_sink *sink); /* zeroed is fine */

/* How many of the first of these results the file ends with. */
SKEP_MUST_USE skep_status skep_sink_find_known(struct skep_sink *sink, const struct skep_bytes *results,
                                               size_t n, size_t *n_known_out, struct skep_error *err);

/* Store N results. After a failure a file is as it was before.
 *
 *   SKEP_E_IO        with the reason: disk full, ...
 *   SKEP_STOPPED     standard output was closed by its reader
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sink_store(struct skep_sink *sink, const struct skep_bytes *results, size_t n,
                                          struct skep_error *err);

/* For messages. */
const char *skep_sink_name(const struct skep_sink *sink);

/* Whether a result says "ok":true. Looks no further than there; what is no result is not ok. */
bool skep_sink_is_ok(const char *bytes, size_t n);

#endif
