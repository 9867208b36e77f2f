/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_HIVE_H
#define SKEP_TESTS_INTEGRATION_HIVE_H

/* A queue with all that belongs to it: a Redis of the test's own, a folder of arrays, and workers, which are
 * the real program. Include support/test.h first. Everything here fails the test with what the workers
 * logged. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "queue/admin.h"
#include "queue/conn.h"
#include "queue/keys.h"
#include "support/process.h"
#include "support/redis.h"
#include "task/node.h"

enum { HIVE_MAX_WORKERS = 4, HIVE_MAX_SLOTS = 16 };

struct hive {
    struct test_redis *redis;
    char *folder; /* the workers' data */
    struct skep_conn *conn;
    struct skep_keys keys;   /* of the queue "q" */
    struct skep_arena arena; /* results, until hive_close */
    int n_workers;
    struct test_process *workers[HIVE_MAX_WORKERS];
};

struct hive *hive_open(const char *redis_config); /* further lines for redis.conf, or NULL */
void hive_close(struct hive *hive);               /* NULL is fine */

/* One more worker on the queue, with further OPTIONS (ends with NULL). Does not wait for it. */
struct test_process *hive_start_worker(struct hive *hive, const char *const *options);
struct test_process *hive_start_worker_env(struct hive *hive, const char *const *options,
                                           const char *const *env);

/* Fail with WHAT was wrong and everything that the workers logged. */
void hive_fail(const struct hive *hive, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

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

/* ---- results ---- */

struct hive_result {
    const char *id, *cause, *message; /* cause and message: "" when ok */
    bool is_ok;
    const struct skep_node *value; /* NULL when not ok */
    int64_t attempt, slot;
    const char *worker;
    const struct skep_node *root;
};

/* Wait until there are N results in all, then look at them in their order; they stay in the list. Fails when
 * there are more. The array is the arena's. */
const struct hive_result *hive_results(struct hive *hive, size_t n, int timeout_ms);

/* The one result with this id; fails if there is none or more than one. */
const struct hive_result *hive_result_of(struct hive *hive, const struct hive_result *results, size_t n,
                                         const char *id);

/* Nothing waits, nothing is held, delayed or suspect, N_RESULTS results are there, N_DEAD dead letters, and
 * the counters agree. Waits for it. */
void hive_check_done(struct hive *hive, int64_t n_results, int64_t n_dead);

/* Dead letter number I: its first line (NUL-terminated) and the bytes behind that, in the arena. */
struct hive_letter {
    const char *line;
    const char *body;
    size_t body_n;
};
struct hive_letter hive_letter(struct hive *hive, int64_t i);

/* ---- processes ---- */

/* The worker ends by itself with STATUS. */
void hive_await_end(struct hive *hive, struct test_process *worker, int status, int timeout_ms);

/* The slots of a worker that run now; how many. */
int hive_slots(const struct test_process *worker, pid_t *pids_out);

void hive_signal_slots(const struct test_process *worker, int signal);

/* The whole worker: the agent first, so that it does not see what becomes of its slots. */
void hive_signal_worker(const struct test_process *worker, int signal);

/* Wait until the worker has N slots that have set themselves up. */
void hive_await_slots(struct hive *hive, const struct test_process *worker, int n);

/* The slot (of any worker) whose title ends in TEXT ("sleep ID": it runs that task); waits for it. */
pid_t hive_await_title(struct hive *hive, const char *text);

bool hive_is_gone(pid_t pid); /* no such process, or a zombie */
void hive_await_gone(struct hive *hive, const pid_t *pids, int n, int timeout_ms);

#endif
