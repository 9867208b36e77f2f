/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_STATE_H
#define SKEP_EXPORTER_STATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "history.h"
#include "monitor/findings.h"
#include "monitor/overview.h"

/* All that is known at one instant. The collector writes it, under the lock and never while it waits for
 * Redis; those who answer HTTP read it, under the lock. */

enum {
    SKEP_EXPORT_QUEUES_MOST = 10000,
    SKEP_EXPORT_LATE_MS = 3000,  /* what could not be read for so long is not known any more, ... */
    SKEP_EXPORT_ERROR_WORDS = 24 /* different statuses that are counted */
};

/* Failures by cause, as they stood some time ago: at least ten minutes, as soon as there are so many. */
enum { SKEP_EXPORT_PAST_MS = 600000 };
struct skep_export_past {
    bool is_known;
    int64_t newer_ms; /* when the newer one was taken */
    size_t n_older, n_newer;
    struct skep_overview_count older[SKEP_OVERVIEW_CAUSES], newer[SKEP_OVERVIEW_CAUSES];
};

struct skep_export_queue {
    char name[SKEP_QUEUE_NAME_MAX + 1];
    struct skep_overview *overview; /* the last one that was read; NULL: none was yet */
    int64_t read_ms;                /* when that was, monotonic; first when it was found */
    bool is_read;                   /* by the last reading; else it was quiet, or could not be */
    bool is_kept;                   /* while the list of queues is renewed */
    char error[256];                /* why it could not be read, in words; "" it could */
    size_t n_findings;
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    struct skep_export_past past;
    struct skep_export_history history;
};

/* How often something happened that has a word. */
struct skep_export_count {
    const char *word; /* static */
    uint64_t n;
};

struct skep_export_state {
    pthread_mutex_t lock;
    uint64_t generation; /* raised by each reading */
    int64_t started_ms;  /* monotonic, like all here but wall_ms */
    int64_t read_ms;     /* the last complete reading; -1: none yet */
    int64_t wall_ms;     /* when the last one was, complete or not */
    int64_t read_ns;     /* how long the last complete one took */
    int64_t period_ms;   /* ... or for two readings, where they are more seldom; planned between readings */
    bool is_up;          /* the last one was complete */
    char error[256];     /* why not, in words */
    char address[256];
    bool has_facts;
    struct skep_server_facts facts;
    size_t n_findings; /* of the server */
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    size_t n_known; /* queues, those left out too */
    size_t n_queues;
    struct skep_export_queue **queues;  /* by name */
    struct skep_export_history history; /* of all together */
    uint64_t n_readings;
    size_t n_errors;
    struct skep_export_count errors[SKEP_EXPORT_ERROR_WORDS];
};

void skep_export_state_init(struct skep_export_state *state, int64_t now_ms);
void skep_export_state_release(struct skep_export_state *state);

/* The words of a failure are counted. */
void skep_export_state_count_error(struct skep_export_state *state, const char *word);

/* From now on the queues are NAMES (by name, N of them); what is known of those that were there before stays.
 * SKEP_E_NOMEM: they are as before. */
SKEP_MUST_USE skep_status skep_export_state_set_queues(struct skep_export_state *state,
                                                       const char *const *names, size_t n, int64_t now_ms);

/* NULL: there is none of that name. */
struct skep_export_queue *skep_export_state_find(const struct skep_export_state *state, const char *name);

/* After so long without a reading nothing is known any more. */
int64_t skep_export_late_ms(const struct skep_export_state *state);

/* Is what is known of it new enough to be told as true? */
bool skep_export_is_fresh(const struct skep_export_state *state, int64_t now_ms);
bool skep_export_queue_is_fresh(const struct skep_export_state *state, const struct skep_export_queue *queue,
                                int64_t now_ms);

/* OVERVIEW (on the heap, the queue's from now on) and what is found in it replace what was known. */
void skep_export_queue_set(struct skep_export_queue *queue, struct skep_overview *overview, int64_t now_ms);

/* How many attempts have failed by CAUSE since then: in the last ten to twenty minutes, or since the exporter
 * began. */
int64_t skep_export_queue_recent(const struct skep_export_queue *queue,
                                 const struct skep_overview_count *cause);

/* What was found in FACTS, and they themselves, replace what was known of the server. */
void skep_export_state_set_facts(struct skep_export_state *state, const struct skep_server_facts *facts);

/* What only grows of an overview. */
void skep_export_sums_take(const struct skep_overview *overview, struct skep_export_sums *sums_out);

/* A step of history has passed: every queue, and all together, get a point. */
void skep_export_state_add_points(struct skep_export_state *state, int64_t now_ms);

void skep_export_overview_free(struct skep_overview *overview); /* with itself; NULL is fine */

#endif
