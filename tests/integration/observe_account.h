/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_OBSERVE_ACCOUNT_H
#define SKEP_TESTS_INTEGRATION_OBSERVE_ACCOUNT_H

#include "model.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* Whether the server has counted of the queue and of each of its jobs what MODEL has; if not, WORDS says
 * where they differ. Fails the test when the server does not answer. */
bool observe_account_equals(struct skep_conn *conn, const struct skep_keys *keys, const struct model *model,
                            char *words, size_t size);

#endif
