/* SPDX-License-Identifier: MIT */
/* Slots that make way for a fresh process before they are worn out. */
#include "support/test.h"
#include "hive_fixture.h"

#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 60000 };

/* How many results of RESULTS are from the same incarnation as number I. */
static int count_of(const struct hive_result *results, int n, int i)
{
    int count = 0;

    for (int k = 0; k < n; k++) {
        count += strcmp(results[k].worker, results[i].worker) == 0;
    }
    return count;
}

/* After so many tasks, and not one more, a slot settles, gives back what it has left, and another one goes
 * on: nothing is lost, and nobody has crashed. */
static void test_worker_recycle__after_so_many_tasks(void **state)
{
    enum { N = 65, LIMIT = 10 };
    static const char *const options[] = {"--slots", "1", "--recycle-tasks", "10", NULL};
    const struct hive_result *results;
    struct test_process *worker;

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    worker = hive_start_worker(hive, options);
    results = hive_results(hive, N, WAIT_MS);
    for (int i = 0; i < N; i++) {
        assert_true(results[i].is_ok && results[i].attempt == 1);
        assert_in_range(count_of(results, N, i), 1, LIMIT);
    }
    hive_check_done(hive, N, 0);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    assert_int_equal(hive_stat(hive, "reaped"), 0);
    assert_int_equal(hive_stat(hive, "taken"), N); /* nothing went back: no slot took more than it may run */
    assert_true(test_process_said(worker, "event=slot-recycle slot=0 reason=tasks tasks=10"));
}

/* A slot whose memory has grown beyond the size ends with its batch. The tasks here fill the memory that a
 * task may have, and some of that stays. */
static void test_worker_recycle__when_it_is_too_large(void **state)
{
    enum { N = 4 };
    static const char *const options[] = {"--slots", "1",         "--memory", "60M", "--recycle-rss",
                                          "32M",     "--retries", "0",        NULL};
    const struct hive_result *results;
    struct test_process *worker;

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"fail\",\"args\":{\"how\":\"memory\"}}");
    worker = hive_start_worker(hive, options);
    results = hive_results(hive, N, WAIT_MS);
    for (int i = 0; i < N; i++) {
        assert_string_equal(results[i].cause, "memory-limit");
        assert_int_equal(count_of(results, N, i), 1);
    }
    hive_check_done(hive, N, N);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    assert_true(test_process_said(worker, "event=slot-recycle slot=0 reason=memory tasks=1"));
}

/* A slot of several queues leaves all of them, and the next one serves them all. */
static void test_worker_recycle__with_several_queues(void **state)
{
    enum { N = 30 };
    static const char *const options[] = {"--slots", "1", "-q", "b", "--recycle-tasks", "7", NULL};
    const struct hive_result *results;

    (void)state;
    for (int i = 0; i < 2; i++) {
        hive_turn_to(hive, i == 0 ? "b" : "q");
        hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    }
    hive_start_worker(hive, options);
    for (int i = 0; i < 2; i++) {
        hive_turn_to(hive, i == 0 ? "b" : "q");
        results = hive_results(hive, N, WAIT_MS);
        for (int k = 0; k < N; k++) {
            assert_true(results[k].is_ok);
        }
        hive_check_done(hive, N, 0);
        assert_int_equal(hive_stat(hive, "reaped"), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_recycle__after_so_many_tasks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_recycle__when_it_is_too_large, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_recycle__with_several_queues, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
