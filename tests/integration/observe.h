/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_OBSERVE_H
#define SKEP_TESTS_INTEGRATION_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* Everything that a server has of a queue, at one instant, and what must be true of it. Its database holds
 * this queue and nothing else. Memory of the connection. */
struct observation {
    const struct skep_reply *parts;
    size_t n_held; /* lists, of the model's workers; another one would be a key too many */
    int64_t now_ms;
};

/* Fails the test when the server does not answer. */
void observe_read(struct skep_conn *conn, const struct skep_keys *keys, const struct model *model,
                  struct observation *out);

/* Whether MODEL says the same to the last byte; if not, WORDS says where they differ. A consumer's mark may
 * have faded when MARK_MAY_FADE; then the model hears of it. */
bool observe_equals(const struct observation *observation, const struct model *model, char *words,
                    size_t size);

/* Calls SEE for every record in every place where a task can be: waiting, held, delayed, suspect, dead. */
void observe_each_task(const struct observation *observation,
                       void (*see)(void *context, const struct skep_bytes *record), void *context);

/* Copy everything in the server's database to database 1, and back. TTLs are kept. */
void observe_save(struct skep_conn *conn);
void observe_restore(struct skep_conn *conn);

#endif
