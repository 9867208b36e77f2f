/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_VERBS_H
#define SKEP_TESTS_INTEGRATION_VERBS_H

/* What the tests of single verbs of a queue share: one server for a group, the queue "q", and short words for
 * what they do to it again and again. Include support/test.h first. Everything here fails the test. */
#include <stddef.h>
#include <stdint.h>

#include "ask.h"
#include "queue/admin.h"
#include "queue/holder.h"
#include "queue/keys.h"
#include "queue/script.h"
#include "support/redis.h"

/* The group's server; `watcher` is a connection that sees and changes what it likes. */
struct verbs {
    struct test_redis *redis;
    struct skep_conn *watcher;
    struct skep_keys keys;
};
extern struct verbs verbs;

/* For cmocka: start the server, stop it, and empty it before each test. */
int verbs_start(void **state);
int verbs_stop(void **state);
int verbs_clear(void **state);

/* One command: its words, then NULL. The reply is no error and lives until the next one. */
struct skep_reply *say(const char *word, ...) __attribute__((sentinel));
int64_t say_number(const char *command, const char *key);           /* of a reply that is a number */
int64_t stat_of(const char *counter);                               /* 0 when it was never raised */
void check_list(const char *key, const char *elements);             /* "a b c": exactly these */
void check_text(const struct skep_reply *reply, const char *bytes); /* the reply is this text */

/* A digest of every key and its value. Equal digests: nothing has changed. */
struct digest {
    char text[41];
};
struct digest state_digest(void);
void check_unchanged(const struct digest *before);

/* Records r0 ... r<N-1> behind each other into the queue, without skep. */
void push_records(size_t n);
void push_bytes(const void *bytes, size_t n);

/* A slot of "q" with a connection of its own. */
struct skep_conn *open_holder(struct skep_holder *holder);

/* One cycle that must succeed. The reply lives until the next one of any holder. */
const struct skep_cycle_reply *cycle(struct skep_holder *holder, const struct skep_cycle *cycle);
const struct skep_cycle_reply *take(struct skep_holder *holder, size_t want);
void settle(struct skep_holder *holder, size_t n_done); /* the first are done, without results */
void check_task(const struct skep_cycle_reply *reply, size_t i, const char *record);

/* Begin to wait and stay with it to its end: SKEP_STOPPED when OTHER_FD came first. */
skep_status await_task(struct skep_holder *holder, int other_fd, int64_t timeout_ms);

/* What was taken = held + done + retried + dead + given back + crash-moved. */
void check_audit(void);

#endif
