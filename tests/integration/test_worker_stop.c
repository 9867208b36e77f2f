/* SPDX-License-Identifier: MIT */
/* How a worker is stopped: a deploy costs nobody an attempt. */
#include "support/test.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const one_slot[] = {"--slots", "1", NULL};
static const char *const two_slots[] = {"--slots", "2", NULL};

/* Nothing is held, nobody is registered, nobody is blamed; N tasks wait in the queue. */
static void check_all_given_back(int64_t n)
{
    struct skep_queue_status status = hive_status(hive);

    assert_int_equal(status.n_waiting, n);
    assert_int_equal(status.n_held, 0);
    assert_int_equal(status.n_slots, 0);
    assert_int_equal(status.n_suspect + status.n_delayed + status.n_dead, 0);
    assert_int_equal(status.stat.crashes, 0);
    assert_int_equal(status.stat.reaped, 0);
    assert_int_equal(status.stat.retried, 0);
}

/* An idle worker ends at once, on SIGTERM as on Ctrl-C. */
static void test_worker_stop__an_idle_worker_ends_at_once(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct test_process *worker = hive_start_worker(hive, two_slots);
        pid_t slots[HIVE_MAX_SLOTS];
        hive_await_slots(hive, worker, 2);
        assert_int_equal(hive_slots(worker, slots), 2);
        test_process_signal(worker, signals[i]);
        hive_await_end(hive, worker, 0, 3000);
        assert_true(hive_is_gone(slots[0]) && hive_is_gone(slots[1]));
        check_all_given_back(0);
    }
}

static bool is_only_one_held(struct hive *any)
{
    return hive_status(any).n_held == 1;
}

/* SIGTERM in the middle of a batch: what was not started goes back at once, in its order, what runs is
 * finished, and then the worker ends. */
static void test_worker_stop__what_runs_is_finished(void **state)
{
    enum { N = 30 };
    const struct hive_result *results;
    struct test_process *worker;
    int64_t n_waiting;

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"a%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}");
    hive_push(hive, "{\"id\":\"long\",\"kernel\":\"sleep\",\"args\":{\"s\":0.9}}");
    hive_push_many(hive, N, "{\"id\":\"b%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}");
    worker = hive_start_worker(hive, one_slot);
    (void)hive_await_title(hive, "sleep long");
    test_process_signal(worker, SIGTERM);
    hive_until(hive, is_only_one_held, "only what runs is held", 600);
    n_waiting = hive_length(hive, hive->keys.queue);
    assert_int_equal(n_waiting, N);
    assert_memory_equal(hive_ask(hive, "LINDEX", hive->keys.queue, "0", NULL)->bytes, "{\"id\":\"b0\"", 10);
    assert_memory_equal(hive_ask(hive, "LINDEX", hive->keys.queue, "-1", NULL)->bytes, "{\"id\":\"b29\"", 11);
    hive_await_end(hive, worker, 0, 5000);
    results = hive_results(hive, N + 1, 0);
    assert_true(results[N].is_ok);
    assert_string_equal(results[N].id, "long");
    check_all_given_back(N);
}

static bool is_finishing(struct hive *any)
{
    return test_process_said(any->workers[0], "to=finishing");
}

/* A second SIGTERM gives everything back at once, whether the kernels listen or not. */
static void test_worker_stop__a_second_signal_gives_all_back(void **state)
{
    struct test_process *worker;

    (void)state;
    hive_push(hive, "{\"id\":\"deaf\",\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"}}");
    hive_push(hive, "{\"id\":\"polite\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}");
    worker = hive_start_worker(hive, two_slots);
    (void)hive_await_title(hive, "fail deaf");
    (void)hive_await_title(hive, "sleep polite");
    test_process_signal(worker, SIGTERM);
    hive_until(hive, is_finishing, "the first signal is seen", 3000);
    test_process_signal(worker, SIGTERM);
    hive_await_end(hive, worker, 0, 5000);
    check_all_given_back(2);
    assert_int_equal(hive_stat(hive, "given_back"), 2);
}

/* The grace is over: the same as a second signal. */
static void test_worker_stop__grace_ends(void **state)
{
    struct test_process *worker;

    (void)state;
    hive_push(hive, "{\"id\":\"t\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}");
    worker = hive_start_worker(hive, (const char *const[]){"--slots", "1", "--grace", "0.3s", NULL});
    (void)hive_await_title(hive, "sleep t");
    test_process_signal(worker, SIGTERM);
    hive_await_end(hive, worker, 0, 5000);
    assert_true(test_process_said(worker, "event=grace-over grace_s=0.3"));
    check_all_given_back(1);
}

/* A stop does not wait for a server that is gone. What was held is found by others. */
static void test_worker_stop__without_a_server(void **state)
{
    struct test_process *worker;

    (void)state;
    hive_push(hive, "{\"id\":\"t\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}");
    worker = hive_start_worker(hive, (const char *const[]){"--slots", "2", "--grace", "0.3s", NULL});
    (void)hive_await_title(hive, "sleep t");
    test_redis_kill(hive->redis);
    test_process_signal(worker, SIGTERM);
    hive_await_end(hive, worker, 0, 12000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_stop__an_idle_worker_ends_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_stop__what_runs_is_finished, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_stop__a_second_signal_gives_all_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_stop__grace_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_stop__without_a_server, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
