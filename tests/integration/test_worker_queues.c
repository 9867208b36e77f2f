/* SPDX-License-Identifier: MIT */
/* One worker, several queues. */
#include "support/test.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/until.h"

enum { WAIT_MS = 60000 };

static int64_t results_of(const char *queue)
{
    int64_t n;

    hive_turn_to(hive, queue);
    n = hive_length(hive, hive->keys.out);
    hive_turn_to(hive, "q");
    return n;
}

static void push_many_to(const char *queue, int n, const char *format)
{
    hive_turn_to(hive, queue);
    hive_push_many(hive, n, format);
    hive_turn_to(hive, "q");
}

struct results_wanted {
    const char *queue;
    int64_t n;
};

static bool are_there(void *context)
{
    const struct results_wanted *wanted = context;

    return results_of(wanted->queue) >= wanted->n;
}

static void await_results(const char *queue, int64_t n)
{
    struct results_wanted wanted = {queue, n};

    if (!test_until(are_there, &wanted, WAIT_MS)) {
        hive_fail(hive, "queue %s: not %d results after %d ms", queue, (int)n, WAIT_MS);
    }
}

static void check_all_done(const char *queue, int64_t n_results)
{
    hive_turn_to(hive, queue);
    hive_check_done(hive, n_results, 0);
    hive_turn_to(hive, "q");
}

static const char *const a_slot_for_two[] = {"--slots", "1", "-q", "b", NULL};

/* Three quarters of the time go to the queue that weighs three times as much, though its tasks are ten times
 * as short: when 300 of them are done (3 s), 10 of the others (1 s) should be. Batches are half a second. */
static void test_worker_queues__share_the_time_by_weight(void **state)
{
    static const char *const options[] = {"--slots", "1", "-q", "b:3", NULL};
    int64_t n;

    (void)state;
    push_many_to("q", 100, "{\"kernel\":\"sleep\",\"args\":{\"s\":0.1}}");
    push_many_to("b", 1000, "{\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}");
    hive_start_worker(hive, options);
    await_results("b", 300);
    n = results_of("q");
    if (n < 3 || n > 24) {
        hive_fail(hive, "%d results of the other queue", (int)n);
    }
}

/* A thousand slow tasks were there first; the few of another queue are done all the same, soon. */
static void test_worker_queues__slow_tasks_starve_nobody(void **state)
{
    (void)state;
    push_many_to("q", 1000, "{\"id\":\"slow%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.6}}");
    hive_start_worker(hive, a_slot_for_two);
    (void)hive_await_title(hive, "sleep slow3");
    push_many_to("b", 5, "{\"kernel\":\"echo\"}");
    await_results("b", 5);
    assert_true(results_of("q") < 200);
}

/* In strict order the second queue is served when nothing is left of the first. */
static void test_worker_queues__strict_order(void **state)
{
    enum { N = 100 };
    static const char *const options[] = {"--slots", "1", "--strict", "-q", "b:1000", NULL};

    (void)state;
    push_many_to("b", 10, "{\"kernel\":\"echo\"}");
    push_many_to("q", N, "{\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}");
    hive_start_worker(hive, options);
    await_results("b", 1);
    assert_int_equal(results_of("q"), N);
    await_results("b", 10);
    check_all_done("b", 10);
}

/* A queue that is paused, or whose results are full, stops nobody else, and goes on when it may. */
static void test_worker_queues__one_that_is_held_off_stops_no_other(void **state)
{
    (void)state;
    hive_ask(hive, "HSET", "{skep:q}:conf", "paused", "1", NULL);
    push_many_to("q", 10, "{\"kernel\":\"echo\"}");
    push_many_to("b", 1000, "{\"kernel\":\"echo\"}");
    hive_start_worker(hive, a_slot_for_two);
    await_results("b", 1000);
    assert_int_equal(results_of("q"), 0);
    push_many_to("b", 10, "{\"kernel\":\"echo\"}");
    await_results("b", 1010);
    hive_ask(hive, "HSET", "{skep:q}:conf", "paused", "0", NULL);
    await_results("q", 10);
    hive_ask(hive, "HSET", "{skep:b}:conf", "max_results", "1010", NULL);
    push_many_to("b", 10, "{\"kernel\":\"echo\"}");
    push_many_to("q", 10, "{\"kernel\":\"echo\"}");
    await_results("q", 20);
    assert_int_equal(results_of("b"), 1010);
    hive_ask(hive, "HSET", "{skep:b}:conf", "max_results", "0", NULL);
    await_results("b", 1020);
    check_all_done("q", 20);
    check_all_done("b", 1020);
}

/* How often the server was asked to do something, by whomever. */
static int64_t calls_of(const char *command)
{
    const struct skep_reply *reply = hive_ask(hive, "INFO", "commandstats", NULL);
    char line[64];
    const char *at;

    snprintf(line, sizeof line, "cmdstat_%s:calls=", command);
    at = strstr(reply->bytes, line);
    return at != NULL ? strtoll(at + strlen(line), NULL, 10) : 0;
}

static int64_t beats(void)
{
    const struct skep_reply *reply =
        hive_ask(hive, "ZRANGE", "{skep:q}:workers", "0", "-1", "WITHSCORES", NULL);

    return reply->n == 2 ? strtoll(reply->items[1].bytes, NULL, 10) : 0;
}

static bool has_beaten(void *until)
{
    return beats() >= *(const int64_t *)until;
}

static bool is_one_waiting_for_each(void *unused)
{
    (void)unused;
    return strstr(hive_ask(hive, "INFO", "clients", NULL)->bytes, "blocked_clients:2\r") != NULL;
}

/* A slot that is idle waits for all its queues at once and asks for nothing: one script a second for each
 * queue, the beat, and nothing else. A task in any of them wakes it, although the wait lasts a minute. */
static void test_worker_queues__idle_is_silent_and_wakes(void **state)
{
    int64_t until, scripts, waits, began_ms;

    (void)state;
    hive_start_worker(hive, a_slot_for_two);
    push_many_to("q", 1, "{\"kernel\":\"echo\"}");
    push_many_to("b", 1, "{\"kernel\":\"echo\"}");
    await_results("q", 1);
    await_results("b", 1);
    assert_true(test_until(is_one_waiting_for_each, NULL, WAIT_MS));
    waits = calls_of("blmove");
    scripts = calls_of("evalsha");
    until = beats() + 3;
    assert_true(test_until(has_beaten, &until, WAIT_MS));
    assert_int_equal(calls_of("blmove"), waits);
    assert_in_range(calls_of("evalsha") - scripts, 3, 8);
    for (int i = 0; i < 3; i++) {
        began_ms = test_now_ms();
        push_many_to("b", 1, "{\"kernel\":\"echo\"}");
        await_results("b", 2 + i);
        push_many_to("q", 1, "{\"kernel\":\"echo\"}");
        await_results("q", 2 + i);
        assert_true(test_now_ms() - began_ms < 30000);
    }
}

/* A slot that leaves gives back what it holds in every queue, and is registered nowhere any more. */
static void test_worker_queues__leaves_all(void **state)
{
    struct test_process *worker;

    (void)state;
    push_many_to("q", 10, "{\"id\":\"q%d\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}");
    push_many_to("b", 10, "{\"id\":\"b%d\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}");
    worker = hive_start_worker(hive, (const char *const[]){"--slots", "2", "-q", "b", "--grace", "0", NULL});
    (void)hive_await_title(hive, "sleep q0");
    (void)hive_await_title(hive, "sleep b0");
    test_process_signal(worker, SIGTERM);
    hive_await_end(hive, worker, 0, WAIT_MS);
    for (int i = 0; i < 2; i++) {
        hive_turn_to(hive, i == 0 ? "q" : "b");
        assert_int_equal(hive_length(hive, hive->keys.queue), 10);
        assert_int_equal(hive_ask(hive, "EXISTS", hive->keys.workers, hive->keys.cycle, NULL)->integer, 0);
        assert_int_equal(hive_stat(hive, "crashes"), 0);
        (void)hive_status(hive);
    }
}

static bool has_tried_to_leave(void *worker)
{
    return test_process_said(worker, "queue=q doing=leave") &&
           test_process_said(worker, "queue=b doing=leave");
}

/* A worker that is told to stop while the server is away waits for it, as long as its grace lasts, and leaves
 * both queues once it is back. */
static void test_worker_queues__leaves_when_the_server_is_back(void **state)
{
    struct test_process *worker;

    (void)state;
    hive_close(hive);
    hive = hive_open("appendonly yes\nappendfsync always\n");
    worker =
        hive_start_worker(hive, (const char *const[]){"--slots", "1", "-q", "b", "--grace", "120", NULL});
    assert_true(test_until(is_one_waiting_for_each, NULL, WAIT_MS));
    skep_conn_close(hive->conn); /* it is opened again when somebody asks */
    test_redis_kill(hive->redis);
    test_process_signal(worker, SIGTERM);
    assert_true(test_until(has_tried_to_leave, worker, WAIT_MS));
    test_redis_restart(hive->redis);
    hive_await_end(hive, worker, 0, WAIT_MS);
    for (int i = 0; i < 2; i++) {
        hive_turn_to(hive, i == 0 ? "q" : "b");
        assert_int_equal(hive_ask(hive, "EXISTS", hive->keys.workers, hive->keys.cycle, NULL)->integer, 0);
    }
}

/* A task that kills its slot is blamed in its own queue, tried three times and buried; a suspect there is
 * found although nothing tells an idle slot of it but its agent. The other queue has crashed nothing. */
static void test_worker_queues__blame_stays_in_its_queue(void **state)
{
    enum { N = 50 };

    (void)state;
    push_many_to("b", 1, "{\"id\":\"bad\",\"kernel\":\"fail\",\"args\":{\"how\":\"abort\"}}");
    push_many_to("b", N, "{\"kernel\":\"echo\"}");
    push_many_to("q", N, "{\"kernel\":\"echo\"}");
    hive_start_worker(hive, a_slot_for_two);
    await_results("b", N + 1);
    await_results("q", N);
    check_all_done("q", N);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    hive_turn_to(hive, "b");
    hive_check_done(hive, N + 1, 1);
    assert_int_equal(hive_stat(hive, "crashes"), 3);
    assert_non_null(strstr(hive_letter(hive, 0).line, " cause=crash "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_queues__share_the_time_by_weight, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_queues__slow_tasks_starve_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_queues__strict_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_queues__one_that_is_held_off_stops_no_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_queues__idle_is_silent_and_wakes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_queues__leaves_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_queues__leaves_when_the_server_is_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_queues__blame_stays_in_its_queue, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
