/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_SETTLE_WRITE_H
#define SKEP_WORKER_SETTLE_WRITE_H

#include "settle.h"

/* The bytes of verdicts: results, records for another try, dead letters. Each is appended to BYTES, and
 * SETTLED says where it is. Of an index of a range job a record is its line alone: the queue keeps the rest
 * once. */

/* A text with its NUL behind the bytes; how long it is with that. */
size_t skep_settle_write_text(const char *text, struct skep_buf *bytes, size_t *at_out);

/* The result of a task that is over, and whose count it raises. */
void skep_settle_write_end(const struct skep_attempt *attempt, const struct skep_work *work,
                           const struct skep_outcome *outcome, struct skep_buf *bytes,
                           struct skep_settled *settled);

/* The record with the history of HEADER, and something that no other member of the delayed set has. */
void skep_settle_write_retry(const struct skep_work *work, const struct skep_header *header,
                             struct skep_buf *bytes, struct skep_settled *settled);

/* One line of skep's (cause and history), then the record as it came: its place in its batch and its bytes.
 * Without its first line a dead letter is a fresh record. */
void skep_settle_write_dead(const struct skep_attempt *attempt, const struct skep_work *work,
                            const struct skep_outcome *outcome, struct skep_buf *bytes,
                            struct skep_settled *settled);

/* One more failed attempt in the history. */
void skep_settle_add_event(struct skep_header *header, const struct skep_attempt *attempt,
                           const struct skep_outcome *outcome);

#endif
