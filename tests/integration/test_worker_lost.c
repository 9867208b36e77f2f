/* SPDX-License-Identifier: MIT */
/* Silence: of a machine, which is dead, and of the server, which is not. */
#include "support/test.h"
#include "support/until.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdlib.h>

/* N results of the tasks 0 to N - 1, each once and a success. */
static void check_each_once(int n)
{
    const struct hive_result *results = hive_results(hive, (size_t)n, 20000);
    bool *seen = calloc((size_t)n, sizeof *seen);

    for (int i = 0; i < n; i++) {
        long id = strtol(results[i].id, NULL, 10);
        assert_true(results[i].is_ok && id >= 0 && id < n && !seen[id]);
        seen[id] = true;
    }
    free(seen);
    hive_check_done(hive, n, 0);
}

static bool has_some_results(struct hive *any)
{
    return hive_length(any, any->keys.out) >= 20;
}

/* A machine that is gone in the middle of its work, without a last word: its tasks are done by another one.
 */
static void test_worker_lost__a_dead_machine_loses_nothing(void **state)
{
    enum { N = 300 };
    struct test_process *dead;

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.005}}");
    dead = hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    hive_until(hive, has_some_results, "some results", 10000);
    hive_signal_worker(dead, SIGSTOP);
    hive_signal_worker(dead, SIGKILL);
    hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    check_each_once(N);
    assert_int_equal(hive_stat(hive, "reaped"), 2);
}

static int64_t goes_on_at_ms;

static bool is_time(void *context)
{
    (void)context;
    return test_now_ms() >= goes_on_at_ms;
}

/* The server stands still for longer than the lease, with work under way on two workers: nobody is declared
 * dead, and when it goes on everything is done, once. */
static void test_worker_lost__a_server_that_stands_still_kills_nobody(void **state)
{
    enum { N = 2000 };

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}");
    hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    hive_until(hive, has_some_results, "some results", 10000);
    test_redis_pause(hive->redis);
    goes_on_at_ms = test_now_ms() + 8000;
    assert_true(test_until(is_time, NULL, 20000)); /* the silence itself is what is tested */
    test_redis_resume(hive->redis);
    check_each_once(N);
    assert_int_equal(hive_stat(hive, "reaped"), 0);
    assert_int_equal(hive_stat(hive, "fenced"), 0);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_lost__a_dead_machine_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_lost__a_server_that_stands_still_kills_nobody, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
