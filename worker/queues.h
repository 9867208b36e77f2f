/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_QUEUES_H
#define SKEP_WORKER_QUEUES_H

#include <stddef.h>

#include "base/error.h"
#include "config/option.h"
#include "queue/keys.h"

/* The queues that a worker serves, in the order of its settings. The place of a queue among them is its
 * *lane*: agent and slots number their connections, names and beats by it. */

enum { SKEP_MAX_QUEUES = 16, SKEP_QUEUE_WEIGHT_MAX = 1000 };

struct skep_worker_queue {
    char name[SKEP_QUEUE_NAME_MAX + 1];
    unsigned weight; /* its share of the slots' time beside that of the others; 1 when not given */
};

struct skep_queues {
    size_t n;
    struct skep_worker_queue items[SKEP_MAX_QUEUES];
};

/* Each of TEXTS is NAME or NAME:WEIGHT.
 *
 *   SKEP_E_USAGE  no queue, too many, one twice, a bad name or weight */
SKEP_MUST_USE skep_status skep_queues_parse(const struct skep_text_list *texts,
                                            struct skep_queues *queues_out, struct skep_error *err);

/* Their names with commas between them, for titles and logs, cut off at SIZE. Returns TEXT. */
const char *skep_queues_join(const struct skep_queues *queues, char *text, size_t size);

#endif
