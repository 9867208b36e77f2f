/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_HELLO_H
#define SKEP_QUEUE_HELLO_H

#include "base/error.h"
#include "base/status.h"
#include "queue/line.h"
#include "queue/reply.h"
#include "queue/request.h"
#include "queue/url.h"

/* The first words on a new connection: who we are, and what the server is. HELLO says both in one command,
 * and is the only one besides AUTH that needs no right of its own. */
enum { SKEP_OLDEST_REDIS = 60200 }; /* LMOVE, and GET of SET */

/* HELLO, with user and password when PASSWORD is not empty (an empty USER is the default one) and a name when
 * CLIENT_NAME is not NULL. */
void skep_hello_write(struct skep_requests *requests, const char *user, const char *password,
                      const char *client_name);

/* Read the answer. *VERSION_OUT is 70015 for 7.0.15, or 0 if the server does not say.
 *
 *   SKEP_E_REFUSED  wrong password and the like, or a server older than 6.2
 *   and what else redis_error.h makes of an error reply */
SKEP_MUST_USE skep_status skep_hello_read(const struct skep_reply *reply, int *version_out,
                                          struct skep_error *err);

/* "7.0.15" is 70015; 0 for what is no version. A part beyond 99 counts as 99. */
int skep_hello_version(const char *text);

/* Both over a line that was just opened, with the choice of URL's database in the same round trip.
 * CLIENT_NAME may be NULL. The password is overwritten afterwards. The statuses are those of
 * skep_conn_connect. */
SKEP_MUST_USE skep_status skep_hello_exchange(struct skep_line *line, const struct skep_url *url,
                                              const char *client_name, int *version_out,
                                              struct skep_error *err);

#endif
