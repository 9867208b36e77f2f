/* SPDX-License-Identifier: MIT */
/* What people can read of slots while they work. */
#include "support/test.h"
#include "hive_fixture.h"
#include "hive_sweep.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "monitor/info.h"
#include "support/until.h"

enum { WAIT_MS = 20000 };

static struct hive_sweep *sweep;
static struct skep_arena arena; /* of what was read last */

static int set_up_arena(void **state)
{
    skep_arena_init(&arena, 1 << 20);
    return set_up(state);
}

static int tear_down_all(void **state)
{
    hive_free_sweep(sweep);
    sweep = NULL;
    skep_arena_release(&arena);
    return tear_down(state);
}

/* What is told of slot NUMBER of this queue. False: nothing yet. */
static bool read_info(struct hive *any, int64_t number, struct skep_info *info_out)
{
    struct skep_queue_status status;
    struct skep_bytes infos[HIVE_MAX_SLOTS];
    struct skep_error err = {0};
    bool is_found = false;

    skep_arena_reset(&arena, 1 << 20);
    assert_int_equal(skep_queue_status_read(any->conn, &any->keys, &status, &err), SKEP_OK);
    assert_true(status.n_slots <= HIVE_MAX_SLOTS);
    assert_int_equal(skep_queue_infos_read(any->conn, &any->keys, &status, infos, &err), SKEP_OK);
    for (size_t i = 0; i < status.n_slots && !is_found; i++) {
        is_found = infos[i].n > 0 &&
                   skep_info_read(infos[i].bytes, infos[i].n, &arena, info_out, &err) == SKEP_OK &&
                   info_out->slot == number;
    }
    skep_queue_status_release(&status);
    return is_found;
}

static struct skep_info seen;

static bool runs_something(struct hive *any)
{
    return read_info(any, 0, &seen) && seen.running.is_any && seen.running.kernel != NULL;
}

static bool is_idle_again(struct hive *any)
{
    return read_info(any, 0, &seen) && !seen.is_busy && seen.tasks > 0 && seen.pss_bytes > 0;
}

/* Of a busy slot is told what it runs, since when and until when, and on what machine; once it is idle, what
 * it has done. */
static void test_worker_news__a_plain_task(void **state)
{
    const char *const options[] = {"--slots", "1", "--data", "eeg=/tmp", "--task-time", "900", NULL};
    struct test_process *worker;
    pid_t slot;

    (void)state;
    hive_push(hive,
              "{\"id\":\"a nap\",\"job\":\"J\",\"kernel\":\"sleep\",\"args\":{\"s\":2},\"timeout_s\":600}");
    worker = hive_start_worker(hive, options);
    hive_until(hive, runs_something, "a running task is told of", WAIT_MS);
    assert_int_equal(hive_slots(worker, &slot), 1);
    assert_int_equal(seen.pid, slot);
    assert_int_equal(seen.agent_pid, worker->pid);
    assert_true(seen.is_busy);
    assert_int_equal(seen.state, 'S');
    assert_string_equal(seen.version, SKEP_VERSION);
    assert_int_equal(seen.protocol, SKEP_INFO_PROTOCOL);
    assert_string_equal(seen.running.kernel, "sleep");
    assert_string_equal(seen.running.job, "J");
    assert_string_equal(seen.running.id, "a nap");
    assert_int_equal(seen.running.index, -1);
    assert_true(seen.running.since_ms >= seen.started_ms && seen.running.since_ms <= seen.at_ms);
    assert_int_equal(seen.running.until_ms - seen.running.since_ms, 600000);
    assert_true(seen.cycles > 0 && seen.cycle_ms > 0);
    assert_int_equal(seen.node.slots, 1);
    assert_true(seen.node.cores >= 1 && seen.node.memory_bytes > 0);
    assert_true(seen.node.disk_free_bytes > 0);
    assert_true(llabs(seen.node.apart_ms) < 2000);
    assert_true(seen.node.task_time_s == 900);
    assert_string_equal(seen.node.data[seen.node.n_data - 1], "eeg");
    hive_until(hive, is_idle_again, "the slot is told to be idle", WAIT_MS);
    assert_false(seen.running.is_any);
    assert_int_equal(seen.tasks, 1);
    assert_true(seen.pss_bytes <= seen.rss_bytes);
}

/* Of a range job the index that runs. */
static void test_worker_news__an_index(void **state)
{
    (void)state;
    hive_sweep_put(&sweep, hive, 3, "\"kernel\":\"sleep\",\"args\":{\"s\":500}", "f8");
    hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    hive_until(hive, runs_something, "a running index is told of", WAIT_MS);
    assert_string_equal(seen.running.kernel, "sleep");
    assert_string_equal(seen.running.job, "job");
    assert_null(seen.running.id);
    assert_int_equal(seen.running.index, 0);
    assert_int_equal(seen.running.until_ms, 0);
}

static bool is_stopped(struct hive *any)
{
    return read_info(any, 0, &seen) && seen.state == 'T';
}

/* That a slot's process is stopped can be seen. */
static void test_worker_news__a_stopped_slot(void **state)
{
    struct test_process *worker;

    (void)state;
    hive_push(hive, "{\"id\":\"t\",\"kernel\":\"sleep\",\"args\":{\"s\":1000}}");
    worker = hive_start_worker(hive, (const char *const[]){"--slots", "1", NULL});
    (void)hive_await_title(hive, "sleep t");
    hive_signal_slots(worker, SIGSTOP);
    hive_until(hive, is_stopped, "the slot is told to be stopped", WAIT_MS);
    hive_signal_slots(worker, SIGCONT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_news__a_plain_task, set_up_arena, tear_down_all),
        cmocka_unit_test_setup_teardown(test_worker_news__an_index, set_up_arena, tear_down_all),
        cmocka_unit_test_setup_teardown(test_worker_news__a_stopped_slot, set_up_arena, tear_down_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
