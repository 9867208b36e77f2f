/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_GATHER_CHILD_H
#define SKEP_WORKER_GATHER_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "child.h"
#include "crew.h"
#include "queue/backoff.h"

/* An agent's gatherer: a child that is started when the acks of some job wait and nobody gathers, and ends by
 * itself. One that found nothing that it could do (the outputs are not in our folders) is not started again
 * soon. */
struct skep_gather_child {
    struct skep_crew *crew; /* borrowed; what it counted is added there */
    struct skep_child child;
    struct skep_backoff backoff;
    int64_t start_at_ms; /* not before */
};

void skep_gather_child_init(struct skep_gather_child *gatherer, struct skep_crew *crew);

/* Is it over? Is it wanted and may be started? */
void skep_gather_child_tend(struct skep_gather_child *gatherer, bool is_wanted, int64_t now_ms);

/* To be polled for its end; -1: none runs. */
int skep_gather_child_fd(const struct skep_gather_child *gatherer);
bool skep_gather_child_is_alive(const struct skep_gather_child *gatherer);

void skep_gather_child_set_log_level(const struct skep_gather_child *gatherer, enum skep_log_level level);

/* It makes safe what it has and leaves, or ends at once. */
void skep_gather_child_stop(struct skep_gather_child *gatherer, bool is_at_once);

#endif
