/* SPDX-License-Identifier: MIT */
/* Range jobs and a server that dies: what it has acknowledged it has on disk. */
#include "support/test.h"
#include "hive.h"
#include "hive_sweep.h"

enum { WAIT_MS = 60000 };

static const char *const two_slots[] = {"--slots", "2", NULL};

static struct hive *hive;
static struct hive_sweep *sweep;
static int64_t n_wanted;

static int set_up(void **state)
{
    (void)state;
    hive = hive_open("appendonly yes\nappendfsync always\nauto-aof-rewrite-percentage 0");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hive_free_sweep(sweep);
    hive_close(hive);
    return 0;
}

static bool are_done(struct hive *any)
{
    return hive_job(any, "job").n_done >= n_wanted;
}

/* The server is killed again and again: every index is done, and counted once. */
static void test_worker_sweep_server__a_killed_server_loses_nothing(void **state)
{
    enum { N = 1500, N_KILLS = 3 };
    struct skep_job job;

    (void)state;
    hive_sweep_put(&sweep, hive, N, "\"kernel\":\"sleep\",\"args\":{\"s\":0.002}", "f8");
    hive_start_worker(hive, two_slots);
    for (int i = 1; i <= N_KILLS; i++) {
        n_wanted = N * i / (N_KILLS + 1);
        hive_until(hive, are_done, "some are done", WAIT_MS);
        skep_conn_close(hive->conn);
        test_redis_restart(hive->redis);
    }
    job = hive_gather(hive, sweep, WAIT_MS);
    assert_int_equal(job.n_done, N);
    assert_int_equal(job.n_failed, 0);
    assert_int_equal(hive_count_done(sweep), N);
    hive_check_done(hive, 0, 0);
    assert_int_equal(hive_stat(hive, "fenced"), 0);
    assert_int_equal(hive_stat(hive, "out_of_step"), 0);
    assert_int_equal(hive_stat(hive, "done"), N);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_sweep_server__a_killed_server_loses_nothing, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
