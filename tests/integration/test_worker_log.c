/* SPDX-License-Identifier: MIT */
/* The log of a worker: agent and slots. */
#include "support/test.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 60000 };

static const char *const one_slot[] = {"--slots", "1", NULL};

static struct test_process *talker;
static const char *wanted_words;

static bool has_said(struct hive *any)
{
    (void)any;
    return test_process_said(talker, wanted_words);
}

static void await_words(struct test_process *worker, const char *words)
{
    talker = worker;
    wanted_words = words;
    hive_until(hive, has_said, words, WAIT_MS);
}

/* SIGUSR1 makes the log of agent and slots say more at once, SIGUSR2 less; a slot that the signal reaches,
 * too, does not mind. */
static void test_worker_log__its_level_changes(void **state)
{
    struct test_process *worker = hive_start_worker(hive, one_slot);

    (void)state;
    hive_await_slots(hive, worker, 1);
    hive_push(hive, "{\"id\":\"one\",\"kernel\":\"echo\"}");
    (void)hive_results(hive, 1, WAIT_MS);
    assert_false(test_process_said(worker, "event=taken"));
    hive_signal_slots(worker, SIGUSR1);
    assert_int_equal(kill(worker->pid, SIGUSR1), 0);
    await_words(worker, "event=log-level level=debug");
    hive_push(hive, "{\"id\":\"two\",\"kernel\":\"echo\"}");
    await_words(worker, " debug event=taken slot=0 queue=q tasks=1");
    assert_false(test_process_said(worker, "event=task-end"));
    assert_int_equal(kill(worker->pid, SIGUSR1), 0);
    await_words(worker, "event=log-level level=trace");
    hive_push(hive, "{\"id\":\"three\",\"kernel\":\"echo\"}");
    await_words(worker, " trace event=task-end slot=0 queue=q id=three outcome=ok");
    assert_int_equal(kill(worker->pid, SIGUSR2), 0);
    await_words(worker, " info event=log-level level=debug");
    (void)hive_results(hive, 3, WAIT_MS);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    hive_check_done(hive, 3, 0);
}

/* For programs the log of agent and slots is JSON. */
static void test_worker_log__can_be_json(void **state)
{
    static const char *const options[] = {"--slots", "1", "--log-format", "json", "--log-level",
                                          "debug",   NULL};
    struct test_process *worker = hive_start_worker(hive, options);
    char *log;

    (void)state;
    hive_push(hive, "{\"id\":\"one\",\"kernel\":\"echo\"}");
    await_words(worker, "\"level\":\"debug\",\"event\":\"taken\",\"slot\":0,\"queue\":\"q\",\"tasks\":1,");
    assert_int_equal(kill(worker->pid, SIGTERM), 0);
    hive_await_end(hive, worker, 0, WAIT_MS);
    log = test_process_err(worker);
    for (const char *line = log; *line != '\0'; line += strcspn(line, "\n") + 1) {
        assert_int_equal(line[0], '{');
        assert_int_equal(line[strcspn(line, "\n") - 1], '}');
    }
    free(log);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_worker_log__its_level_changes),
        TEST(test_worker_log__can_be_json),
    };

    return cmocka_run_group_tests_name("worker/log", tests, NULL, NULL);
}
