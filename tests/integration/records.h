/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_RECORDS_H
#define SKEP_TESTS_INTEGRATION_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "queue/holder.h"

/* Lists of records as the model of a queue has them: every record a copy of its own. Both ends are at hand,
 * and a record that moves from one list to another is not copied. */
struct record {
    char *bytes;
    size_t n;
};

struct records {
    struct record *items;
    size_t n, capacity;
};

void records_release(struct records *list);
void records_copy(const struct records *from, struct records *to); /* TO is overwritten, not released */

/* A copy of BYTES, which may hold NULs. */
struct record record_make(const char *bytes, size_t n);
bool record_is(const struct record *record, const char *bytes, size_t n);

/* Ownership goes to the list, or comes back. */
void records_push_tail(struct records *list, struct record record);
void records_push_head(struct records *list, struct record record);
struct record records_pop_head(struct records *list);
struct record records_pop_tail(struct records *list);
struct record records_take(struct records *list, size_t at);

/* Forget the first N, or all. */
void records_drop(struct records *list, size_t n);
void records_clear(struct records *list);

/* What a record is without the lines that skep puts in front of it, and its place in its batch ("" when it
 * has none), which is the last one that such a line tells. */
struct skep_bytes record_body(const struct record *record, char place_out[24]);

/* Whether it is of a range job: a line of positions, a dead letter of one, or what was one: its body begins
 * with {"p":. */
bool record_is_range(const struct record *record);

/* What the crash count of a record is kept under: SHA-1 of its place, a newline and its body, in hexadecimal.
 */
enum { RECORD_KEY_BYTES = 41 };
void record_crash_key(const struct record *record, char key_out[RECORD_KEY_BYTES]);

#endif
