/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "hive.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/files.h"
#include "support/until.h"

enum { HIVE_MAX_OPTIONS = 20 };

/* ---- birth and death ---- */

static struct skep_conn *connect_to(const struct test_redis *redis)
{
    struct skep_conn_options options = {.read_timeout_ms = 60000};
    struct skep_conn *conn;

    assert_int_equal(skep_url_parse(redis->url, &options.url, NULL), SKEP_OK);
    assert_int_equal(skep_conn_new(&options, &conn, NULL), SKEP_OK);
    return conn;
}

struct hive *hive_open(const char *redis_config)
{
    struct hive *hive = calloc(1, sizeof *hive);

    assert_non_null(hive);
    hive->redis = test_redis_start(&(struct test_redis_options){.config = redis_config});
    hive->folder = test_make_folder();
    hive->conn = connect_to(hive->redis);
    hive_turn_to(hive, "q");
    skep_arena_init(&hive->arena, 512 << 20);
    return hive;
}

void hive_turn_to(struct hive *hive, const char *queue)
{
    assert_int_equal(skep_keys_init(&hive->keys, queue, NULL), SKEP_OK);
}

void hive_close(struct hive *hive)
{
    if (hive == NULL) {
        return;
    }
    for (int i = 0; i < hive->n_workers; i++) {
        test_process_free(hive->workers[i]);
    }
    skep_conn_free(hive->conn);
    test_redis_stop(hive->redis);
    test_remove_folder(hive->folder);
    skep_arena_release(&hive->arena);
    free(hive);
}

/* A slot that dies of a signal must die of it, not end with a report of a sanitizer: NAME with what it was
 * and that added. */
static const char *add_sanitizer_options(char *text, size_t size, const char *name)
{
    const char *before = getenv(name);

    snprintf(text, size, "%s=%s%shandle_segv=0:handle_abort=0:handle_sigbus=0", name,
             before != NULL ? before : "", before != NULL ? ":" : "");
    return text;
}

struct test_process *hive_start_worker_env(struct hive *hive, const char *const *options,
                                           const char *const *env)
{
    const char *args[HIVE_MAX_OPTIONS + 8] = {SKEP_BUILD_DIR "/skep-worker", "-q", "q", "--data",
                                              hive->folder};
    const char *all_env[HIVE_MAX_OPTIONS + 3];
    char asan[512], tsan[512];
    size_t n = 5, n_env = 0;
    bool has_url = false;
    struct test_process *worker;

    for (size_t i = 0; options != NULL && options[i] != NULL; i++) {
        assert_true(i < HIVE_MAX_OPTIONS);
        has_url = has_url || strcmp(options[i], "--redis") == 0;
        args[n++] = options[i];
    }
    if (!has_url) {
        args[n++] = "--redis";
        args[n++] = hive->redis->url;
    }
    args[n] = NULL;
    for (; env != NULL && env[n_env] != NULL; n_env++) {
        assert_true(n_env < HIVE_MAX_OPTIONS);
        all_env[n_env] = env[n_env];
    }
    all_env[n_env++] = add_sanitizer_options(asan, sizeof asan, "ASAN_OPTIONS");
    all_env[n_env++] = add_sanitizer_options(tsan, sizeof tsan, "TSAN_OPTIONS");
    all_env[n_env] = NULL;
    assert_true(hive->n_workers < HIVE_MAX_WORKERS);
    worker = test_process_start(&(struct test_process_options){.args = args, .env = all_env});
    hive->workers[hive->n_workers++] = worker;
    return worker;
}

struct test_process *hive_start_worker(struct hive *hive, const char *const *options)
{
    return hive_start_worker_env(hive, options, NULL);
}

/* What somebody who looks into a failure wants to see first. */
static void show(const struct hive *hive)
{
    struct skep_queue_status s;

    for (int i = 0; i < hive->n_workers; i++) {
        char *log = test_process_err(hive->workers[i]);
        pid_t pids[HIVE_MAX_SLOTS];
        int n = hive_slots(hive->workers[i], pids);
        fprintf(stderr, "---- worker %d:\n%s", i, log);
        free(log);
        for (int k = 0; k < n; k++) {
            char title[256];
            hive_read_title(pids[k], title, sizeof title);
            fprintf(stderr, "%d: %s\n", (int)pids[k], title);
        }
    }
    if (skep_conn_is_open(hive->conn) &&
        skep_queue_status_read(hive->conn, &hive->keys, &s, NULL) == SKEP_OK) {
        fprintf(stderr,
                "waiting %" PRId64 ", held %" PRId64 ", delayed %" PRId64 ", suspect %" PRId64
                ", results %" PRId64 ", dead %" PRId64 ", taken %" PRId64 "\n",
                s.n_waiting, s.n_held, s.n_delayed, s.n_suspect, s.n_results, s.n_dead, s.stat.taken);
        skep_queue_status_release(&s);
    }
}

void hive_fail(const struct hive *hive, const char *format, ...)
{
    char what[512];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    show(hive);
    fprintf(stderr, "%s\n", what);
    fail();
    abort(); /* not reached: fail leaves the test */
}

void hive_check_sanitizers(const struct hive *hive)
{
    for (int i = 0; i < hive->n_workers; i++) {
        if (test_process_said(hive->workers[i], "Sanitizer") ||
            test_process_said(hive->workers[i], "runtime error:")) {
            hive_fail(hive, "worker %d: a sanitizer has found something", i);
        }
    }
}

struct waiting {
    struct hive *hive;
    bool (*fact)(struct hive *hive);
};

static bool is_fact(void *context)
{
    struct waiting *waiting = context;

    return waiting->fact(waiting->hive);
}

void hive_until(struct hive *hive, bool (*fact)(struct hive *hive), const char *what, int timeout_ms)
{
    if (!test_until(is_fact, &(struct waiting){hive, fact}, timeout_ms)) {
        hive_fail(hive, "not after %d ms: %s", timeout_ms, what);
    }
}

/* ---- the queue ---- */

static void ensure_open(struct hive *hive)
{
    struct skep_error err = {0};

    if (!skep_conn_is_open(hive->conn) && skep_conn_connect(hive->conn, &err) != SKEP_OK) {
        hive_fail(hive, "%s", err.text);
    }
}

static struct skep_reply *call(struct hive *hive)
{
    struct skep_error err = {0};
    struct skep_reply *reply;

    if (skep_conn_call(hive->conn, -1, &reply, &err) != SKEP_OK) {
        hive_fail(hive, "%s", err.text);
    }
    return reply;
}

struct skep_reply *hive_ask(struct hive *hive, const char *word, ...)
{
    const char *words[16] = {word};
    size_t n = 1;
    va_list args;

    va_start(args, word);
    while ((words[n] = va_arg(args, const char *)) != NULL) {
        assert_true(++n < 15);
    }
    va_end(args);
    ensure_open(hive);
    skep_conn_begin(hive->conn, n);
    for (size_t i = 0; i < n; i++) {
        skep_conn_arg_text(hive->conn, words[i]);
    }
    return call(hive);
}

void hive_push_bytes(struct hive *hive, const void *bytes, size_t n)
{
    ensure_open(hive);
    skep_conn_begin(hive->conn, 3);
    skep_conn_arg_text(hive->conn, "RPUSH");
    skep_conn_arg_text(hive->conn, hive->keys.queue);
    skep_conn_arg(hive->conn, bytes, n);
    call(hive);
}

void hive_push(struct hive *hive, const char *record)
{
    hive_push_bytes(hive, record, strlen(record));
}

/* FORMAT with I for every "%d". */
static void write_record(char *record, size_t size, const char *format, int i)
{
    size_t used = 0;

    for (const char *c = format; *c != '\0' && used < size - 1; c++) {
        if (c[0] == '%' && c[1] == 'd') {
            used += (size_t)snprintf(record + used, size - used, "%d", i);
            c++;
        } else {
            record[used++] = *c;
        }
    }
    assert_true(used < size);
    record[used] = '\0';
}

void hive_push_many(struct hive *hive, int n, const char *format)
{
    ensure_open(hive);
    skep_conn_begin(hive->conn, 2 + (size_t)n);
    skep_conn_arg_text(hive->conn, "RPUSH");
    skep_conn_arg_text(hive->conn, hive->keys.queue);
    for (int i = 0; i < n; i++) {
        char record[1024];
        write_record(record, sizeof record, format, i);
        skep_conn_arg_text(hive->conn, record);
    }
    call(hive);
}

int64_t hive_length(struct hive *hive, const char *key)
{
    return hive_ask(hive, "LLEN", key, NULL)->integer;
}

int64_t hive_stat(struct hive *hive, const char *counter)
{
    const struct skep_reply *reply = hive_ask(hive, "HGET", hive->keys.stat, counter, NULL);

    return reply->kind == SKEP_REPLY_TEXT ? strtoll(reply->bytes, NULL, 10) : 0;
}

struct skep_queue_status hive_status(struct hive *hive)
{
    struct skep_queue_status status;
    struct skep_error err = {0};
    int64_t difference;

    ensure_open(hive);
    if (skep_queue_status_read(hive->conn, &hive->keys, &status, &err) != SKEP_OK) {
        hive_fail(hive, "%s", err.text);
    }
    skep_queue_status_release(&status);
    difference = skep_queue_audit(&status);
    if (difference != 0) {
        hive_fail(hive, "the audit is off by %" PRId64, difference);
    }
    return status;
}
