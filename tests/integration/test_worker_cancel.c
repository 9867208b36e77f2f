/* SPDX-License-Identifier: MIT */
/* What becomes of tasks that somebody cancels: unrun, running, and running without listening. */
#include "support/test.h"
#include "hive_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "queue/cancel.h"

enum { WAIT_MS = 60000 };

static const char *const one_slot[] = {"--slots", "1", NULL};

static void cancel(enum skep_cancel_kind kind, const char *name)
{
    assert_int_equal(skep_cancel_put(hive->conn, &hive->keys, kind, &name, 1, NULL, NULL), SKEP_OK);
}

static bool is_of(const struct hive_result *result, const char *job)
{
    const struct skep_node *node = skep_node_get(result->root, "job");

    return node != NULL && strcmp(node->text, job) == 0;
}

/* Tasks of a cancelled job, and one that was cancelled by itself, are not run when they are taken: each has
 * its result, none a dead letter. The others are none the worse for it. */
static void test_worker_cancel__waiting_tasks_are_not_run(void **state)
{
    enum { N = 60 };
    const struct hive_result *results;

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"a%d\",\"job\":\"a\",\"kernel\":\"echo\"}");
    hive_push_many(hive, N, "{\"id\":\"b%d\",\"job\":\"b\",\"kernel\":\"echo\"}");
    hive_push_many(hive, N, "{\"id\":\"a%d\",\"kernel\":\"echo\"}");
    cancel(SKEP_CANCEL_JOB, "a");
    cancel(SKEP_CANCEL_ID, "b7");
    hive_start_worker(hive, one_slot);
    results = hive_results(hive, 3 * N, WAIT_MS);
    for (int i = 0; i < 3 * N; i++) {
        bool is_cancelled = is_of(&results[i], "a") || strcmp(results[i].id, "b7") == 0;
        assert_string_equal(results[i].cause, is_cancelled ? "cancelled" : "");
        assert_string_equal(results[i].message, is_cancelled ? "cancelled before it ran" : "");
    }
    hive_check_done(hive, 3 * N, 0);
    assert_int_equal(hive_stat(hive, "cancelled"), N + 1);
    assert_int_equal(hive_stat(hive, "done"), 2 * N - 1);
}

/* A kernel that listens is told while it runs, and its slot goes on with what comes next. */
static void test_worker_cancel__what_runs_is_told(void **state)
{
    const struct hive_result *results;
    pid_t slot;

    (void)state;
    hive_start_worker(hive, one_slot);
    hive_push(hive, "{\"id\":\"long\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}");
    slot = hive_await_title(hive, "sleep long");
    cancel(SKEP_CANCEL_ID, "long");
    hive_push(hive, "{\"id\":\"next\",\"kernel\":\"echo\"}");
    results = hive_results(hive, 2, WAIT_MS);
    assert_string_equal(results[0].id, "long");
    assert_string_equal(results[0].message, "cancelled while it ran");
    assert_true(results[1].is_ok);
    assert_string_equal(results[0].worker, results[1].worker);
    assert_false(hive_is_gone(slot));
    hive_check_done(hive, 2, 0);
    assert_int_equal(hive_stat(hive, "cancelled"), 1);
}

/* One that does not listen is ended with its slot; that is no crash, and not tried again. */
static void test_worker_cancel__what_does_not_listen_is_ended(void **state)
{
    enum { N = 10 };
    const struct hive_result *results, *result;

    (void)state;
    hive_start_worker(hive, one_slot);
    hive_push(hive, "{\"id\":\"deaf\",\"job\":\"j\",\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"}}");
    (void)hive_await_title(hive, "fail deaf");
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    cancel(SKEP_CANCEL_JOB, "j");
    results = hive_results(hive, N + 1, WAIT_MS);
    result = hive_result_of(hive, results, N + 1, "deaf");
    assert_string_equal(result->cause, "cancelled");
    assert_int_equal(result->attempt, 1);
    hive_check_done(hive, N + 1, 0);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    assert_int_equal(hive_stat(hive, "cancelled"), 1);
    assert_int_equal(hive_stat(hive, "done"), N);
}

static bool is_retried(struct hive *any)
{
    return hive_stat(any, "retried") == 1;
}

/* What waits for another try is cancelled, too, when its time comes. */
static void test_worker_cancel__delayed_tasks(void **state)
{
    const struct hive_result *result;

    (void)state;
    hive_push(hive, "{\"id\":\"again\",\"kernel\":\"fail\",\"args\":{\"retry_after\":3}}");
    hive_start_worker(hive, one_slot);
    hive_until(hive, is_retried, "it has failed once", WAIT_MS);
    cancel(SKEP_CANCEL_ID, "again");
    result = hive_results(hive, 1, WAIT_MS);
    assert_string_equal(result->message, "cancelled before it ran");
    assert_int_equal(result->attempt, 2);
    hive_check_done(hive, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_cancel__waiting_tasks_are_not_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_cancel__what_runs_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_cancel__what_does_not_listen_is_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_cancel__delayed_tasks, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
