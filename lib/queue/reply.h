/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_REPLY_H
#define SKEP_QUEUE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/status.h"

enum skep_reply_kind {
    SKEP_REPLY_NIL,
    SKEP_REPLY_INT,
    SKEP_REPLY_TEXT,   /* a bulk string */
    SKEP_REPLY_STATUS, /* +OK */
    SKEP_REPLY_ERROR,  /* bytes are the server's words, without the minus sign */
    SKEP_REPLY_ARRAY
};

/* What the server answered. Bytes have a NUL behind them which LENGTH does not count, and may contain others.
 */
struct skep_reply {
    enum skep_reply_kind kind;
    int64_t integer;   /* INT */
    const char *bytes; /* TEXT, STATUS, ERROR */
    size_t length;
    size_t n; /* ARRAY */
    struct skep_reply *items;
};

/* A hostile server must not exhaust memory: one reply has at most so many bytes in memory, and an array at
 * most so many elements. The depth (7) is limited by hiredis. */
enum { SKEP_REPLY_MAX_BYTES = 512 * 1024 * 1024, SKEP_REPLY_MAX_ELEMENTS = 4 * 1024 * 1024 };

/* Turns bytes from a server into replies: hiredis' parser, building into an arena, so that a reply of a
 * thousand strings costs no call of the heap in the steady state. */
struct skep_reply_reader; /* opaque */

SKEP_MUST_USE skep_status skep_reply_reader_new(struct skep_reply_reader **reader_out,
                                                struct skep_error *err);
void skep_reply_reader_free(struct skep_reply_reader *reader); /* NULL is fine */

/* Take N bytes in. Best in pieces of at most SKEP_REPLY_PIECE_BYTES: hiredis moves what it has not parsed yet
 * to the front after each reply, so that large pieces of small replies cost quadratic time.
 *
 *   SKEP_E_PROTOCOL  one reply is larger than allowed
 *   SKEP_E_NOMEM */
enum { SKEP_REPLY_PIECE_BYTES = 16 * 1024 };
SKEP_MUST_USE skep_status skep_reply_reader_feed(struct skep_reply_reader *reader, const char *bytes,
                                                 size_t n, struct skep_error *err);

/* The next complete reply, valid until the next call of this function or of skep_reply_reader_forget.
 *
 *   SKEP_EMPTY       it is not complete yet: feed more
 *   SKEP_E_PROTOCOL  this is not Redis' protocol, or beyond the limits
 *   SKEP_E_NOMEM
 * After the last two the reader gives nothing more. */
SKEP_MUST_USE skep_status skep_reply_reader_next(struct skep_reply_reader *reader,
                                                 struct skep_reply **reply_out, struct skep_error *err);

/* Give the last reply's memory back (up to what the next one will want again). */
void skep_reply_reader_forget(struct skep_reply_reader *reader);

/* "OK", "PONG": whether REPLY is a status or text that equals WORD. */
bool skep_reply_is(const struct skep_reply *reply, const char *word);

/* Whether REPLY is an array whose elements from FROM on are all of KIND. */
bool skep_reply_is_array_of(const struct skep_reply *reply, size_t from, enum skep_reply_kind kind);

#endif
