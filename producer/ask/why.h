/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_WHY_H
#define SKEP_PRODUCER_WHY_H

#include "monitor/findings.h"
#include "producer/ask/why_answer.h"
#include "producer/ask/why_needs.h"

/* Why does it not run? One answer for one task, job or slot: the first condition that keeps it from running,
 * with the facts. */

/* What is asked, and what everybody who answers knows. */
struct skep_why {
    struct skep_conn *conn; /* borrowed, open */
    const struct skep_overview *overview;
    const struct skep_server_facts *facts;
    const struct skep_finding *findings;
    size_t n_findings;
    int64_t max_records; /* to look through */
    bool is_quiet;       /* no progress */
};

/* Where the queue or its server is what keeps everything: the first such finding is the answer, and true.
 * Else ANSWER stays as it is. why_queue.c */
bool skep_why_queue(const struct skep_why *why, struct skep_why_answer *answer);

/* What a record needs and no worker has, or why it is no record: the answer, and true. why_queue.c */
bool skep_why_answer_needs(const struct skep_why *why, const struct skep_why_needs *needs,
                           struct skep_why_answer *answer);

/* How many records come and go, in one fact. why_queue.c */
void skep_why_tell_pace(const struct skep_why *why, struct skep_why_answer *answer);

/* A job that is known. why_job.c */
SKEP_MUST_USE skep_status skep_why_job(const struct skep_why *why, const struct skep_job *job,
                                       struct skep_why_answer *answer, struct skep_error *err);

/* The task that TEXT names, wherever it is; that it is nowhere is an answer, too. why_task.c
 *
 *   SKEP_STOPPED   Ctrl-C
 *   failures of the line and of the server */
SKEP_MUST_USE skep_status skep_why_task(const struct skep_why *why, const char *text,
                                        struct skep_why_answer *answer, struct skep_error *err);

#endif
