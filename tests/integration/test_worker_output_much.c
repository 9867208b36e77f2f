/* SPDX-License-Identifier: MIT */
/* Much of what tasks print, and what happens to it while they run and when no server listens. */
#include "support/test.h"
#include "hive.h"
#include "hive_kept.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { WAIT_MS = 60000 };

static const char *const one_slot[] = {"--slots", "1", NULL};
static struct hive *hive;

static int set_up(void **state)
{
    (void)state;
    hive = hive_open("appendonly yes\nappendfsync always");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hive_close(hive);
    return 0;
}

/* Of much the end is there, and how much there was. */
static void test_worker_output_much__is_cut(void **state)
{
    const struct hive_result *results;
    const char *text;

    (void)state;
    hive_push(hive, "{\"id\":\"much\",\"kernel\":\"sleep\",\"args\":{\"s\":0,\"times\":1000,\"stdout\":"
                    "\"0123456789\"}}");
    hive_start_worker(hive, one_slot);
    results = hive_results(hive, 1, WAIT_MS);
    text = hive_said(&results[0], "stdout");
    assert_int_equal(strlen(text), SKEP_LOGS_TAIL_BYTES);
    assert_string_equal(text + SKEP_LOGS_TAIL_BYTES - 10, "0123456789");
    assert_int_equal(skep_node_get(results[0].root, "stdout_bytes")->i64, 10000);
    assert_int_equal(hive_read_kept(hive), 1);
    assert_int_equal(hive_kept[0].total_n, 10000);
    hive_check_done(hive, 1, 0);
}

/* The file in memory that the only slot prints to. False: there is none just now. */
static bool look_at_output(struct hive *any, struct stat *status)
{
    pid_t pids[HIVE_MAX_SLOTS];
    char path[64];

    if (hive_slots(any->workers[0], pids) != 1) {
        return false;
    }
    snprintf(path, sizeof path, "/proc/%d/fd/1", (int)pids[0]);
    return stat(path, status) == 0;
}

static int64_t most_bytes;

static bool is_printed(struct hive *any)
{
    struct stat status;

    if (look_at_output(any, &status) && (int64_t)status.st_blocks * 512 > most_bytes) {
        most_bytes = (int64_t)status.st_blocks * 512;
    }
    return hive_length(any, any->keys.out) > 0;
}

/* A task that prints a gigabyte does not fill the memory of its node, and is done. */
static void test_worker_output_much__a_gigabyte_fills_nothing(void **state)
{
    enum { PIECE = 32 << 10, TIMES = 32768 };
    static char record[PIECE + 200];
    const struct hive_result *results;
    int n =
        snprintf(record, sizeof record,
                 "{\"id\":\"loud\",\"kernel\":\"sleep\",\"args\":{\"s\":0,\"times\":%d,\"stdout\":\"", TIMES);

    (void)state;
    memset(record + n, 'x', PIECE);
    snprintf(record + n + PIECE, sizeof record - (size_t)n - PIECE, "\"}}");
    hive_push(hive, record);
    most_bytes = 0;
    hive_start_worker(hive, one_slot);
    hive_until(hive, is_printed, "a result", WAIT_MS);
    results = hive_results(hive, 1, WAIT_MS);
    assert_true(results[0].is_ok);
    assert_int_equal(skep_node_get(results[0].root, "stdout_bytes")->i64, (int64_t)PIECE * TIMES);
    if (most_bytes > 256 << 20) {
        hive_fail(hive, "its output took %d MiB", (int)(most_bytes >> 20));
    }
    hive_check_done(hive, 1, 0);
}

/* ---- while it runs, and when the server does not listen ---- */

static size_t n_wanted;

static bool is_kept(struct hive *any)
{
    (void)any;
    return hive_read_kept(hive) >= n_wanted;
}

/* A long task is read along: what it prints is there before it is over. */
static void test_worker_output_much__is_read_along(void **state)
{
    (void)state;
    hive_push(
        hive,
        "{\"id\":\"slow\",\"kernel\":\"sleep\",\"args\":{\"s\":100,\"times\":100,\"stdout\":\"tick\\n\"}}");
    hive_start_worker(hive, one_slot);
    n_wanted = 3;
    hive_until(hive, is_kept, "three lines", WAIT_MS);
    assert_int_equal(hive_length(hive, hive->keys.out), 0);
    for (size_t i = 0; i < n_wanted; i++) {
        assert_string_equal(hive_kept[i].id, "slow");
        assert_int_equal(strncmp(hive_kept[i].text, "tick\n", 5), 0);
    }
}

static bool has_ticked(struct hive *any)
{
    struct stat status;

    return look_at_output(any, &status) && status.st_size > (off_t)(4 * strlen("tick\n"));
}

/* While the server is away a task prints on. What it printed is kept when the server is back. */
static void test_worker_output_much__waits_for_the_server(void **state)
{
    const struct hive_result *results;
    uint64_t n_bytes = 0;
    size_t n;

    (void)state;
    hive_push(hive, "{\"id\":\"slow\",\"kernel\":\"sleep\",\"args\":{\"s\":4,\"times\":4,\"stdout\":"
                    "\"tick\\n\"}}");
    hive_start_worker(hive, one_slot);
    n_wanted = 1;
    hive_until(hive, is_kept, "a line", WAIT_MS);
    test_redis_kill(hive->redis);
    skep_conn_close(hive->conn);
    hive_until(hive, has_ticked, "four ticks", WAIT_MS);
    test_redis_restart(hive->redis);
    assert_int_equal(skep_conn_connect(hive->conn, NULL), SKEP_OK);
    results = hive_results(hive, 1, WAIT_MS);
    hive_check_said(hive, &results[0], "stdout", "tick\ntick\ntick\ntick\n");
    n = hive_read_kept(hive);
    for (size_t i = 0; i < n; i++) {
        n_bytes += hive_kept[i].total_n;
    }
    assert_int_equal(n_bytes, 4 * strlen("tick\n"));
    hive_check_done(hive, 1, 0);
}

/* A queue that cannot keep words still has its results, and the worker says so once. */
static void test_worker_output_much__is_no_condition_of_results(void **state)
{
    enum { N = 300 };
    struct test_process *worker;

    (void)state;
    hive_ask(hive, "SET", hive->keys.logs, "no stream", NULL);
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"echo\",\"args\":{\"stdout\":\"x\"}}");
    worker = hive_start_worker(hive, one_slot);
    hive_check_said(hive, &hive_results(hive, N, WAIT_MS)[N - 1], "stdout", "x");
    assert_true(test_process_said(worker, "event=output-not-kept queue=q"));
    hive_check_done(hive, N, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_worker_output_much__is_cut),
        TEST(test_worker_output_much__a_gigabyte_fills_nothing),
        TEST(test_worker_output_much__is_read_along),
        TEST(test_worker_output_much__waits_for_the_server),
        TEST(test_worker_output_much__is_no_condition_of_results),
    };

    return cmocka_run_group_tests_name("worker/output-much", tests, NULL, NULL);
}
