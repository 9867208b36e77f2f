/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_KEYS_H
#define SKEP_QUEUE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The names of everything a queue has in Redis (docs/protocol.md). All of them hash to one slot of a cluster.
 */

enum {
    SKEP_QUEUE_NAME_MAX = 64,
    SKEP_WORKER_NAME_BYTES = 96,
    SKEP_KEY_PREFIX_BYTES = SKEP_QUEUE_NAME_MAX + 32,
    SKEP_KEY_BYTES = SKEP_KEY_PREFIX_BYTES + SKEP_WORKER_NAME_BYTES
};

/* The set of the names of all queues: for listing. */
#define SKEP_KEY_QUEUES "skep:queues"

struct skep_keys {
    char name[SKEP_QUEUE_NAME_MAX + 1];
    char queue[SKEP_KEY_BYTES];
    char workers[SKEP_KEY_BYTES];
    char cycle[SKEP_KEY_BYTES];
    char out[SKEP_KEY_BYTES];
    char delayed[SKEP_KEY_BYTES];
    char dead[SKEP_KEY_BYTES];
    char suspect[SKEP_KEY_BYTES];
    char crashes[SKEP_KEY_BYTES];
    char stat[SKEP_KEY_BYTES];
    char conf[SKEP_KEY_BYTES];
    char puts[SKEP_KEY_BYTES];
    char jobs[SKEP_KEY_BYTES];
    char cancel[SKEP_KEY_BYTES];
    char reader[SKEP_KEY_BYTES];
    char ranges[SKEP_KEY_BYTES];
    char gather[SKEP_KEY_BYTES];
    char account[SKEP_KEY_BYTES];
    char logs[SKEP_KEY_BYTES];
    char prefix[SKEP_KEY_PREFIX_BYTES];          /* of all but `queue` */
    char held_prefix[SKEP_KEY_PREFIX_BYTES];     /* + W */
    char info_prefix[SKEP_KEY_PREFIX_BYTES];     /* + W */
    char acks_prefix[SKEP_KEY_PREFIX_BYTES];     /* + name of a range job */
    char gatherer_prefix[SKEP_KEY_PREFIX_BYTES]; /* + name of a range job */
    char account_prefix[SKEP_KEY_PREFIX_BYTES];  /* + name of a job */
    char slow_prefix[SKEP_KEY_PREFIX_BYTES];     /* + name of a job */
};

/* SKEP_E_USAGE: the name is not [A-Za-z0-9_.-]{1,64}. */
SKEP_MUST_USE skep_status skep_keys_init(struct skep_keys *keys, const char *queue, struct skep_error *err);

bool skep_queue_name_is_valid(const char *name);

/* A name for a slot incarnation: host, pid, start time, chance. Never reused. TEXT holds
 * SKEP_WORKER_NAME_BYTES. */
void skep_worker_name_make(char *text);

#endif
