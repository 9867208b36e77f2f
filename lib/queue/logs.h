/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_LOGS_H
#define SKEP_QUEUE_LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* What tasks have printed, attempt by attempt: the stream `{skep:Q}:logs`, of bounded length (about
 * SKEP_LOGS_KEPT entries, the oldest go). For people: a task never fails because its output could not be
 * kept. Each entry stands alone; an attempt that runs for long has several, each with what was printed since
 * the one before. */

enum { SKEP_LOGS_KEPT = 4096, SKEP_LOGS_TAIL_BYTES = 4096 /* of each output of an attempt */ };

struct skep_logs_entry {
    const char *job; /* NULL: none */
    const char *id;  /* of the task; of an index of a range job "JOB.INDEX"; NULL: which one is not known */
    int64_t index;   /* of a range job, else of its record; -1: none */
    int64_t attempt; /* 1 for the first; 0: not known */
    const char *worker; /* NULL, or "" when read: not known; so is host */
    const char *host;
    int64_t slot;
    const char *stream; /* "stdout" or "stderr" */
    const char *text;   /* the tail: anybody's bytes */
    size_t text_n;
    uint64_t total_n; /* so much was printed; above text_n: what came before is lost */
    uint64_t n_lost;  /* so many outputs of this slot after this one were too many to be kept */
    int64_t at_ms;    /* Redis TIME, when read */
};

/* Keep them; one round trip. No reply may be due. The first failure is told after the last entry was tried.
 *
 *   SKEP_E_UNWELL, SKEP_E_REFUSED, ...   what the server says: the entries are not worth another try
 *   and failures of the line (conn.h), which leave the connection closed */
SKEP_MUST_USE skep_status skep_logs_add(struct skep_conn *conn, const struct skep_keys *keys,
                                        const struct skep_logs_entry *entries, size_t n,
                                        struct skep_error *err);

/* The next entries after AFTER ("0": the oldest that is kept, "$": only what comes), MAX at most, in the
 * order they came. BLOCK_MS: how long to wait when there is none; 0: not at all. AFTER is moved on. Entries
 * are memory of the connection until its next use. What somebody else wrote into the stream is read as far as
 * it makes sense.
 *
 *   SKEP_EMPTY   none */
enum { SKEP_LOGS_PLACE_BYTES = 48 };
SKEP_MUST_USE skep_status skep_logs_read(struct skep_conn *conn, const struct skep_keys *keys,
                                         char after[SKEP_LOGS_PLACE_BYTES], int block_ms,
                                         struct skep_logs_entry *entries_out, size_t max, size_t *n_out,
                                         struct skep_error *err);

#endif
