/* SPDX-License-Identifier: MIT */
/* What tasks print, on real workers: it is where it belongs, whatever becomes of the attempt. */
#include "support/test.h"
#include "hive_fixture.h"
#include "hive_kept.h"
#include "hive_sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 60000 };

static const char *const one_slot[] = {"--slots", "1", NULL};
static const char *const two_slots[] = {"--slots", "2", NULL};
static struct hive_sweep *sweep;

static int tear_down_sweep(void **state)
{
    hive_free_sweep(sweep);
    sweep = NULL;
    return tear_down(state);
}

/* Short tasks, some of which print: each result has its own words and no other's, and so has the queue. */
static void test_worker_output__of_each_task_alone(void **state)
{
    enum { N = 600 };
    const struct hive_result *results;
    char text[64];

    (void)state;
    for (int i = 0; i < N; i++) {
        char record[200];
        snprintf(record, sizeof record,
                 i % 3 == 0   ? "{\"id\":\"%d\",\"kernel\":\"echo\",\"args\":{\"stdout\":\"out %d\\n\"}}"
                 : i % 3 == 1 ? "{\"id\":\"%d\",\"kernel\":\"echo\",\"args\":{\"n\":%d}}"
                              : "{\"id\":\"%d\",\"kernel\":\"echo\",\"args\":{\"stderr\":\"err %d\"}}",
                 i, i);
        hive_push(hive, record);
    }
    hive_start_worker(hive, two_slots);
    results = hive_results(hive, N, WAIT_MS);
    assert_int_equal(hive_read_kept(hive), N / 3 * 2);
    for (int i = 0; i < N; i++) {
        int n = (int)strtol(results[i].id, NULL, 10);
        snprintf(text, sizeof text, n % 3 == 0 ? "out %d\n" : "err %d", n);
        hive_check_said(hive, &results[i], "stdout", n % 3 == 0 ? text : NULL);
        hive_check_said(hive, &results[i], "stderr", n % 3 == 2 ? text : NULL);
        if (n % 3 != 1) {
            hive_check_kept(hive, results[i].id, 1, n % 3 == 0 ? "stdout" : "stderr", text);
        }
    }
    hive_check_done(hive, N, 0);
}

/* An attempt that fails is tried again: both are kept, and the result has the words of its own. One that
 * fails for good has them in its result, too. */
static void test_worker_output__of_attempts_that_fail(void **state)
{
    const struct hive_result *results, *again, *final;

    (void)state;
    hive_push(hive, "{\"id\":\"again\",\"kernel\":\"fail\",\"backoff_s\":0.01,"
                    "\"args\":{\"times\":2,\"stdout\":\"trying\",\"stderr\":\"hm\"}}");
    hive_push(hive,
              "{\"id\":\"final\",\"kernel\":\"fail\",\"args\":{\"how\":\"final\",\"stderr\":\"no way\"}}");
    hive_push(hive, "{\"id\":\"quiet\",\"kernel\":\"echo\"}");
    hive_start_worker(hive, one_slot);
    results = hive_results(hive, 3, WAIT_MS);
    again = hive_result_of(hive, results, 3, "again");
    final = hive_result_of(hive, results, 3, "final");
    assert_true(again->is_ok && again->attempt == 3);
    hive_check_said(hive, again, "stdout", "trying");
    assert_false(final->is_ok);
    hive_check_said(hive, final, "stderr", "no way");
    hive_check_said(hive, final, "stdout", NULL);
    hive_check_said(hive, hive_result_of(hive, results, 3, "quiet"), "stderr", NULL);
    assert_int_equal(hive_read_kept(hive), 3 * 2 + 1);
    for (int i = 1; i <= 3; i++) {
        hive_check_kept(hive, "again", i, "stdout", "trying");
        hive_check_kept(hive, "again", i, "stderr", "hm");
    }
    hive_check_kept(hive, "final", 1, "stderr", "no way");
    hive_check_done(hive, 3, 1);
}

/* What a slot said before it died is kept, each time, and the last of it is in the dead letter's words; the
 * tasks around it are as silent as they were. */
static void test_worker_output__of_slots_that_die(void **state)
{
    enum { N = 20 };
    const struct hive_result *results, *dead;
    const char *workers[3];
    size_t n = 0, n_kept;

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"a%d\",\"kernel\":\"echo\"}");
    hive_push(hive, "{\"id\":\"dead\",\"kernel\":\"fail\",\"args\":{\"how\":\"segv\",\"stdout\":\"before\","
                    "\"stderr\":\"first\\nfree(): \\\"invalid\\\" pointer\\n\"}}");
    hive_push_many(hive, N, "{\"id\":\"b%d\",\"kernel\":\"echo\"}");
    hive_start_worker(hive, two_slots);
    results = hive_results(hive, 2 * N + 1, WAIT_MS);
    for (int i = 0; i <= 2 * N; i++) {
        hive_check_said(hive, &results[i], "stdout", NULL);
        hive_check_said(hive, &results[i], "stderr", NULL);
    }
    dead = hive_result_of(hive, results, 2 * N + 1, "dead");
    assert_string_equal(dead->cause, "crash");
    assert_non_null(strstr(dead->message, "stderr=\"free(): 'invalid' pointer\""));
    n_kept = hive_read_kept(hive);
    assert_int_equal(n_kept, 3 * 2);
    for (size_t i = 0; i < n_kept; i++) {
        assert_string_equal(hive_kept[i].id, "dead");
        if (strcmp(hive_kept[i].stream, "stdout") == 0) {
            assert_string_equal(hive_kept[i].text, "before");
            workers[n++] = hive_kept[i].worker;
        }
    }
    assert_int_equal(n, 3);
    assert_string_not_equal(workers[0], workers[1]);
    assert_string_not_equal(workers[1], workers[2]);
    hive_check_done(hive, 2 * N + 1, 1);
}

/* A task that has used up its time has its words in its result, whether it listened or had to be ended. */
static void test_worker_output__of_tasks_that_take_too_long(void **state)
{
    const struct hive_result *results;

    (void)state;
    hive_push(hive, "{\"id\":\"deaf\",\"kernel\":\"fail\",\"timeout_s\":0.2,\"retries\":0,"
                    "\"args\":{\"how\":\"loop\",\"stdout\":\"round and round\"}}");
    hive_push(hive, "{\"id\":\"good\",\"kernel\":\"sleep\",\"timeout_s\":0.2,\"retries\":0,"
                    "\"args\":{\"s\":100,\"stdout\":\"good night\"}}");
    hive_start_worker(hive, two_slots);
    results = hive_results(hive, 2, WAIT_MS);
    hive_check_said(hive, hive_result_of(hive, results, 2, "deaf"), "stdout", "round and round");
    hive_check_said(hive, hive_result_of(hive, results, 2, "good"), "stdout", "good night");
    assert_string_equal(results[0].cause, "timeout");
    assert_string_equal(results[1].cause, "timeout");
    assert_int_equal(hive_read_kept(hive), 2);
    hive_check_kept(hive, "deaf", 1, "stdout", "round and round");
    hive_check_kept(hive, "good", 1, "stdout", "good night");
    hive_check_done(hive, 2, 2);
}

/* Of a job of many indexes each has its own words. */
static void test_worker_output__of_each_index(void **state)
{
    enum { N = 500 };
    char id[32], text[32];

    (void)state;
    hive_sweep_put(&sweep, hive, N, "\"kernel\":\"sleep\",\"args\":{\"s\":0,\"stdout\":\"index {i}\"}", "f8");
    hive_start_worker(hive, two_slots);
    assert_int_equal(hive_gather(hive, sweep, WAIT_MS).n_done, N);
    assert_int_equal(hive_read_kept(hive), N);
    for (int i = 0; i < N; i++) {
        snprintf(id, sizeof id, "job.%d", i);
        snprintf(text, sizeof text, "index %d", i);
        hive_check_kept(hive, id, 1, "stdout", text);
        assert_int_equal(hive_find_kept(hive, id, 1, "stdout")->index, i);
        assert_string_equal(hive_find_kept(hive, id, 1, "stdout")->job, "job");
    }
    hive_check_done(hive, 0, 0);
}

/* So it is when they fail and are tried again, when their slot dies, and when their results are wanted. */
static void test_worker_output__of_indexes_that_fail(void **state)
{
    static const char more[] =
        "\"kernel\":\"fail\",\"results\":true,\"retries\":1,\"backoff_s\":0.01,\"args\":{\"how\":\"segv\","
        "\"stderr\":\"{i}!\"}";
    const struct hive_result *results;
    size_t n_kept;

    (void)state;
    hive_sweep_put(&sweep, hive, 2, more, "i8");
    hive_start_worker(hive, one_slot);
    assert_int_equal(hive_gather(hive, sweep, WAIT_MS).n_failed, 2);
    n_kept = hive_read_kept(hive);
    assert_int_equal(n_kept, 6);
    for (size_t i = 0; i < n_kept; i++) {
        assert_string_equal(hive_kept[i].id, hive_kept[i].text[0] == '0' ? "job.0" : "job.1");
    }
    results = hive_results(hive, 2, WAIT_MS);
    assert_non_null(strstr(results[0].message, results[0].id[4] == '0' ? "stderr=\"0!\"" : "stderr=\"1!\""));
    hive_check_done(hive, 2, 2);
}

/* Results of indexes have their words. */
static void test_worker_output__in_results_of_indexes(void **state)
{
    enum { N = 40 };
    const struct hive_result *results;

    (void)state;
    hive_sweep_put(&sweep, hive, N,
                   "\"kernel\":\"sleep\",\"results\":true,\"args\":{\"s\":0,\"stderr\":\"at {i}\"}", "f8");
    hive_start_worker(hive, two_slots);
    (void)hive_gather(hive, sweep, WAIT_MS);
    results = hive_results(hive, N, WAIT_MS);
    for (int i = 0; i < N; i++) {
        char text[32];
        snprintf(text, sizeof text, "at %s", results[i].id + strlen("job."));
        hive_check_said(hive, &results[i], "stderr", text);
    }
    hive_check_done(hive, N, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down_sweep)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_worker_output__of_each_task_alone),
        TEST(test_worker_output__of_attempts_that_fail),
        TEST(test_worker_output__of_slots_that_die),
        TEST(test_worker_output__of_tasks_that_take_too_long),
        TEST(test_worker_output__of_each_index),
        TEST(test_worker_output__of_indexes_that_fail),
        TEST(test_worker_output__in_results_of_indexes),
    };

    return cmocka_run_group_tests_name("worker/output", tests, NULL, NULL);
}
