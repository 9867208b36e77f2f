/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TOP_MODEL_H
#define SKEP_PRODUCER_TOP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/findings.h"
#include "monitor/overview.h"
#include "queue/server_facts.h"

/* What `skep top` has seen of a server: filled by round.c, drawn by draw.c. Plain data; who shares it
 * between threads locks it. */

enum {
    SKEP_TOP_MAX_QUEUES = 100000, /* that are listed */
    SKEP_TOP_ALL_QUEUES = 128,    /* up to here all are read each time; of more only those on the screen */
    SKEP_TOP_HISTORY = 150,       /* rates that are kept of a queue */
    SKEP_TOP_PACE = 64,           /* counts that are kept of a queue, to reckon rates from */
    SKEP_TOP_PACE_MS = 10000,     /* as far back: a rate that jumps cannot be read */
    SKEP_TOP_WORDS = 320
};

/* How much had come and gone, when. */
struct skep_top_pace {
    int64_t at_ms; /* monotonic */
    int64_t n_in, n_out;
    bool counts_puts;
};

/* A queue that has been read. Large: on the heap. */
struct skep_top_seen {
    struct skep_overview overview; /* its rates are those of the last ten seconds or so */
    size_t n_pace;
    struct skep_top_pace pace[SKEP_TOP_PACE]; /* the newest last */
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    size_t n_findings;
    double *job_per_s; /* of overview.jobs, tasks that are over; NaN: not known (yet). skep_free */
    double out_per_s[SKEP_TOP_HISTORY]; /* the newest last */
    size_t n_out;
};

struct skep_top_queue {
    char name[SKEP_QUEUE_NAME_MAX + 1];
    struct skep_top_seen *seen;   /* NULL: not yet, or not any more */
    char trouble[SKEP_TOP_WORDS]; /* why it could not be read; "": it could */
};

struct skep_top_model {
    char server[256]; /* its URL, without the password */
    int version;      /* 70015; 0: not known */
    size_t n_queues;
    struct skep_top_queue *queues; /* by name */
    bool is_listed;                /* their names have come once */
    size_t n_facts;                /* what is wrong with the server itself */
    struct skep_finding facts[SKEP_FINDINGS_MAX];
    int64_t seen_ms;              /* monotonic, when the last round was complete; 0: none was */
    char trouble[SKEP_TOP_WORDS]; /* why nothing can be read now; "": it can */
    int64_t trouble_ms;           /* since when */
    char answer[SKEP_TOP_WORDS];  /* what became of the last order */
    uint64_t n_answers;           /* so many were given */
    bool is_bad_answer;
};

void skep_top_model_release(struct skep_top_model *model); /* zeroed is fine */

/* These are the queues now: what was seen of those that stay is kept. NAMES is sorted.
 *   SKEP_E_NOMEM   all stays as it was */
SKEP_MUST_USE skep_status skep_top_model_list(struct skep_top_model *model, const char *const *names,
                                              size_t n);

/* The queue of that name; NULL: there is none. */
struct skep_top_queue *skep_top_model_find(const struct skep_top_model *model, const char *name);

/* SEEN (taken; on the heap) is what the queue is like now. */
void skep_top_queue_see(struct skep_top_queue *queue, struct skep_top_seen *seen);
void skep_top_seen_free(struct skep_top_seen *seen); /* NULL is fine */

/* The first of what is wrong with the queue, the worst first; NULL: nothing. */
const struct skep_finding *skep_top_worst(const struct skep_top_seen *seen);

/* The sum of all queues that were seen. */
struct skep_top_sum {
    size_t n_seen, n_slots, n_busy;
    int64_t n_left, n_waiting, n_held, n_delayed, n_suspect, n_dead, n_results;
    double in_per_s, out_per_s; /* NaN: of no queue known */
};
void skep_top_sum_add(struct skep_top_sum *sum, const struct skep_top_seen *seen); /* zeroed at first */
struct skep_top_sum skep_top_sum_all(const struct skep_top_model *model);

#endif
