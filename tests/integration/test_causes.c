/* SPDX-License-Identifier: MIT */
/* Every cause of the closed list, provoked from end to end: the task has one terminal result, which says it,
 * and a dead letter with the whole history and the record's bytes. */
#include "support/test.h"
#include "support/files.h"
#include "support/until.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "npy/header.h"
#include "producer/dead/letter.h"
#include "queue/cancel.h"

enum { WAIT_MS = 60000 };

static const char *const one_slot[] = {"--slots", "1", "--backoff", "0.01", NULL};

/* ---- what must be there in the end ---- */

struct failure {
    const char *cause;
    const char *words; /* in the message */
    int n_attempts;
    int n_crashes; /* before the end; they are told first */
};

static struct skep_letter read_letter(void)
{
    const struct skep_reply *reply = hive_ask(hive, "LINDEX", hive->keys.dead, "0", NULL);
    struct skep_bytes bytes = {NULL, reply->length};
    struct skep_letter letter;

    bytes.bytes = skep_arena_strndup(&hive->arena, reply->bytes, reply->length);
    assert_non_null(bytes.bytes);
    skep_letter_read(&bytes, &hive->arena, &letter);
    return letter;
}

static void check_history(const struct skep_header *header, const struct hive_result *result,
                          const struct failure *failure)
{
    assert_int_equal(header->tries, failure->n_attempts);
    assert_int_equal(header->n_events, failure->n_crashes + failure->n_attempts);
    assert_true(header->at_ms > 0);
    for (int i = 0; i < failure->n_crashes + failure->n_attempts; i++) {
        const struct skep_header_event *event = &header->events[i];
        assert_int_equal(event->attempt, i < failure->n_crashes ? 1 : i - failure->n_crashes + 1);
        assert_string_equal(event->cause, failure->cause);
        assert_non_null(strstr(event->message, failure->words));
        assert_true(event->at_ms > 0);
        assert_true(strchr(event->worker, ':') != NULL);
    }
    assert_string_equal(header->events[header->n_events - 1].worker, result->worker);
    assert_string_equal(header->events[header->n_events - 1].message, result->message);
}

/* The one task, RECORD, has failed so, for good, and nothing else is there. */
static void check_failure(const void *record, size_t n, const struct failure *failure)
{
    const struct hive_result *result = hive_results(hive, 1, WAIT_MS);
    struct skep_letter letter;

    assert_false(result->is_ok);
    if (strcmp(result->cause, failure->cause) != 0 || strstr(result->message, failure->words) == NULL) {
        hive_fail(hive, "not %s \"%s\", but %s \"%s\"", failure->cause, failure->words, result->cause,
                  result->message);
    }
    assert_int_equal(result->attempt, failure->n_attempts);
    hive_check_done(hive, 1, 1);
    letter = read_letter();
    assert_string_equal(letter.header.cause, failure->cause);
    assert_string_equal(letter.header.id, result->id);
    assert_int_equal(letter.record.n, n);
    assert_memory_equal(letter.record.bytes, record, n);
    check_history(&letter.header, result, failure);
}

static void fails(const char *record, const char *const *options, const char *cause, const char *words,
                  int n_attempts)
{
    hive_push(hive, record);
    hive_start_worker(hive, options);
    check_failure(record, strlen(record), &(struct failure){cause, words, n_attempts, 0});
}

static void write_numbers(const char *name, size_t n)
{
    const int64_t shape = (int64_t)n;
    char *bytes = calloc(1, SKEP_NPY_HEADER_MAX + n * sizeof(double));
    size_t header_n;

    assert_non_null(bytes);
    header_n = skep_npy_header_write(SKEP_F8, 1, &shape, bytes, SKEP_NPY_HEADER_MAX);
    test_write_file(hive->folder, name, bytes, header_n + n * sizeof(double));
    free(bytes);
}

/* ---- the record itself ---- */

static void test_causes__bad_record(void **state)
{
    static const char record[] = "\0{\"kernel\":\"\xff\n";

    (void)state;
    hive_push_bytes(hive, record, sizeof record - 1);
    hive_start_worker(hive, one_slot);
    check_failure(record, sizeof record - 1, &(struct failure){"bad-record", "", 1, 0});
}

static void test_causes__unknown_kernel(void **state)
{
    (void)state;
    fails("{\"kernel\":\"nope\"}", one_slot, "unknown-kernel", "\"nope\"", 1);
}

static void test_causes__bad_args(void **state)
{
    (void)state;
    fails("{\"kernel\":\"sum\",\"args\":{\"y\":1}}", one_slot, "bad-args", "\"y\"", 1);
}

/* ---- inputs ---- */

static void test_causes__array_missing(void **state)
{
    (void)state;
    fails("{\"kernel\":\"sum\",\"args\":{\"x\":\"nowhere.npy\"}}", one_slot, "array-missing", "nowhere.npy",
          1);
}

static void test_causes__array_invalid(void **state)
{
    (void)state;
    test_write_file(hive->folder, "text.npy", "no array", 8);
    fails("{\"kernel\":\"sum\",\"args\":{\"x\":\"text.npy\"}}", one_slot, "array-invalid", "text.npy", 1);
}

/* Truncated in the middle of a computation of minutes: what the kernel touches next is not there any more. */
static void test_causes__input_changed(void **state)
{
    static const char record[] =
        "{\"id\":\"t\",\"kernel\":\"te_box\",\"args\":{\"x\":\"a.npy\",\"y\":\"a.npy\","
        "\"r\":0.5,\"variant\":\"ref\"}}";
    char *path = test_path(hive->folder, "a.npy");

    (void)state;
    write_numbers("a.npy", 400000);
    hive_push(hive, record);
    hive_start_worker(hive, one_slot);
    hive_await_mapping(hive, hive_await_title(hive, "te_box t"), path);
    assert_int_equal(truncate(path, 200), 0);
    check_failure(record, sizeof record - 1, &(struct failure){"input-changed", "a.npy", 1, 0});
    free(path);
}

/* A slot that may open no more files: that passes, so it is tried again. */
static void test_causes__io(void **state)
{
    static const char record[] = "{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy\"},\"retries\":1}";
    const struct rlimit none = {.rlim_cur = 3, .rlim_max = 3};
    pid_t slot;

    (void)state;
    write_numbers("a.npy", 10);
    hive_start_worker(hive, one_slot);
    slot = hive_await_title(hive, " q idle"); /* it has opened all that it needs for itself */
    assert_int_equal(prlimit(slot, RLIMIT_NOFILE, &none, NULL), 0);
    hive_push(hive, record);
    check_failure(record, sizeof record - 1, &(struct failure){"io", "Too many open files", 2, 0});
}

/* ---- the kernel ---- */

static void test_causes__kernel_error(void **state)
{
    (void)state;
    fails("{\"kernel\":\"fail\",\"retries\":2}", one_slot, "kernel-error", "failed as asked", 3);
}

static void test_causes__kernel_final(void **state)
{
    (void)state;
    fails("{\"kernel\":\"fail\",\"args\":{\"how\":\"final\"},\"retries\":2}", one_slot, "kernel-final",
          "failed for good as asked", 1);
}

/* What a kernel does to its inputs fails the task and not the slot; the message names argument, file and
 * byte. */
static void test_causes__spoiled_input(void **state)
{
    (void)state;
    write_numbers("a.npy", 10);
    fails("{\"kernel\":\"fail\",\"args\":{\"how\":\"write-input\",\"x\":\"a.npy\"}}", one_slot,
          "kernel-final", "argument \"x\": a.npy: ", 1);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

static void test_causes__overrun_input(void **state)
{
    (void)state;
    write_numbers("a.npy", 10);
    fails("{\"kernel\":\"fail\",\"args\":{\"how\":\"overrun\",\"x\":\"a.npy\"}}", one_slot, "kernel-final",
          "argument \"x\": a.npy: ", 1);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

static void test_causes__numeric(void **state)
{
    (void)state;
    fails("{\"kernel\":\"sum\",\"args\":{\"x\":[9223372036854775807,1]}}", one_slot, "numeric",
          "the sum leaves the range of i8", 1);
}

/* ---- limits ---- */

static void test_causes__timeout(void **state)
{
    (void)state;
    fails("{\"kernel\":\"sleep\",\"args\":{\"s\":1000},\"timeout_s\":0.2,\"retries\":1}", one_slot, "timeout",
          "its timeout_s of 0.2 s", 2);
}

/* A kernel that does not listen: its slot has to be ended, and that is no crash. */
static void test_causes__deaf_timeout(void **state)
{
    (void)state;
    fails("{\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"},\"timeout_s\":0.2,\"retries\":1}", one_slot,
          "timeout", "timeout_s of 0.2 s", 2);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

/* More than its slot may have. */
static void test_causes__slot_memory_limit(void **state)
{
    (void)state;
    fails("{\"kernel\":\"fail\",\"args\":{\"how\":\"memory\"},\"retries\":1}",
          (const char *const[]){"--slots", "1", "--backoff", "0.01", "--task-memory", "256M", NULL},
          "memory-limit", "", 2);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

static void test_causes__memory_limit(void **state)
{
    (void)state;
    fails("{\"kernel\":\"fail\",\"args\":{\"how\":\"memory\"},\"retries\":1}",
          (const char *const[]){"--slots", "1", "--backoff", "0.01", "--memory", "32M", NULL}, "memory-limit",
          "memory ended after 31 MiB (limit 32.0 MiB, peak resident ", 2);
}

static void test_causes__expired(void **state)
{
    (void)state;
    fails("{\"kernel\":\"echo\",\"expires\":\"2001-02-03T04:05:06Z\"}", one_slot, "expired", "too late", 1);
}

/* ---- cancelled: a result, and no letter ---- */

static void cancel(const char *id)
{
    struct skep_error err = {0};

    if (skep_cancel_put(hive->conn, &hive->keys, SKEP_CANCEL_ID, &id, 1, NULL, &err) != SKEP_OK) {
        hive_fail(hive, "cancel: %s", err.text);
    }
}

static void check_cancelled(void)
{
    const struct hive_result *result = hive_results(hive, 1, WAIT_MS);

    assert_false(result->is_ok);
    assert_string_equal(result->cause, "cancelled");
    hive_check_done(hive, 1, 0);
    assert_int_equal(hive_stat(hive, "cancelled"), 1);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

/* Before anybody takes it. */
static void test_causes__cancelled(void **state)
{
    (void)state;
    hive_push(hive, "{\"id\":\"t\",\"kernel\":\"echo\"}");
    cancel("t");
    hive_start_worker(hive, one_slot);
    check_cancelled();
}

/* While it runs, whether it listens or not. */
static void test_causes__cancelled_while_it_runs(void **state)
{
    (void)state;
    hive_push(hive, "{\"id\":\"t\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}");
    hive_start_worker(hive, one_slot);
    (void)hive_await_title(hive, "sleep t");
    cancel("t");
    check_cancelled();
}

static void test_causes__cancelled_while_it_is_deaf(void **state)
{
    (void)state;
    hive_push(hive, "{\"id\":\"t\",\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"}}");
    hive_start_worker(hive, one_slot);
    (void)hive_await_title(hive, "fail t");
    cancel("t");
    check_cancelled();
}

/* ---- the processes ---- */

/* Crashes have a budget of their own, and are no attempts; the letter tells of each. */
static void test_causes__crash(void **state)
{
    static const char record[] = "{\"kernel\":\"fail\",\"args\":{\"how\":\"segv\"},\"retries\":0}";

    (void)state;
    hive_push(hive, record);
    hive_start_worker(hive, one_slot);
    check_failure(record, sizeof record - 1,
                  &(struct failure){"crash", "signal=11 (Segmentation fault)", 1, 3});
}

static pid_t lost_pid;

static bool is_lost(struct hive *any)
{
    char title[64];

    (void)any;
    hive_read_title(lost_pid, title, sizeof title);
    return title[0] == '\0';
}

/* A task that takes its machine down with it, three times. */
static void test_causes__lost_worker(void **state)
{
    static const char record[] = "{\"id\":\"t\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}";

    (void)state;
    hive_push(hive, record);
    for (int i = 0; i < 3; i++) {
        struct test_process *worker = hive_start_worker(hive, one_slot);
        lost_pid = hive_await_title(hive, "sleep t");
        hive_signal_worker(worker, SIGSTOP);
        hive_signal_worker(worker, SIGKILL);
        hive_until(hive, is_lost, "the slot is gone", WAIT_MS); /* or its title is taken for the next one's */
    }
    hive_start_worker(hive, one_slot);
    check_failure(record, sizeof record - 1, &(struct failure){"lost-worker", "silent for 5000 ms", 1, 3});
}

/* ---- outputs ---- */

/* What should be a folder is a file. */
static void test_causes__output_error(void **state)
{
    (void)state;
    test_write_file(hive->folder, "file", "", 0);
    fails("{\"kernel\":\"sum\",\"args\":{\"x\":[1,2]},\"out\":\"file/r.npy\",\"retries\":1}", one_slot,
          "output-error", "file/r.npy", 2);
}

/* ---- too many ---- */

/* Beyond the limit the oldest letters go, and are counted; every task has its result all the same. */
static void test_causes__too_many_letters(void **state)
{
    enum { N = 20, N_KEPT = 5 };
    const struct hive_result *results;

    (void)state;
    hive_ask(hive, "HSET", hive->keys.conf, "max_dead", "5", NULL);
    hive_push_many(hive, N, "{\"id\":\"t%d\",\"kernel\":\"nope\"}");
    hive_start_worker(hive, one_slot);
    results = hive_results(hive, N, WAIT_MS);
    hive_check_done(hive, N, N_KEPT);
    assert_string_equal(read_letter().header.id, "t15");
    for (int i = 0; i < N; i++) {
        assert_string_equal(results[i].cause, "unknown-kernel");
    }
    assert_int_equal(hive_stat(hive, "dead"), N);
    assert_int_equal(hive_stat(hive, "dead_dropped"), N - N_KEPT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_causes__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bad_record),
        TEST(unknown_kernel),
        TEST(bad_args),
        TEST(array_missing),
        TEST(array_invalid),
        TEST(input_changed),
        TEST(io),
        TEST(kernel_error),
        TEST(kernel_final),
        TEST(numeric),
        TEST(spoiled_input),
        TEST(overrun_input),
        TEST(timeout),
        TEST(memory_limit),
        TEST(deaf_timeout),
        TEST(slot_memory_limit),
        TEST(expired),
        TEST(cancelled),
        TEST(cancelled_while_it_runs),
        TEST(cancelled_while_it_is_deaf),
        TEST(crash),
        TEST(lost_worker),
        TEST(output_error),
        TEST(too_many_letters),
    };

    return cmocka_run_group_tests_name("causes", tests, NULL, NULL);
}
