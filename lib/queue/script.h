/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_SCRIPT_H
#define SKEP_QUEUE_SCRIPT_H

#include <stddef.h>

#include "base/error.h"
#include "queue/conn.h"

/* The moves of a queue are Lua scripts (scripts/), so that each one is atomic and one round trip. They go by
 * EVALSHA; a server that does not know one yet gets it by EVAL, once. */
enum skep_script_name {
    SKEP_SCRIPT_REGISTER,
    SKEP_SCRIPT_CYCLE,
    SKEP_SCRIPT_TOUCH,
    SKEP_SCRIPT_PEEK,
    SKEP_SCRIPT_REAP,
    SKEP_SCRIPT_PUT,
    SKEP_SCRIPT_COLLECT,
    SKEP_SCRIPT_SIFT,
    SKEP_SCRIPT_STATUS,
    SKEP_SCRIPT_RIGHTS,
    SKEP_SCRIPT_JOB,
    SKEP_SCRIPT_FORGET,
    SKEP_SCRIPT_CANCEL,
    SKEP_SCRIPT_PUT_RANGE,
    SKEP_SCRIPT_RANGE_END,
    SKEP_SCRIPT_GATHER,
    SKEP_SCRIPT_COUNT
};

/* Begin the request: the caller adds N_ARGS arguments (skep_conn_arg...) behind the keys. */
void skep_script_begin(struct skep_conn *conn, enum skep_script_name name, size_t n_keys,
                       const char *const *keys, size_t n_args);

/* Send what was begun and wait for the reply. A server that forgot the script (NOSCRIPT) is taught all
 * scripts, and the same request is sent again. An error reply becomes its status (queue/redis_error.h). */
SKEP_MUST_USE skep_status skep_script_call(struct skep_conn *conn, int timeout_ms,
                                           struct skep_reply **reply_out, struct skep_error *err);

/* The second half of it, for requests that were sent already (skep_conn_flush, skep_conn_resend_last) and are
 * the only ones under way: the reply to the first, which is a script. Others may stand behind it that do no
 * harm when they are sent twice; their replies are still due afterwards. An error reply stays a reply. */
SKEP_MUST_USE skep_status skep_script_settle(struct skep_conn *conn, int timeout_ms,
                                             struct skep_reply **reply_out, struct skep_error *err);

/* Teach the server a script, or all of them. For who sends several requests before the first reply: others
 * are taught when the server says that it does not know one. */
SKEP_MUST_USE skep_status skep_script_load(struct skep_conn *conn, enum skep_script_name name,
                                           struct skep_error *err);
SKEP_MUST_USE skep_status skep_script_load_all(struct skep_conn *conn, struct skep_error *err);

/* The text that is sent, for SERVER_VERSION (70000: Redis 7.0 knows flags); for tests that patch it. */
const char *skep_script_text(enum skep_script_name name, int server_version);

#endif
