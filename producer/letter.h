/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_LETTER_H
#define SKEP_PRODUCER_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "queue/admin.h"
#include "task/header.h"

/* A dead letter: a line of skep's that says why it is one, then the record as it came. The bytes are a
 * stranger's: print them with skep_words_add_harmless. */
struct skep_letter {
    struct skep_header header; /* why: cause, kernel, id, history */
    const char *message;       /* of the last attempt; "" when there is none */
    struct skep_bytes record;  /* without lines of skep's */
};

/* Read one. Strings live in ARENA, the record points into BYTES. What cannot be read is all record and has
 * the cause "unknown". */
void skep_letter_read(const struct skep_bytes *bytes, struct skep_arena *arena,
                      struct skep_letter *letter_out);

/* Go through all dead letters of a queue, oldest first, in pieces that fit into memory whatever the size of
 * the records. VISIT gets each one; what it wants to keep it copies. It ends the walk by anything but
 * SKEP_OK, which is then returned. */
typedef skep_status (*skep_letter_visit)(void *context, const struct skep_letter *letter,
                                         struct skep_error *err);
SKEP_MUST_USE skep_status skep_letters_walk(struct skep_conn *conn, const struct skep_keys *keys,
                                            skep_letter_visit visit, void *context, struct skep_error *err);

/* The words that skep_dead_sift looks for to find the letters whose line holds what HEADER has: one of id,
 * cause, kernel. TEXT has room for SKEP_LETTER_WANTED_BYTES; false when it does not fit. */
enum { SKEP_LETTER_WANTED_BYTES = 1024 };
bool skep_letter_wanted(const struct skep_header *header, char *text);

#endif
