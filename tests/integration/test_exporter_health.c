/* SPDX-License-Identifier: MIT */
/* /healthz is red when tasks wait and nothing moves, and only then. */
#include "support/test.h"
#include "exporter.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "support/until.h"

enum { WAIT_MS = 60000 };

static struct exporter exporter;

static int begin(void **state)
{
    exporter = (struct exporter){0};
    return set_up(state);
}

static int end(void **state)
{
    exporter_stop(&exporter);
    return tear_down(state);
}

static void start_exporter(void)
{
    exporter_start(&exporter, hive->redis->url, NULL);
    exporter_until(&exporter, "/metrics", 200, "\nskep_up 1\n", WAIT_MS);
}

static struct test_process *start_worker(const char *slots)
{
    struct test_process *worker = hive_start_worker(hive, (const char *const[]){"--slots", slots, NULL});

    hive_await_slots(hive, worker, slots[0] - '0');
    return worker;
}

static void until_green(void)
{
    exporter_until(&exporter, "/healthz", 200, "{\"ok\":true,\"reasons\":[]}", WAIT_MS);
}

static void until_red(const char *finding)
{
    char words[80];

    snprintf(words, sizeof words, "{\"queue\":\"q\",\"finding\":\"%s\"", finding);
    exporter_until(&exporter, "/healthz", 503, words, WAIT_MS);
}

/* The number of the sample that begins with NAME; -1: there is none. */
static double sample(const char *name)
{
    struct test_http answer = exporter_get(&exporter, "/metrics");
    char line[128];
    const char *at;
    double value = -1;

    snprintf(line, sizeof line, "\n%s ", name);
    at = strstr(answer.body, line);
    if (at != NULL) {
        assert_int_equal(sscanf(at + strlen(line), "%lf", &value), 1);
    }
    test_http_free(&answer);
    return value;
}

/* Green for so long that anything that counts seconds would have found something. */
static bool is_long_without_cycle(void *context)
{
    struct test_http answer = exporter_get(&exporter, "/healthz");

    (void)context;
    if (answer.status != 200) {
        fail_msg("red: %s", answer.body);
    }
    test_http_free(&answer);
    return sample("skep_queue_last_cycle_age_seconds{queue=\"q\"}") > 4.5;
}

/* Workers with nothing to do are well, for as long as they have nothing to do. */
static void test_exporter_health__idle_is_green(void **state)
{
    (void)state;
    start_worker("2");
    start_exporter();
    until_green();
    assert_true(test_until(is_long_without_cycle, NULL, WAIT_MS));
    assert_true(sample("skep_queue_slots{queue=\"q\"}") == 2);
}

/* A task that takes long is work, not a standstill; so it is with others that wait behind it. */
static void test_exporter_health__a_long_task_is_green(void **state)
{
    (void)state;
    start_worker("1");
    start_exporter();
    hive_push_many(hive, 100, "{\"kernel\":\"sleep\",\"args\":{\"s\":30},\"id\":\"%d\"}");
    hive_await_title(hive, "sleep 0");
    assert_true(test_until(is_long_without_cycle, NULL, WAIT_MS));
}

/* A queue that somebody has paused is as he wished. */
static void test_exporter_health__paused_is_green(void **state)
{
    (void)state;
    hive_ask(hive, "SADD", "skep:queues", "q", NULL);
    assert_int_equal(skep_queue_pause(hive->conn, &hive->keys, true, NULL), SKEP_OK);
    hive_push_many(hive, 10, "{\"kernel\":\"sleep\",\"args\":{\"s\":0.001},\"id\":\"%d\"}");
    start_worker("1");
    start_exporter();
    exporter_until(&exporter, "/metrics", 200, "\nskep_queue_paused{queue=\"q\"} 1\n", WAIT_MS);
    assert_true(test_until(is_long_without_cycle, NULL, WAIT_MS));
}

/* Tasks and nobody who works on them: red, until somebody does. */
static void test_exporter_health__no_workers_is_red(void **state)
{
    (void)state;
    start_exporter();
    until_green();
    hive_ask(hive, "SADD", "skep:queues", "q", NULL);
    hive_push(hive, "{\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}");
    until_red("no-workers");
    start_worker("1");
    until_green();
}

/* Slots that are there and do not move while tasks wait: red, though Redis answers every PING. */
static void test_exporter_health__a_worker_that_hangs_is_red(void **state)
{
    struct test_process *worker = start_worker("2");

    (void)state;
    start_exporter();
    until_green();
    hive_signal_worker(worker, SIGSTOP);
    hive_push_many(hive, 10, "{\"kernel\":\"sleep\",\"args\":{\"s\":0.001},\"id\":\"%d\"}");
    until_red("stalled");
    hive_signal_worker(worker, SIGCONT);
    until_green();
}

/* A slot that is stopped in the middle of its task, with others waiting: red, though its agent beats. */
static void test_exporter_health__a_stopped_slot_is_red(void **state)
{
    struct test_process *worker = start_worker("1");

    (void)state;
    start_exporter();
    hive_push_many(hive, 10, "{\"kernel\":\"sleep\",\"args\":{\"s\":1},\"id\":\"%d\"}");
    hive_await_title(hive, "sleep 0");
    hive_signal_slots(worker, SIGSTOP);
    until_red("slot-stopped");
    hive_signal_slots(worker, SIGCONT);
    until_green();
}

/* Workers that are gone for good, with tasks left: red. */
static void test_exporter_health__killed_workers_are_red(void **state)
{
    struct test_process *worker = start_worker("2");

    (void)state;
    start_exporter();
    hive_push_many(hive, 100, "{\"kernel\":\"sleep\",\"args\":{\"s\":30},\"id\":\"%d\"}");
    hive_await_title(hive, "sleep 0");
    until_green();
    hive_signal_worker(worker, SIGKILL);
    exporter_until(&exporter, "/healthz", 503, "{\"queue\":\"q\",\"finding\":", WAIT_MS);
}

/* Results that nobody collects stop the workers: red, until somebody does. */
static void test_exporter_health__full_results_are_red(void **state)
{
    (void)state;
    hive_ask(hive, "SADD", "skep:queues", "q", NULL);
    assert_int_equal(skep_queue_set_limit(hive->conn, &hive->keys, SKEP_LIMIT_RESULTS, 3, NULL), SKEP_OK);
    start_worker("1");
    start_exporter();
    hive_push_many(hive, 3000, "{\"kernel\":\"sleep\",\"args\":{\"s\":0.001},\"id\":\"%d\"}");
    until_red("results-full");
    hive_ask(hive, "DEL", hive->keys.out, NULL);
    assert_int_equal(skep_queue_set_limit(hive->conn, &hive->keys, SKEP_LIMIT_RESULTS, 0, NULL), SKEP_OK);
    until_green();
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_exporter_health__##name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(idle_is_green),          TEST(a_long_task_is_green),       TEST(paused_is_green),
        TEST(no_workers_is_red),      TEST(a_worker_that_hangs_is_red), TEST(a_stopped_slot_is_red),
        TEST(killed_workers_are_red), TEST(full_results_are_red),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
