/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_LETTER_JSON_H
#define SKEP_PRODUCER_LETTER_JSON_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "producer/dead/letter.h"

/* Dead letters as JSON, a line each. */
struct skep_letter_json {
    struct skep_buf line; /* the caller looks at its failure, takes it and resets it */
    struct skep_arena arena;
};

void skep_letter_json_init(struct skep_letter_json *json);
void skep_letter_json_release(struct skep_letter_json *json);

/* Append an object that tells everything of LETTER, with the record in it (as base64 where that is no JSON),
 * and a newline. */
void skep_letter_json_add(struct skep_letter_json *json, const struct skep_letter *letter);

/* Append a record alone, on one line without a newline; false when it is no JSON: then nothing was. */
bool skep_letter_json_add_record(struct skep_letter_json *json, const struct skep_bytes *record);

#endif
