/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_RIGHTS_H
#define SKEP_QUEUE_RIGHTS_H

#include <stddef.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* What users of a server with access rights (ACL) must be allowed, role by role. Redis does not name a right
 * that is missing inside a script, and stops the script where it is, between two writes. So each role asks
 * for all of its rights before its first move. */
enum skep_role {
    SKEP_ROLE_WORKER,
    SKEP_ROLE_PRODUCER, /* push */
    SKEP_ROLE_CONSUMER, /* results */
    SKEP_ROLE_OPERATOR, /* status, limits, pause, dead letters, cancel */
    SKEP_ROLE_MONITOR,  /* status alone */
    SKEP_ROLE_RUN,      /* skep run over a server: all that its parts need */
    SKEP_ROLE_COUNT
};

enum { SKEP_RIGHTS_MAX = 64, SKEP_RIGHTS_NAME_BYTES = 24, SKEP_RIGHTS_MISSING_MAX = 96 };

/* Does the user of CONN, which is open, have every right that ROLE needs on the queue of KEYS? One round
 * trip; changes nothing. A server before 7.0 cannot be asked: SKEP_OK.
 *
 *   SKEP_E_REFUSED  no; what is missing is named
 *   and failures of the line and of the server (conn.h) */
SKEP_MUST_USE skep_status skep_rights_check(struct skep_conn *conn, const struct skep_keys *keys,
                                            enum skep_role role, struct skep_error *err);

/* The same, with each right that is missing: "'blmove'" or "key 'skep:Q'", memory of the connection until its
 * next use. None: *N_OUT is 0, and SKEP_OK either way.
 *
 *   SKEP_E_REFUSED  the user may not even ask
 *   and failures of the line and of the server (conn.h) */
SKEP_MUST_USE skep_status skep_rights_missing(struct skep_conn *conn, const struct skep_keys *keys,
                                              enum skep_role role,
                                              const char *missing_out[SKEP_RIGHTS_MISSING_MAX], size_t *n_out,
                                              struct skep_error *err);

/* The commands of ROLE, "RPUSH" or "SCRIPT LOAD", each once; how many. For the documentation too. */
size_t skep_rights_commands(enum skep_role role, char names_out[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES]);

const char *skep_rights_role_text(enum skep_role role); /* "a worker" */

#endif
