/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_WHY_FOUND_H
#define SKEP_PRODUCER_WHY_FOUND_H

#include "producer/ask/task_search.h"
#include "producer/ask/why.h"
#include "task/result_read.h"

/* A task that was found: what is kept of its first hit. */
struct skep_why_found {
    int64_t index; /* that was asked for; -1 */
    bool is_found;
    struct skep_task_hit hit;
    char worker[SKEP_WORKER_NAME_BYTES];
    struct skep_result_summary result; /* RESULT */
    struct skep_why_needs needs;       /* of what waits or is held */
    struct skep_arena arena;
};

/* What becomes of one that waits (in the queue, delayed, a suspect), and of one that a slot holds. ID is how
 * it was asked for. */
void skep_why_waiting(const struct skep_why *why, const struct skep_why_found *found, const char *id,
                      struct skep_why_answer *answer);
void skep_why_held(const struct skep_why *why, const struct skep_why_found *found, const char *id,
                   struct skep_why_answer *answer);

/* A fact: when MS is or was; none for 0. What its own line and its record say. */
void skep_why_tell_time(struct skep_why_answer *answer, const char *name, int64_t ms, int64_t now_ms);
void skep_why_tell_task(const struct skep_why *why, const struct skep_why_found *found,
                        struct skep_why_answer *answer);

#endif
