/* SPDX-License-Identifier: MIT */
/* What real workers have counted comes out at /metrics as it went in: by kernel, outcome and cause. */
#include "support/test.h"
#include "exporter.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

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

static void until(const char *line)
{
    char words[160];

    snprintf(words, sizeof words, "\n%s\n", line);
    exporter_until(&exporter, "/metrics", 200, words, WAIT_MS);
}

/* Twenty that succeed, three that fail at each of two attempts, one of a kernel that nobody knows. */
static void test_exporter_tasks__are_counted(void **state)
{
    (void)state;
    exporter_start(&exporter, hive->redis->url, NULL);
    hive_push_many(hive, 20, "{\"kernel\":\"sleep\",\"args\":{\"s\":0.02},\"id\":\"s%d\"}");
    hive_push_many(hive, 3, "{\"kernel\":\"fail\",\"id\":\"f%d\",\"retries\":1}");
    hive_push(hive, "{\"kernel\":\"unheard-of\",\"id\":\"u\"}");
    hive_start_worker(hive, (const char *const[]){"--slots", "2", "--backoff", "10ms", NULL});
    until("skep_task_attempts_total{queue=\"q\",kernel=\"sleep\",outcome=\"done\"} 20");
    until("skep_task_attempts_total{queue=\"q\",kernel=\"sleep\",outcome=\"failed\"} 0");
    until("skep_task_attempts_total{queue=\"q\",kernel=\"fail\",outcome=\"failed\"} 6");
    until("skep_task_attempts_total{queue=\"q\",kernel=\"unknown\",outcome=\"failed\"} 1");
    until("skep_task_failures_total{queue=\"q\",cause=\"kernel-error\"} 6");
    until("skep_task_failures_total{queue=\"q\",cause=\"unknown-kernel\"} 1");
    until("skep_task_seconds_bucket{queue=\"q\",kernel=\"sleep\",le=\"0.016384\"} 0");
    until("skep_task_seconds_bucket{queue=\"q\",kernel=\"sleep\",le=\"+Inf\"} 20");
    until("skep_task_seconds_count{queue=\"q\",kernel=\"sleep\"} 20");
    until("skep_queue_dead_total{queue=\"q\"} 4");
    until("skep_queue_left_tasks{queue=\"q\"} 0");
    exporter_until(&exporter, "/api/overview.json?queue=q", 200, "\"cause\":\"kernel-error\",\"n\":6,",
                   WAIT_MS);
}

/* Batches and cycles of the workers are told now and then, and when they leave; and count no task twice. */
static void test_exporter_tasks__batches_add_up(void **state)
{
    struct test_process *worker;

    (void)state;
    exporter_start(&exporter, hive->redis->url, NULL);
    hive_push_many(hive, 500, "{\"kernel\":\"sleep\",\"args\":{\"s\":0},\"id\":\"s%d\"}");
    worker = hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    until("skep_task_seconds_count{queue=\"q\",kernel=\"sleep\"} 500");
    test_process_signal(worker, SIGTERM);
    hive_await_end(hive, worker, 0, WAIT_MS);
    until("skep_batch_tasks_sum{queue=\"q\"} 500");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_exporter_tasks__##name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(are_counted), TEST(batches_add_up)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
