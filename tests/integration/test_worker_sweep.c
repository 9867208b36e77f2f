/* SPDX-License-Identifier: MIT */
/* Range jobs and real workers: every index is done once, by whoever is free. */
#include "support/test.h"
#include "hive_fixture.h"
#include "hive_sweep.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/files.h"
#include "support/until.h"

enum { WAIT_MS = 60000 };

static const char *const one_slot[] = {"--slots", "1", NULL};
static const char *const two_slots[] = {"--slots", "2", NULL};

static struct hive_sweep *sweep;

static int tear_down_sweep(void **state)
{
    hive_free_sweep(sweep);
    sweep = NULL;
    return tear_down(state);
}

/* N tasks of next to nothing. */
static void put_numbers(int n)
{
    hive_sweep_put(&sweep, hive, n, "\"kernel\":\"sleep\",\"args\":{\"s\":0}", "f8");
}

static void check_all_done(const struct skep_job *job, int64_t n)
{
    assert_int_equal(job->n_done, n);
    assert_int_equal(job->n_failed, 0);
    assert_int_equal(job->n_cancelled, 0);
    assert_int_equal(hive_count_done(sweep), n);
    hive_check_done(hive, sweep->sweep.has_results ? n : 0, 0);
}

/* A million tasks of nothing: all of them are done, and every slice is there. */
static void test_worker_sweep__does_every_index(void **state)
{
    enum { N = 1000000 };
    struct skep_job job;

    (void)state;
    put_numbers(N);
    hive_start_worker(hive, two_slots);
    job = hive_gather(hive, sweep, WAIT_MS);
    check_all_done(&job, N);
    for (int64_t i = 0; i < N; i += 99991) {
        assert_true(hive_f8(sweep, i) == 0);
    }
}

/* A worker that does not have the outputs among its folders sends the values along. */
static void test_worker_sweep__values_travel(void **state)
{
    enum { N = 20000 };
    char *elsewhere = test_make_folder();
    const char *const options[] = {"--slots", "1", "--output", elsewhere, NULL};
    struct skep_job job;

    (void)state;
    put_numbers(N);
    assert_true(isnan(hive_f8(sweep, N - 1)));
    hive_start_worker(hive, options);
    job = hive_gather(hive, sweep, WAIT_MS);
    check_all_done(&job, N);
    assert_true(hive_f8(sweep, 0) == 0 && hive_f8(sweep, N - 1) == 0);
    test_remove_folder(elsewhere);
}

/* When nobody gathers a child of the worker does, and says the job's last words. */
static void test_worker_sweep__a_child_gathers(void **state)
{
    enum { N = 50000 };
    struct skep_job job;

    (void)state;
    put_numbers(N);
    hive_start_worker(hive, one_slot);
    hive_until(hive, hive_is_gathered, "the job is gathered", WAIT_MS);
    job = hive_job(hive, sweep->job);
    check_all_done(&job, N);
}

/* And goes on where another gatherer has left it. */
static void test_worker_sweep__a_child_takes_over(void **state)
{
    enum { N = 400 };
    struct skep_job job;

    (void)state;
    hive_sweep_put(&sweep, hive, N, "\"kernel\":\"sleep\",\"args\":{\"s\":0.005}", "f8");
    hive_start_worker(hive, two_slots);
    hive_gather_some(hive, sweep);
    assert_true(hive_count_done(sweep) < N);
    hive_until(hive, hive_is_gathered, "the job is gathered", WAIT_MS);
    job = hive_job(hive, sweep->job);
    check_all_done(&job, N);
}

/* Results of each index go to the output list, too, when the job says so. */
static void test_worker_sweep__results_of_each_index(void **state)
{
    enum { N = 3000 };
    const struct hive_result *results;
    bool seen[N] = {false};
    struct skep_job job;

    (void)state;
    hive_sweep_put(&sweep, hive, N, "\"results\":true,\"kernel\":\"sleep\",\"args\":{\"s\":0}", "f8");
    hive_start_worker(hive, two_slots);
    job = hive_gather(hive, sweep, WAIT_MS);
    check_all_done(&job, N);
    results = hive_results(hive, N, WAIT_MS);
    for (int i = 0; i < N; i++) {
        int64_t index = skep_node_get(results[i].root, "index")->i64;
        char id[40];
        assert_true(index >= 0 && index < N && !seen[index]);
        seen[index] = true;
        snprintf(id, sizeof id, "job.%d", (int)index);
        assert_string_equal(results[i].id, id);
        assert_true(results[i].is_ok);
    }
}

/* Quick tasks, so that chunks grow, then slow ones: who has taken those holds seconds of work, and what is
 * left behind them is quick. */
enum { N_UNEVEN = 120, FIRST_SLOW = 60, FIRST_QUICK = 92 };

static void put_uneven(const char *more)
{
    char over[4096] = "";
    size_t used = 0;
    char spec[sizeof over + 512];

    for (int i = 0; i < N_UNEVEN; i++) {
        used += (size_t)snprintf(over + used, sizeof over - used, "%s%s", i > 0 ? "," : "",
                                 i < FIRST_SLOW || i >= FIRST_QUICK ? "0" : "0.15");
    }
    snprintf(spec, sizeof spec,
             "{%s\"kernel\":\"sleep\",\"args\":{\"s\":\"{s}\"},\"over\":[{\"grid\":\"s\",\"from\":[%s]}],"
             "\"token\":\"" HIVE_TOKEN "\",\"out\":[{\"path\":\"o.npy\",\"at\":[\"{s}\"],\"dtype\":\"f8\","
             "\"shape\":[%d],\"fill\":\"nan\"}]}",
             more, over, N_UNEVEN);
    sweep = hive_put_sweep(hive, "job", spec);
}

static bool are_many_held(struct hive *any)
{
    return hive_status(any).n_held >= 20;
}

/* When nothing waits any more, who comes takes half of what another holds: both work to the end, and nothing
 * is done twice. */
static void test_worker_sweep__steals_at_the_end(void **state)
{
    enum { N = N_UNEVEN };
    const struct hive_result *results;
    int n_of_second = 0;
    struct skep_job job;

    (void)state;
    put_uneven("\"results\":true,");
    hive_start_worker(hive, one_slot);
    hive_until(hive, are_many_held, "one holds many", WAIT_MS);
    hive_start_worker(hive, one_slot);
    job = hive_gather(hive, sweep, WAIT_MS);
    check_all_done(&job, N);
    results = hive_results(hive, N, WAIT_MS);
    for (int i = 1; i < N; i++) {
        n_of_second += strcmp(results[i].worker, results[0].worker) != 0;
    }
    assert_true(n_of_second > 0);
    assert_true(hive_stat(hive, "given_back") > 0); /* what was stolen; nobody has stopped */
    assert_int_equal(hive_stat(hive, "taken"), N + hive_stat(hive, "given_back"));
}

/* A worker that is told to stop gives back what it has not begun; another one does it. */
static void test_worker_sweep__gives_back_when_it_stops(void **state)
{
    enum { N = N_UNEVEN };
    struct test_process *first;
    struct skep_job job;

    (void)state;
    put_uneven("");
    first = hive_start_worker(hive, one_slot);
    hive_until(hive, are_many_held, "it holds many", WAIT_MS);
    test_process_signal(first, SIGTERM);
    hive_await_end(hive, first, 0, WAIT_MS);
    job = hive_job(hive, sweep->job);
    assert_true(job.n_done < N);
    assert_int_equal(hive_status(hive).n_held, 0);
    hive_start_worker(hive, one_slot);
    job = hive_gather(hive, sweep, WAIT_MS);
    check_all_done(&job, N);
}

/* Plain tasks and range jobs of one queue are each taken in their turn. */
static void test_worker_sweep__among_plain_tasks(void **state)
{
    enum { N = 1000, N_PLAIN = 300 };
    struct skep_job job;

    (void)state;
    hive_push_many(hive, N_PLAIN / 2, "{\"id\":\"a%d\",\"kernel\":\"echo\"}");
    put_numbers(N);
    hive_push_many(hive, N_PLAIN / 2, "{\"id\":\"b%d\",\"kernel\":\"echo\"}");
    hive_start_worker(hive, two_slots);
    job = hive_gather(hive, sweep, WAIT_MS);
    assert_int_equal(job.n_done, N);
    (void)hive_results(hive, N_PLAIN, WAIT_MS);
    hive_check_done(hive, N_PLAIN, 0);
}

#define TEST(fact) cmocka_unit_test_setup_teardown(test_worker_sweep__##fact, set_up, tear_down_sweep)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(does_every_index),         TEST(values_travel),         TEST(a_child_gathers),
        TEST(a_child_takes_over),       TEST(results_of_each_index), TEST(steals_at_the_end),
        TEST(gives_back_when_it_stops), TEST(among_plain_tasks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
