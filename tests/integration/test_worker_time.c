/* SPDX-License-Identifier: MIT */
/* Time limits, and tasks that take longer than their neighbours. */
#include "support/test.h"
#include "hive_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const one_slot[] = {"--slots", "1", NULL};

/* A kernel that listens is told when its time is over, and the task is tried again. */
static void test_worker_time__a_limit_stops_a_kernel_that_listens(void **state)
{
    const struct hive_result *result;
    const struct skep_node *run_s;

    (void)state;
    hive_push(
        hive,
        "{\"kernel\":\"sleep\",\"args\":{\"s\":1000},\"timeout_s\":0.3,\"retries\":1,\"backoff_s\":0.01}");
    hive_start_worker(hive, one_slot);
    result = hive_results(hive, 1, 10000);
    assert_string_equal(result->cause, "timeout");
    assert_string_equal(result->message, "it ran longer than its timeout_s of 0.3 s");
    assert_int_equal(result->attempt, 2);
    run_s = skep_node_get(result->root, "run_s");
    assert_true(run_s->f64 >= 0.3 && run_s->f64 < 1.5);
    hive_check_done(hive, 1, 1);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    assert_non_null(strstr(hive_letter(hive, 0).line, " cause=timeout "));
}

/* One that does not listen is ended with its slot. That is one failed attempt, and no crash; the tasks around
 * it are done meanwhile. */
static void test_worker_time__a_limit_ends_a_kernel_that_does_not_listen(void **state)
{
    enum { N = 20 };
    const struct hive_result *results, *result;

    (void)state;
    hive_push(hive, "{\"id\":\"deaf\",\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"},\"timeout_s\":0.2,"
                    "\"retries\":0}");
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    hive_start_worker(hive, one_slot);
    results = hive_results(hive, N + 1, 60000);
    result = hive_result_of(hive, results, N + 1, "deaf");
    assert_string_equal(result->cause, "timeout");
    assert_non_null(strstr(result->message, "it ran longer than its timeout_s of 0.2 s; it did not stop, and "
                                            "its slot was ended (peak resident "));
    assert_int_equal(result->attempt, 1);
    assert_true(skep_node_get(result->root, "run_s")->f64 >= 2.2);
    hive_check_done(hive, N + 1, 1);
    assert_int_equal(hive_stat(hive, "done"), N);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    assert_non_null(strstr(hive_letter(hive, 0).line, " cause=timeout "));
}

/* A limit is a task's own: those behind it in the batch have all their time. */
static void test_worker_time__a_limit_is_one_tasks_own(void **state)
{
    enum { N = 40 };
    const struct hive_result *results;

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.05},\"timeout_s\":1}");
    hive_start_worker(hive, one_slot);
    results = hive_results(hive, N, 20000);
    for (int i = 0; i < N; i++) {
        assert_true(results[i].is_ok && results[i].attempt == 1);
    }
}

static bool are_those_before_there(struct hive *any)
{
    return hive_length(any, any->keys.out) == 100;
}

static bool are_all_others_there(struct hive *any)
{
    return hive_length(any, any->keys.out) == 200;
}

/* A long task in the middle of a batch: the results before it are published while it runs, and what was not
 * started goes to another slot, which does it meanwhile. */
static void test_worker_time__a_long_task_delays_nobody(void **state)
{
    enum { N = 100 };
    const struct hive_result *results;

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"a%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.002}}");
    hive_push(hive, "{\"id\":\"long\",\"kernel\":\"sleep\",\"args\":{\"s\":5}}");
    hive_push_many(hive, N, "{\"id\":\"b%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.002}}");
    hive_start_worker(hive, one_slot);
    (void)hive_await_title(hive, "sleep long");
    hive_until(hive, are_those_before_there, "the results before it", 2000);
    assert_int_equal(hive_status(hive).n_held, 1);
    assert_int_equal(hive_length(hive, hive->keys.queue), N);
    hive_start_worker(hive, one_slot);
    hive_until(hive, are_all_others_there, "the results behind it", 2500);
    results = hive_results(hive, 2 * N + 1, 10000);
    assert_string_equal(results[2 * N].id, "long");
    assert_true(results[2 * N].is_ok);
    hive_check_done(hive, 2 * N + 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_time__a_limit_stops_a_kernel_that_listens, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_time__a_limit_ends_a_kernel_that_does_not_listen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_time__a_limit_is_one_tasks_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_time__a_long_task_delays_nobody, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
