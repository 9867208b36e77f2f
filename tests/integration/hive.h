/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_HIVE_H
#define SKEP_TESTS_INTEGRATION_HIVE_H

/* A queue with all that belongs to it: a Redis of the test's own, a folder of arrays, and workers, which are
 * the real program. Include support/test.h first. Everything here fails the test with what the workers
 * logged. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "queue/admin.h"
#include "queue/conn.h"
#include "queue/keys.h"
#include "support/process.h"
#include "support/redis.h"

enum { HIVE_MAX_WORKERS = 4 };

struct hive {
    struct test_redis *redis;
    char *folder; /* the workers' data */
    struct skep_conn *conn;
    struct skep_keys keys;   /* of the queue turned to */
    struct skep_arena arena; /* results, until hive_close */
    int n_workers;
    struct test_process *workers[HIVE_MAX_WORKERS];
};

struct hive *hive_open(const char *redis_config); /* further lines for redis.conf, or NULL */
void hive_close(struct hive *hive);               /* NULL is fine */

/* From here on the short words are about that queue; at first it is "q", which every worker serves. */
void hive_turn_to(struct hive *hive, const char *queue);

/* One more worker on the queue, with further OPTIONS (ends with NULL). Does not wait for it. */
struct test_process *hive_start_worker(struct hive *hive, const char *const *options);
struct test_process *hive_start_worker_env(struct hive *hive, const char *const *options,
                                           const char *const *env);

/* Fail with WHAT was wrong and everything that the workers logged. */
void hive_fail(const struct hive *hive, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* Fail if a sanitizer has found something: slots write to the log of their agent, and their reports must not
 * be overlooked because the agent is fine. hive_check_done and hive_await_end look for themselves. */
void hive_check_sanitizers(const struct hive *hive);

/* Wait until FACT(hive) is true; fail when it is not after TIMEOUT_MS. */
void hive_until(struct hive *hive, bool (*fact)(struct hive *hive), const char *what, int timeout_ms);

/* ---- the queue, seen from outside ---- */

/* One command: its words, then NULL. The reply, which is no error, lives until the next command. */
struct skep_reply *hive_ask(struct hive *hive, const char *word, ...) __attribute__((sentinel));

/* Push records as a simple producer would. In the last one every "%d" stands for 0 to N - 1. */
void hive_push(struct hive *hive, const char *record);
void hive_push_bytes(struct hive *hive, const void *bytes, size_t n);
void hive_push_many(struct hive *hive, int n, const char *format);

int64_t hive_length(struct hive *hive, const char *key);   /* LLEN */
int64_t hive_stat(struct hive *hive, const char *counter); /* of the hash stat; 0 when it was never raised */

/* The status at one instant. Fails if the audit does not hold. */
struct skep_queue_status hive_status(struct hive *hive);

#include "hive_results.h"
#include "hive_slots.h"

#endif
