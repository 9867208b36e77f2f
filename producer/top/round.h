/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TOP_ROUND_H
#define SKEP_PRODUCER_TOP_ROUND_H

#include <pthread.h>

#include "producer/top/collector.h"

/* One look at a server, and one order to it: what the collector's thread does. */
struct skep_top_round {
    struct skep_conn *conn;
    pthread_mutex_t *lock;              /* held while the model changes */
    char only[SKEP_QUEUE_NAME_MAX + 1]; /* the only queue; "": all of them */
    struct skep_top_wish wish;
    struct skep_top_model model;
    struct skep_server_facts facts;
    int64_t facts_ms; /* monotonic, when they were asked; 0: not yet */
};

/* Read what is wished into the model. A failure is told there, too: what was seen before stays. */
SKEP_MUST_USE skep_status skep_top_round_go(struct skep_top_round *round, struct skep_error *err);

/* Do it now or not at all; the model tells. */
void skep_top_round_order(struct skep_top_round *round, enum skep_top_order order, const char *queue);

#endif
