/* SPDX-License-Identifier: MIT */
/* Tasks that are pushed as anybody can push them, and what the real worker makes of them. */
#include "support/test.h"
#include "support/files.h"
#include "support/until.h"
#include "hive_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_golden(const char *name)
{
    size_t n;
    char *bytes = test_read_file(SKEP_TESTS_DIR "/golden/npy", name, &n);

    test_write_file(hive->folder, name, bytes, n);
    free(bytes);
}

/* Two workers share one queue: every task gets its one result, with the value that arithmetic says. */
static void test_worker_tasks__two_workers_do_a_queue(void **state)
{
    enum { N = 2000 };
    const struct hive_result *results;
    bool seen[N] = {false};

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"sum\",\"args\":{\"x\":[%d,0.5]}}");
    hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    results = hive_results(hive, N, 20000);
    for (int k = 0; k < N; k++) {
        long i = strtol(results[k].id, NULL, 10);
        assert_true(i >= 0 && i < N && !seen[i]);
        seen[i] = true;
        assert_true(results[k].is_ok && results[k].attempt == 1);
        assert_int_equal(results[k].value->kind, SKEP_NODE_REAL);
        assert_true(results[k].value->f64 == (double)i + 0.5);
    }
    hive_check_done(hive, N, 0);
    assert_int_equal(hive_stat(hive, "done"), N);
}

/* Every field of a result says what docs/protocol.md says. */
static void test_worker_tasks__a_result_says_everything(void **state)
{
    const struct hive_result *result;
    const struct skep_node *root;

    (void)state;
    hive_push(
        hive,
        "#skep i=12 q=1732190400123\n"
        "{\"id\":\"t\",\"job\":\"j\",\"kernel\":\"sum\",\"args\":{\"x\":[1,2,3]},\"meta\":{\"a\":[1]}}");
    hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    result = hive_results(hive, 1, 20000);
    root = result->root;
    assert_string_equal(result->id, "t");
    assert_string_equal(skep_node_get(root, "job")->text, "j");
    assert_string_equal(skep_node_get(root, "kernel")->text, "sum");
    assert_int_equal(skep_node_get(root, "version")->i64, 1);
    assert_int_equal(skep_node_get(root, "index")->i64, 12);
    assert_int_equal(result->value->i64, 6);
    assert_int_equal(result->attempt, 1);
    assert_int_equal(result->slot, 0);
    assert_string_equal(skep_node_get(root, "queued")->text, "2024-11-21T12:00:00.123Z");
    assert_true(strcmp(skep_node_get(root, "started")->text, skep_node_get(root, "finished")->text) <= 0);
    assert_true(skep_node_get(root, "host")->text[0] != '\0');
    assert_true(skep_node_get(root, "run_s")->f64 > 0);
    assert_true(skep_node_get(root, "peak_rss_bytes")->i64 > 1 << 20);
    assert_int_equal(skep_node_get(skep_node_get(root, "meta"), "a")->children[0].i64, 1);
}

/* Arrays in and out: a slice of a file comes in, a series goes out, the next task reads it. */
static void test_worker_tasks__arrays_in_and_out(void **state)
{
    const struct hive_result *results;
    const struct skep_node *value;
    size_t n;
    char *bytes;

    (void)state;
    put_golden("f8-little.npy");
    hive_push(hive, "{\"id\":\"in\",\"kernel\":\"sum\",\"args\":{\"x\":\"f8-little.npy[:,1]\"}}");
    hive_push(hive, "{\"id\":\"out\",\"kernel\":\"sum\",\"out\":\"new/rows.npy\","
                    "\"args\":{\"x\":\"f8-little.npy\",\"axis\":1}}");
    hive_push(hive,
              "{\"id\":\"again\",\"kernel\":\"sum\",\"args\":{\"x\":\"new/rows.npy\"},\"backoff_s\":0.01}");
    hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    results = hive_results(hive, 3, 20000);
    assert_true(results[0].value->f64 == -1 + 11 + 23);
    value = results[1].value;
    assert_string_equal(skep_node_get(value, "path")->text, "new/rows.npy");
    assert_string_equal(skep_node_get(value, "dtype")->text, "f8");
    assert_int_equal(skep_node_get(value, "shape")->children[0].i64, 3);
    assert_true(results[2].value->f64 == 150);
    bytes = test_read_file(hive->folder, "new/rows.npy", &n);
    assert_int_equal(n, 128 + 3 * 8);
    assert_memory_equal(bytes + 128, ((const double[]){2, 50, 98}), 24);
    free(bytes);
}

/* ---- what cannot work ---- */

struct bad {
    const char *bytes;
    size_t n; /* 0: strlen */
    const char *cause;
    const char *says; /* part of the message */
};

/* N bytes: FIRST, then FILL, then LAST. */
static struct bad make_large(size_t n, const char *first, char fill, const char *last, const char *says)
{
    char *bytes = malloc(n + 1);
    size_t n_first = strlen(first), n_last = strlen(last);

    assert_non_null(bytes);
    memset(bytes, fill, n);
    memcpy(bytes, first, n_first);
    memcpy(bytes + n - n_last, last, n_last);
    return (struct bad){bytes, n, "bad-record", says};
}

#define BYTES(text) text, sizeof text - 1

/* A record that cannot work becomes a dead letter with its bytes as they came and a result with the cause;
 * the tasks around it do not notice. */
static void test_worker_tasks__what_cannot_work_disturbs_nothing(void **state)
{
    struct bad bad[] = {
        make_large(10000000, "{\"kernel\":\"echo\",\"args\":{\"a\":\"", 'x', "\"}}", "at most 65536"),
        make_large(100000, "", '[', "", "at most 65536"),
        make_large(60000, "", '[', "", "deep"),
        {BYTES(""), "bad-record", "empty"},
        {BYTES("nonsense"), "bad-record", "not JSON"},
        {BYTES("{\"kernel\":\"echo\",\"id\":\"a\0b\"}"), "bad-record", "NUL"},
        {BYTES("\0"), "bad-record", "NUL"},
        {BYTES("{\"kernel\":\"echo\",\"id\":\"\xff\xfe\"}"), "bad-record", "UTF-8"},
        {BYTES("\xc0\x80\xf5\r\n\r\n*1\r\n"), "bad-record", "UTF-8"},
        {BYTES("[]"), "bad-record", "object"},
        {BYTES("{\"kernel\":\"echo\"} {}"), "bad-record", ""},
        {BYTES("{\"kernel\":\"echo\",\"kernel\":\"sum\"}"), "bad-record", "twice"},
        {BYTES("{\"kernel\":\"echo\",\"kernell\":1}"), "bad-record", "kernell"},
        {BYTES("{\"args\":{}}"), "bad-record", "kernel"},
        {BYTES("#skep what is this\n{\"kernel\":\"echo\"}"), "bad-record", ""},
        {BYTES("#skep i=1 i=2\n{\"kernel\":\"echo\"}"), "bad-record", ""},
        {BYTES("#skep i=1"), "bad-record", ""},
        {BYTES("{\"kernel\":\"summ\"}"), "unknown-kernel", "no kernel \"summ\""},
        {BYTES("{\"kernel\":\"sum\"}"), "bad-args", "argument \"x\" is missing"},
        {BYTES("{\"kernel\":\"sum\",\"args\":{\"x\":[1],\"y\":1}}"), "bad-args", "unknown argument \"y\""},
        {BYTES("{\"kernel\":\"sum\",\"args\":{\"x\":null}}"), "bad-args", "argument \"x\" must be an array"},
        {BYTES("{\"kernel\":\"sum\",\"args\":{\"x\":\"none.npy\"}}"), "array-missing", "none.npy"},
        {BYTES("{\"kernel\":\"sum\",\"args\":{\"x\":\"../x.npy\"}}"), "array-invalid", "leaves its root"},
        {BYTES("{\"kernel\":\"sum\",\"args\":{\"x\":\"f8-little.npy[9]\"}}"), "bad-args", "out of bounds"},
        {BYTES("{\"kernel\":\"echo\",\"out\":\"x.npy[0]\"}"), "bad-args", "out: a slice"},
        {BYTES("{\"kernel\":\"fail\",\"args\":{\"how\":\"final\"}}"), "kernel-final", "failed for good"},
    };
    enum { N = sizeof bad / sizeof bad[0] };
    const struct hive_result *results;

    (void)state;
    put_golden("f8-little.npy");
    for (int i = 0; i < N; i++) {
        char good[64];
        snprintf(good, sizeof good, "{\"kernel\":\"sum\",\"id\":\"g%d\",\"args\":{\"x\":[%d]}}", i, i);
        hive_push(hive, good);
        hive_push_bytes(hive, bad[i].bytes, bad[i].n);
    }
    hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    results = hive_results(hive, 2 * N, 20000);
    hive_check_done(hive, 2 * N, N);
    for (int i = 0; i < N; i++) {
        const struct hive_result *good = &results[2 * i], *failed = &results[2 * i + 1];
        struct hive_letter letter = hive_letter(hive, i);
        char words[300];
        assert_true(good->is_ok && good->value->i64 == i);
        if (failed->is_ok || strcmp(failed->cause, bad[i].cause) != 0 ||
            strstr(failed->message, bad[i].says) == NULL) {
            hive_fail(hive, "bad record %d: %s: %s", i, failed->cause, failed->message);
        }
        snprintf(words, sizeof words, " cause=%s ", bad[i].cause);
        assert_non_null(strstr(letter.line, words));
        snprintf(words, sizeof words, " id=%s ", failed->id);
        assert_non_null(strstr(letter.line, words));
        if (letter.body_n != bad[i].n || memcmp(letter.body, bad[i].bytes, bad[i].n) != 0) {
            hive_fail(hive, "bad record %d: its bytes are not what came: %s", i, letter.body);
        }
    }
    for (int i = 0; i < 3; i++) {
        free((void *)(uintptr_t)bad[i].bytes);
    }
}

/* A dead letter without its first line is the record again: put back, it is tried again. */
static void test_worker_tasks__a_dead_letter_can_be_pushed_again(void **state)
{
    const struct hive_result *results;
    struct hive_letter letter;

    (void)state;
    hive_push(hive, "{\"id\":\"t\",\"kernel\":\"sum\",\"args\":{\"x\":\"f8-little.npy\"}}");
    hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    hive_check_done(hive, 1, 1);
    letter = hive_letter(hive, 0);
    put_golden("f8-little.npy");
    hive_push_bytes(hive, letter.body, letter.body_n);
    results = hive_results(hive, 2, 20000);
    assert_string_equal(results[0].cause, "array-missing");
    assert_true(results[1].is_ok && results[1].attempt == 1 && results[1].value->f64 == 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_tasks__two_workers_do_a_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_tasks__a_result_says_everything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_tasks__arrays_in_and_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_tasks__what_cannot_work_disturbs_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_tasks__a_dead_letter_can_be_pushed_again, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
