/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_STATUS_H
#define SKEP_PRODUCER_STATUS_H

#include "queue/admin.h"

/* The names of all queues, sorted, each shorter than SKEP_QUEUE_NAME_MAX + 1; skep_free them all at once.
 * *NAMES_OUT is NULL when there are none. */
typedef char skep_queue_name[SKEP_QUEUE_NAME_MAX + 1];
SKEP_MUST_USE skep_status skep_status_list_queues(struct skep_conn *conn, skep_queue_name **names_out,
                                                  size_t *n_out, struct skep_error *err);

#endif
