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

/* What became of the first positions of the range that is in the hand (queue/range.h). Those below UPTO are
 * settled: done, failed for good, to be tried again; what is none of these was cancelled. At most a thousand
 * of each list. */
struct skep_range_verdict {
    int64_t upto; /* everything below is settled; the range's hi: all of it; its lo: nothing yet */
    int64_t back; /* [back, hi) goes back to the head of the queue, unrun; -1: nothing does */
    int64_t n_done, n_failed;           /* of the positions settled by it; tried again: neither */
    const struct skep_verdict *retries; /* RETRY: record is a line for one position */
    size_t n_retries;
    const struct skep_verdict *dead; /* BURY: the dead letter, and the result if the job wants results */
    size_t n_dead; /* mostly n_failed; one letter may be that of many positions, when its line says so */
    const struct skep_bytes *results; /* for the output list, where the job wants them */
    size_t n_results;
    struct skep_bytes ack; /* for the gatherer; n 0: none */
    int64_t hit;           /* lowest position whose value is a hit, with its index; -1: none */
    int64_t hit_index;
};

/* How many words skep_verdicts_add will add for N verdicts. */
size_t skep_verdicts_count(const struct skep_verdict *verdicts, size_t n);

/* Add them to a request that was begun with room for so many. N <= 1000. */
void skep_verdicts_add(struct skep_conn *conn, const struct skep_verdict *verdicts, size_t n);

/* The same for positions of a range of JOB; VERDICT NULL: nothing is told of it. What goes in front of them
 * (upto to ack) is the cycle's. */
size_t skep_range_verdict_count(const struct skep_range_verdict *verdict);
void skep_range_verdict_add(struct skep_conn *conn, const struct skep_range_verdict *verdict,
                            const char *job);

#endif
