/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_REDIS_ERROR_H
#define SKEP_QUEUE_REDIS_ERROR_H

#include <stddef.h>

#include "base/error.h"
#include "base/status.h"

/* What skep does about an error reply. */
enum skep_redis_action {
    SKEP_REDIS_BACK_OFF,    /* nothing was done: try again later on the same connection */
    SKEP_REDIS_RECONNECT,   /* nothing was done: close, and come back with a new look at the address */
    SKEP_REDIS_SEND_SCRIPT, /* send the script's text in place of its digest, at once */
    SKEP_REDIS_STOP         /* trying again is useless: somebody must change something */
};

/* One row: an error reply that begins with PREFIX (whole words) means STATUS. docs/redis-errors.md is printed
 * from the rows. */
struct skep_redis_error {
    const char *prefix; /* "NOAUTH"; "" is the row of everything else */
    skep_status status;
    enum skep_redis_action action;
    const char *words;  /* for the user: what it means */
    const char *advice; /* and what helps */
};

/* The row of the error reply TEXT of N bytes (without the protocol's minus sign). Never NULL. Also finds what
 * a script of Redis 6.2 wraps ("ERR Error running script (call to f_...): @user_script:3: -OOM ..."). */
const struct skep_redis_error *skep_redis_error_find(const char *text, size_t n);

/* Record the reply in ERR as "WORDS (ADVICE): the server's own text" and return the row's status. The
 * server's text is made printable, and cut where Redis would repeat the arguments of a command, since one may
 * be a password. */
skep_status skep_redis_error_set(struct skep_error *err, const char *text, size_t n);

/* All rows, for the documentation and the tests; the last one is the row of everything else. */
const struct skep_redis_error *skep_redis_error_rows(size_t *n_out);

/* In a word or two; then what a worker and what a command of the user does. */
const char *skep_redis_action_text(enum skep_redis_action action);
const char *skep_redis_action_worker(enum skep_redis_action action);
const char *skep_redis_action_command(enum skep_redis_action action);

#endif
