/* SPDX-License-Identifier: MIT */
/* Slots and agents that die: blame is exact, nothing is lost, nothing is done twice. */
#include "support/test.h"
#include "support/until.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const one_slot[] = {"--slots", "1", NULL};
static const char *const two_slots[] = {"--slots", "2", NULL};

static int64_t crash_counts(void)
{
    return hive_ask(hive, "HLEN", hive->keys.crashes, NULL)->integer;
}

/* What is known of the crashes of a record that came without a line of skep's: "1 signal=9 ...", or "". */
static const char *crashes_of(const char *record)
{
    const struct skep_reply *reply =
        hive_ask(hive, "EVAL", "return redis.call('HGET', KEYS[1], redis.sha1hex('\\n' .. ARGV[1])) or ''",
                 "1", hive->keys.crashes, record, NULL);

    return reply->bytes;
}

static bool has_crashed(struct hive *any)
{
    return hive_stat(any, "crashes") > 0;
}

/* A slot is killed in the middle of a batch: the task that ran has crashed once and keeps its place, the
 * others go back in their order at no cost, and all are done in the end, in the order in which they were
 * pushed. */
static void test_worker_crash__a_killed_slot_costs_its_task_one_crash(void **state)
{
    enum { N = 40 };
    static const char deadly[] = "{\"id\":\"long\",\"kernel\":\"sleep\",\"args\":{\"s\":0.8}}";
    static const char expected[] = "1 signal=9 (Killed) host=";
    const struct hive_result *results;
    char held_key[SKEP_KEY_BYTES];
    pid_t slot;

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"a%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}");
    hive_push(hive, deadly);
    hive_push_many(hive, N, "{\"id\":\"b%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.01}}");
    hive_start_worker(hive, one_slot);
    slot = hive_await_title(hive, "sleep long");
    snprintf(held_key, sizeof held_key, "%s%s", hive->keys.held_prefix,
             hive_ask(hive, "ZRANGE", hive->keys.workers, "0", "0", NULL)->items[0].bytes);
    assert_true(hive_length(hive, held_key) > 1);
    assert_int_equal(kill(slot, SIGKILL), 0);
    hive_until(hive, has_crashed, "a crash is counted", 5000);
    assert_int_equal(crash_counts(), 1);
    assert_memory_equal(crashes_of(deadly), expected, sizeof expected - 1);
    results = hive_results(hive, 2 * N + 1, 20000);
    for (int i = 0; i <= 2 * N; i++) {
        char id[16];
        snprintf(id, sizeof id, "%c%d", i < N ? 'a' : 'b', i < N ? i : i - N - 1);
        assert_string_equal(results[i].id, i == N ? "long" : id);
        assert_true(results[i].is_ok && results[i].attempt == 1);
    }
    hive_check_done(hive, 2 * N + 1, 0);
    assert_int_equal(hive_stat(hive, "crashes"), 1);
    assert_true(hive_stat(hive, "crash_moved") > 1);
    assert_int_equal(hive_stat(hive, "reaped"), 1);
    assert_int_equal(crash_counts(), 0); /* it has succeeded: forgiven */
}

/* What a kernel can do to its process, and what the dead letter says of it. */
static const struct {
    const char *how, *words;
} deaths[] = {
    {"segv", "signal=11 (Segmentation fault)"},
    {"stack", ", its stack was full"},
    {"abort", "signal=6 (Aborted)"},
    {"exit", "exit=0"},
    {"write-input", "signal=11 (Segmentation fault)"},
    {"overrun", "signal=11 (Segmentation fault)"},
};
enum { N_DEATHS = sizeof deaths / sizeof deaths[0] };

/* A task that kills its slot whenever it runs is a dead letter after the third time, with the signal; the
 * tasks around it are done as if nothing had been. */
static void test_worker_crash__a_deadly_task_is_buried(void **state)
{
    enum { N_GOOD = 20, N = N_DEATHS * (N_GOOD + 1) };
    const struct hive_result *results;

    (void)state;
    for (int i = 0; i < N_DEATHS; i++) {
        char record[128];
        snprintf(record, sizeof record, "{\"id\":\"%d%%d\",\"kernel\":\"echo\"}", i);
        hive_push_many(hive, N_GOOD, record);
        snprintf(record, sizeof record, "{\"id\":\"%s\",\"kernel\":\"fail\",\"args\":{\"how\":\"%s\"}}",
                 deaths[i].how, deaths[i].how);
        hive_push(hive, record);
    }
    hive_start_worker(hive, two_slots);
    results = hive_results(hive, N, 20000);
    for (int i = 0; i < N; i++) {
        assert_true(results[i].is_ok == (results[i].id[0] >= '0' && results[i].id[0] <= '9'));
    }
    for (int i = 0; i < N_DEATHS; i++) {
        const struct hive_result *result = hive_result_of(hive, results, N, deaths[i].how);
        assert_string_equal(result->cause, "crash");
        assert_int_equal(result->attempt, 1);
        assert_non_null(strstr(result->message, "died 3 times"));
        if (strstr(result->message, deaths[i].words) == NULL) {
            hive_fail(hive, "%s: %s", deaths[i].how, result->message);
        }
    }
    hive_check_done(hive, N, N_DEATHS);
    assert_int_equal(hive_stat(hive, "crashes"), 3 * N_DEATHS);
    assert_int_equal(crash_counts(), 0);
    for (int i = 0; i < N_DEATHS; i++) {
        struct hive_letter letter = hive_letter(hive, i);
        assert_non_null(strstr(letter.line, " cause=crash "));
        assert_non_null(strstr(letter.line, " k=fail "));
        assert_memory_equal(letter.body, "{\"id\":\"", 7);
    }
}

/* A dead letter of a crash that is pushed again has all its chances again. */
static void test_worker_crash__a_dead_letter_starts_afresh(void **state)
{
    struct hive_letter letter;

    (void)state;
    hive_push(hive, "{\"id\":\"t\",\"kernel\":\"fail\",\"args\":{\"how\":\"abort\"}}");
    hive_start_worker(hive, one_slot);
    hive_check_done(hive, 1, 1);
    letter = hive_letter(hive, 0);
    hive_push_bytes(hive, letter.body, letter.body_n);
    hive_check_done(hive, 2, 2);
    assert_int_equal(hive_stat(hive, "crashes"), 6);
}

static bool is_nobody_registered(struct hive *any)
{
    return hive_ask(any, "ZCARD", any->keys.workers, NULL)->integer == 0;
}

/* The agent is killed: its slots give back what they hold, whether their kernels listen or not, and end.
 * Nobody is blamed, and another worker does it all. */
static void test_worker_crash__a_killed_agent_takes_its_slots_with_it(void **state)
{
    enum { N = 50 };
    struct test_process *worker;
    struct skep_queue_status status;
    pid_t slots[HIVE_MAX_SLOTS];

    (void)state;
    hive_push(hive, "{\"id\":\"deaf\",\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"}}");
    hive_push(hive, "{\"id\":\"polite\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}");
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    worker = hive_start_worker(hive, two_slots);
    (void)hive_await_title(hive, "fail deaf");
    (void)hive_await_title(hive, "sleep polite");
    assert_int_equal(hive_slots(worker, slots), 2);
    test_process_signal(worker, SIGKILL);
    hive_await_gone(hive, slots, 2, 6000);
    hive_until(hive, is_nobody_registered, "the slots have left", 1000);
    status = hive_status(hive);
    assert_int_equal(status.n_waiting + status.n_results, N + 2);
    assert_int_equal(status.stat.crashes, 0);
    assert_int_equal(status.stat.crash_moved, 0);
    assert_true(status.stat.given_back >= 2);
    assert_int_equal(crash_counts(), 0);
}

/* Slots killed again and again under load, on two workers: every task gets its one result. */
static void test_worker_crash__kills_under_load(void **state)
{
    enum { N = 3000, N_KILLS = 12 };
    const struct hive_result *results;
    struct test_process *workers[2];
    bool seen[N] = {false};

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}");
    for (int i = 0; i < 2; i++) {
        workers[i] = hive_start_worker(hive, two_slots);
    }
    for (int i = 0; i < N_KILLS; i++) {
        pid_t slots[HIVE_MAX_SLOTS];
        hive_await_slots(hive, workers[i % 2], 2);
        if (hive_slots(workers[i % 2], slots) == 2) {
            kill(slots[(i / 2) % 2], SIGKILL);
        }
    }
    results = hive_results(hive, N, 20000);
    for (int i = 0; i < N; i++) {
        long id = strtol(results[i].id, NULL, 10);
        assert_true(id >= 0 && id < N && !seen[id]);
        seen[id] = true;
        assert_true(results[i].is_ok);
    }
    hive_check_done(hive, N, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_crash__a_killed_slot_costs_its_task_one_crash, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_crash__a_deadly_task_is_buried, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_crash__a_dead_letter_starts_afresh, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_crash__a_killed_agent_takes_its_slots_with_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_crash__kills_under_load, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
