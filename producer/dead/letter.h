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
    struct skep_bytes whole;   /* as it lies in the list */
    struct skep_bytes fresh;   /* what a requeue would put into the queue: the record and its place */
};

/* Read one. Strings live in ARENA, the record points into BYTES. What cannot be read is all record and has
 * the cause SKEP_LETTER_UNKNOWN. */
#define SKEP_LETTER_UNKNOWN "unknown"
void skep_letter_read(const struct skep_bytes *bytes, struct skep_arena *arena,
                      struct skep_letter *letter_out);

/* The dead letters of a queue. */
struct skep_letters {
    struct skep_conn *conn; /* borrowed, open */
    const struct skep_keys *keys;
    bool is_quiet; /* tell nothing of progress: what is printed meanwhile is progress enough */
};

/* Go through all dead letters of a queue, oldest first, in pieces that fit into memory whatever the size of
 * the records. VISIT gets each one, and copies what it wants to keep. It ends the walk by anything but
 * SKEP_OK, which is then returned. Ctrl-C ends it too: SKEP_STOPPED. At a terminal the user sees how far a
 * long walk has come. */
typedef skep_status (*skep_letter_visit)(void *context, const struct skep_letter *letter,
                                         struct skep_error *err);
SKEP_MUST_USE skep_status skep_letters_walk(const struct skep_letters *letters, skep_letter_visit visit,
                                            void *context, struct skep_error *err);

/* The newest letter, and how many there are (0: then none was visited). */
SKEP_MUST_USE skep_status skep_letters_newest(const struct skep_letters *letters, skep_letter_visit visit,
                                              void *context, int64_t *n_out, struct skep_error *err);

/* Tell the user what ended a walk, where it has not been told, and return the exit code: SKEP_STOPPED is
 * Ctrl-C, or a failure to print. */
int skep_letters_exit(skep_status status, const struct skep_error *err);

/* The words that skep_dead_sift looks for to find the letters whose line holds what HEADER has: one of id,
 * cause, kernel, job. TEXT has room for SKEP_LETTER_WANTED_BYTES; false when it does not fit. */
enum { SKEP_LETTER_WANTED_BYTES = 1024 };
bool skep_letter_wanted(const struct skep_header *header, char *text);

#endif
