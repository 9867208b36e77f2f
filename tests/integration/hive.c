/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "hive.h"

#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/files.h"
#include "support/until.h"
#include "task/json_read.h"

enum { HIVE_WAIT_MS = 30000, HIVE_MAX_OPTIONS = 20 };

/* ---- birth and death ---- */

static struct skep_conn *connect_to(const struct test_redis *redis)
{
    struct skep_conn_options options = {0};
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
    assert_int_equal(skep_keys_init(&hive->keys, "q", NULL), SKEP_OK);
    skep_arena_init(&hive->arena, 512 << 20);
    return hive;
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

static void read_title(pid_t pid, char *title, size_t size);

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
            read_title(pids[k], title, sizeof title);
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

/* Slots write to the same log: their reports must not be overlooked because their agent is fine. */
static void check_sanitizers(const struct hive *hive)
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

/* ---- results ---- */

static const char *text_of(const struct hive *hive, const struct skep_node *object, const char *name)
{
    const struct skep_node *node = skep_node_get(object, name);

    if (node == NULL || node->kind != SKEP_NODE_TEXT) {
        hive_fail(hive, "a result without text for \"%s\"", name);
    }
    return node->text;
}

static int64_t integer_of(const struct hive *hive, const struct skep_node *object, const char *name)
{
    const struct skep_node *node = skep_node_get(object, name);

    if (node == NULL || node->kind != SKEP_NODE_INT) {
        hive_fail(hive, "a result without an integer for \"%s\"", name);
    }
    return node->i64;
}

static struct hive_result read_result(struct hive *hive, const char *bytes, size_t n)
{
    const struct skep_limits limits = {.record_bytes = 1 << 24, .depth = 100};
    const struct skep_node *root, *ok, *error;
    struct skep_error err = {0};
    struct hive_result result = {.cause = "", .message = ""};

    if (skep_json_parse(bytes, n, &limits, &hive->arena, &root, &err) != SKEP_OK) {
        hive_fail(hive, "%s: %.*s", err.text, (int)n, bytes);
    }
    result.root = root;
    result.id = text_of(hive, root, "id");
    result.worker = text_of(hive, root, "worker");
    result.attempt = integer_of(hive, root, "attempt");
    result.slot = integer_of(hive, root, "slot");
    ok = skep_node_get(root, "ok");
    result.is_ok = ok != NULL && ok->kind == SKEP_NODE_BOOL && ok->boolean;
    result.value = skep_node_get(root, "value");
    error = skep_node_get(root, "error");
    if (result.is_ok != (result.value != NULL) || result.is_ok != (error == NULL)) {
        hive_fail(hive, "neither success nor failure: %.*s", (int)n, bytes);
    }
    if (!result.is_ok) {
        result.cause = text_of(hive, error, "cause");
        result.message = text_of(hive, error, "message");
    }
    return result;
}

struct count {
    struct hive *hive;
    int64_t n;
};

static bool are_there(void *context)
{
    const struct count *wanted = context;

    return hive_length(wanted->hive, wanted->hive->keys.out) >= wanted->n;
}

const struct hive_result *hive_results(struct hive *hive, size_t n, int timeout_ms)
{
    struct hive_result *results = skep_arena_calloc(&hive->arena, n + 1, sizeof *results);
    const struct skep_reply *reply;

    assert_non_null(results);
    (void)test_until(are_there, &(struct count){hive, (int64_t)n}, timeout_ms);
    reply = hive_ask(hive, "LRANGE", hive->keys.out, "0", "-1", NULL);
    if (reply->n != n) {
        hive_fail(hive, "%zu results, not %zu, after at most %d ms", reply->n, n, timeout_ms);
    }
    for (size_t i = 0; i < n; i++) {
        results[i] = read_result(hive, reply->items[i].bytes, reply->items[i].length);
    }
    return results;
}

const struct hive_result *hive_result_of(struct hive *hive, const struct hive_result *results, size_t n,
                                         const char *id)
{
    const struct hive_result *found = NULL;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(results[i].id, id) == 0) {
            if (found != NULL) {
                hive_fail(hive, "two results of %s", id);
            }
            found = &results[i];
        }
    }
    if (found == NULL) {
        hive_fail(hive, "no result of %s", id);
    }
    return found;
}

struct done {
    struct hive *hive;
    int64_t n_results, n_dead;
};

static bool is_done(void *context)
{
    const struct done *done = context;
    struct skep_queue_status s = hive_status(done->hive);

    return s.n_waiting == 0 && s.n_held == 0 && s.n_delayed == 0 && s.n_suspect == 0 &&
           s.n_results == done->n_results && s.n_dead == done->n_dead;
}

void hive_check_done(struct hive *hive, int64_t n_results, int64_t n_dead)
{
    if (!test_until(is_done, &(struct done){hive, n_results, n_dead}, HIVE_WAIT_MS)) {
        hive_fail(hive, "not %" PRId64 " results, %" PRId64 " dead letters and nothing else", n_results,
                  n_dead);
    }
    check_sanitizers(hive);
}

struct hive_letter hive_letter(struct hive *hive, int64_t i)
{
    char place[32];
    const struct skep_reply *reply;
    const char *end;
    struct hive_letter letter;

    snprintf(place, sizeof place, "%" PRId64, i);
    reply = hive_ask(hive, "LINDEX", hive->keys.dead, place, NULL);
    end = reply->kind == SKEP_REPLY_TEXT ? memchr(reply->bytes, '\n', reply->length) : NULL;
    if (end == NULL) {
        hive_fail(hive, "no dead letter %" PRId64 " with a line of its own", i);
    }
    letter.line = skep_arena_strndup(&hive->arena, reply->bytes, (size_t)(end - reply->bytes));
    letter.body_n = reply->length - (size_t)(end + 1 - reply->bytes);
    letter.body = skep_arena_strndup(&hive->arena, end + 1, letter.body_n);
    return letter;
}

/* ---- processes ---- */

static bool is_over(void *worker)
{
    return test_process_is_over(worker);
}

void hive_await_end(struct hive *hive, struct test_process *worker, int status, int timeout_ms)
{
    if (!test_until(is_over, worker, timeout_ms)) {
        hive_fail(hive, "the worker still runs after %d ms", timeout_ms);
    }
    if (worker->status != status) {
        hive_fail(hive, "the worker ended with status %d, not %d", worker->status, status);
    }
    check_sanitizers(hive);
}

/* The parent of a process and whether it is more than a zombie; false when there is no such process. */
static bool look_at(pid_t pid, pid_t *parent_out)
{
    char path[64], state = 'Z';
    int parent = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    f = fopen(path, "re");
    if (f == NULL) {
        return false;
    }
    if (fscanf(f, "%*d (%*[^)]) %c %d", &state, &parent) != 2) {
        state = 'Z';
    }
    fclose(f);
    *parent_out = parent;
    return state != 'Z' && state != 'X';
}

int hive_slots(const struct test_process *worker, pid_t *pids_out)
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    int n = 0;

    assert_non_null(proc);
    while ((entry = readdir(proc)) != NULL && n < HIVE_MAX_SLOTS) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10), parent;
        if (pid > 0 && worker->pid > 0 && look_at(pid, &parent) && parent == worker->pid) {
            pids_out[n++] = pid;
        }
    }
    closedir(proc);
    return n;
}

void hive_signal_slots(const struct test_process *worker, int signal)
{
    pid_t slots[HIVE_MAX_SLOTS];
    int n = hive_slots(worker, slots);

    for (int i = 0; i < n; i++) {
        kill(slots[i], signal);
    }
}

void hive_signal_worker(const struct test_process *worker, int signal)
{
    pid_t slots[HIVE_MAX_SLOTS];
    int n = hive_slots(worker, slots);

    test_process_signal(worker, signal);
    for (int i = 0; i < n; i++) {
        kill(slots[i], signal);
    }
}

/* What ps shows, with spaces for the NULs of a command line that is still the original. */
static void read_title(pid_t pid, char *title, size_t size)
{
    char path[64];
    size_t n = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    f = fopen(path, "re");
    if (f != NULL) {
        n = fread(title, 1, size - 1, f);
        fclose(f);
    }
    while (n > 0 && title[n - 1] == '\0') {
        n--;
    }
    title[n] = '\0';
    for (size_t i = 0; i < n; i++) {
        title[i] = title[i] == '\0' ? ' ' : title[i];
    }
}

struct slots_wanted {
    struct hive *hive;
    const struct test_process *worker;
    int n;
};

static bool has_slots(void *context)
{
    const struct slots_wanted *wanted = context;
    pid_t pids[HIVE_MAX_SLOTS];
    int n = hive_slots(wanted->worker, pids), n_ready = 0;

    for (int i = 0; i < n; i++) {
        char title[256];
        read_title(pids[i], title, sizeof title);
        n_ready += strstr(title, ": slot ") != NULL;
    }
    return n_ready == wanted->n;
}

void hive_await_slots(struct hive *hive, const struct test_process *worker, int n)
{
    if (!test_until(has_slots, &(struct slots_wanted){hive, worker, n}, HIVE_WAIT_MS)) {
        hive_fail(hive, "no %d slots", n);
    }
}

struct title_wanted {
    const struct hive *hive;
    const char *text;
    pid_t pid;
};

static bool has_title(void *context)
{
    struct title_wanted *wanted = context;
    size_t n_text = strlen(wanted->text);

    for (int w = 0; w < wanted->hive->n_workers; w++) {
        pid_t pids[HIVE_MAX_SLOTS];
        int n = hive_slots(wanted->hive->workers[w], pids);
        for (int i = 0; i < n; i++) {
            char title[256];
            size_t n_title;
            read_title(pids[i], title, sizeof title);
            n_title = strlen(title);
            if (n_title >= n_text && strcmp(title + n_title - n_text, wanted->text) == 0) {
                wanted->pid = pids[i];
                return true;
            }
        }
    }
    return false;
}

pid_t hive_await_title(struct hive *hive, const char *text)
{
    struct title_wanted wanted = {hive, text, 0};

    if (!test_until(has_title, &wanted, HIVE_WAIT_MS)) {
        hive_fail(hive, "no slot has the title ... %s", text);
    }
    return wanted.pid;
}

bool hive_is_gone(pid_t pid)
{
    pid_t parent;

    return !look_at(pid, &parent);
}

struct pids {
    const pid_t *pids;
    int n;
};

static bool are_gone(void *context)
{
    const struct pids *pids = context;

    for (int i = 0; i < pids->n; i++) {
        if (!hive_is_gone(pids->pids[i])) {
            return false;
        }
    }
    return true;
}

void hive_await_gone(struct hive *hive, const pid_t *pids, int n, int timeout_ms)
{
    if (!test_until(are_gone, &(struct pids){pids, n}, timeout_ms)) {
        hive_fail(hive, "a process still runs after %d ms", timeout_ms);
    }
}
