/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_HEADER_H
#define SKEP_TASK_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* What skep adds to a record without touching its bytes: a first line `#skep k=v k=v ...\n`. Redis scripts
 * cut it off or put it in front as opaque bytes; only this file reads and writes it. Values are
 * percent-encoded where they hold anything but printable ASCII without space, '%' and ';' and ','. Keys that
 * are not known are skipped, so that an older reader survives a newer writer. The texts of id, j, u, k and
 * cause are printable and have at most 256 bytes.
 *
 *   r=40:50     positions [40, 50) of a range job (queue/range.h); always the first key
 *   i=12        place in the batch it was pushed with, from 0: chooses the random stream, returned as "index"
 *   q=17321...  when it was queued, ms of wall time of the producer
 *   id=ab12     the id made up when the record has none
 *   j=monday    the job it was pushed under; in a dead letter: its job, wherever that was said
 *   try=2       attempts that failed so far
 *   u=9f..      something that makes these bytes unique (members of a sorted set)
 *   e=1,17321...,kernel-error,W,words
 *               one failed attempt: number, when, cause, worker, message; repeatable, at most
 *               SKEP_HEADER_MAX_HISTORY are kept, the oldest go first
 *   k=te_box         in a dead letter: its kernel
 *   cause=bad-args   in a dead letter: why it is one
 *   at=1732...       in a dead letter: since when
 *   n=...            never written: reserved
 */
enum { SKEP_HEADER_MAX_BYTES = 8192, SKEP_HEADER_MAX_HISTORY = 10 };

struct skep_header_event {
    unsigned attempt;
    int64_t at_ms;
    const char *cause;
    const char *worker;
    const char *message;
};

struct skep_header {
    bool is_range;
    int64_t lo, hi; /* of a range; 0 <= lo < hi */
    bool has_index;
    uint64_t index;
    int64_t queued_ms; /* 0: not known */
    const char *id;    /* NULL: none */
    const char *job;   /* NULL: none, or the record says it */
    unsigned tries;
    const char *unique; /* NULL: none */
    const char *kernel; /* in a dead letter, where it could be read; else NULL */
    const char *cause;  /* NULL: not a dead letter */
    int64_t at_ms;
    size_t n_events;
    struct skep_header_event events[SKEP_HEADER_MAX_HISTORY];
};

/* Split BYTES into header and body. Without a header line *HEADER_OUT is empty and the body is everything.
 * Strings live in ARENA; *BODY_OUT points into BYTES. On failure the body is what follows the first line, so
 * that it can be shown, and the header is empty.
 *
 *   SKEP_E_BAD_RECORD   a line over SKEP_HEADER_MAX_BYTES, bad syntax, or a key twice
 *   SKEP_E_NOMEM        the arena is full */
SKEP_MUST_USE skep_status skep_header_parse(const char *bytes, size_t n, struct skep_arena *arena,
                                            struct skep_header *header_out, const char **body_out,
                                            size_t *body_n_out, struct skep_error *err);

/* Append the line, newline included. Writes nothing at all for an empty header. The line keeps to
 * SKEP_HEADER_MAX_BYTES: where the history does not fit, the oldest events are left out. */
void skep_header_write(struct skep_buf *buf, const struct skep_header *header);

/* Add an event, dropping the oldest when full. Strings are borrowed. */
void skep_header_add_event(struct skep_header *header, const struct skep_header_event *event);

#endif
