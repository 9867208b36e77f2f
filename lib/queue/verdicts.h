/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_VERDICTS_H
#define SKEP_QUEUE_VERDICTS_H

#include <stddef.h>
#include <stdint.h>

#include "queue/conn.h"

/* What is to become of tasks that a slot holds, and the words in which scripts hear of it
 * (scripts/settle.inc). */

struct skep_bytes {
    const char *bytes;
    size_t n;
};

struct skep_verdict {
    /* CANCEL: unrun or ended because somebody cancelled it; like BURY, but no dead letter. */
    enum skep_verdict_kind { SKEP_DONE, SKEP_RETRY, SKEP_BURY, SKEP_CANCEL } kind;
    struct skep_bytes result; /* DONE, BURY, CANCEL: for the output list */
    struct skep_bytes record; /* RETRY: the record with its new header; BURY: the dead letter */
    int64_t delay_ms;         /* RETRY */
    const char *job;          /* whose count it raises; NULL: none */
    const char *id; /* CANCEL: of the task; a cancellation of this id has met its task and is over */
};

/* How many words skep_verdicts_add will add for N verdicts. */
size_t skep_verdicts_count(const struct skep_verdict *verdicts, size_t n);

/* Add them to a request that was begun with room for so many. N <= 1000. */
void skep_verdicts_add(struct skep_conn *conn, const struct skep_verdict *verdicts, size_t n);

#endif
