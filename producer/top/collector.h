/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TOP_COLLECTOR_H
#define SKEP_PRODUCER_TOP_COLLECTOR_H

#include <stdbool.h>

#include "base/error.h"
#include "producer/top/model.h"
#include "producer/top/state.h"
#include "queue/conn.h"

/* Looks at a server again and again, over one connection, in a thread of its own: a server that hangs does
 * not hold up the keys. It writes the model, and only it does. */
struct skep_top_collector; /* opaque */

/* CONN is taken, also on failure. QUEUE: the only one that is asked for; NULL: all.
 *   SKEP_E_NOMEM, SKEP_E_IO */
SKEP_MUST_USE skep_status skep_top_collector_new(struct skep_conn *conn, const char *queue, double interval_s,
                                                 struct skep_top_collector **collector_out,
                                                 struct skep_error *err);

/* End the thread and free it all. A thread that waits for a server that hangs is left to the end of the
 * process. NULL is fine. */
void skep_top_collector_free(struct skep_top_collector *collector);

/* Look once, here, before the thread is started.
 *   failures of the line and of the server */
SKEP_MUST_USE skep_status skep_top_collector_look(struct skep_top_collector *collector,
                                                  struct skep_error *err);

/* SKEP_E_IO: no thread can be had. */
SKEP_MUST_USE skep_status skep_top_collector_start(struct skep_top_collector *collector,
                                                   struct skep_error *err);

/* What has been seen; it stands still until the unlock. */
const struct skep_top_model *skep_top_collector_lock(struct skep_top_collector *collector);
void skep_top_collector_unlock(struct skep_top_collector *collector);

int skep_top_collector_fd(const struct skep_top_collector *collector); /* readable when there is news */
void skep_top_collector_take_news(struct skep_top_collector *collector);

/* What is on the screen: the chosen queue is read in full. Of very many queues only these are read. */
struct skep_top_wish {
    char chosen[SKEP_QUEUE_NAME_MAX + 1];
    size_t n;
    char names[SKEP_TOP_ALL_QUEUES][SKEP_QUEUE_NAME_MAX + 1];
};
void skep_top_collector_wish(struct skep_top_collector *collector, const struct skep_top_wish *wish);

/* Pause, resume or requeue: the model tells what became of it. */
void skep_top_collector_order(struct skep_top_collector *collector, enum skep_top_order order,
                              const char *queue);

#endif
