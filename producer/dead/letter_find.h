/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_LETTER_FIND_H
#define SKEP_PRODUCER_LETTER_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "producer/dead/letter.h"
#include "task/id.h"

enum { SKEP_LETTER_ID_BYTES = 260 }; /* ids have at most 256 bytes */

/* One letter out of many, and what makes it so. */
struct skep_letter_found {
    struct skep_buf bytes; /* of the whole letter, a copy */
    char id[SKEP_LETTER_ID_BYTES];
    uint64_t n; /* letters with this id; the bytes are those of the newest */
};

/* Find the letter whose id is ID or, where none has it, the only id that begins with ID. Whatever comes,
 * FOUND_OUT is the caller's to be released.
 *
 *   SKEP_EMPTY        there is none
 *   SKEP_E_CONFLICT   several ids begin so; ERR names some
 *   SKEP_STOPPED, and what reading fails with */
SKEP_MUST_USE skep_status skep_letter_find(const struct skep_letters *letters, const char *id,
                                           struct skep_letter_found *found_out, struct skep_error *err);
void skep_letter_found_release(struct skep_letter_found *found); /* zeroed is fine */

/* Tell the user of SKEP_EMPTY or SKEP_E_CONFLICT, and return the exit code. */
int skep_letter_find_complain(skep_status status, const struct skep_error *err, const char *queue,
                              const char *id);

#endif
