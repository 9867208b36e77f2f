/* SPDX-License-Identifier: MIT */
/* What fails in a chunk: exactly the index that did, and the others are done as if nothing had been. */
#include "support/test.h"
#include "hive_fixture.h"
#include "hive_sweep.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 60000, N = 120, BAD = 77 };

static const char *const one_slot[] = {"--slots", "1", NULL};
static const char *const two_slots[] = {"--slots", "2", NULL};

static struct hive_sweep *sweep;

static int tear_down_sweep(void **state)
{
    hive_free_sweep(sweep);
    sweep = NULL;
    return tear_down(state);
}

/* N tasks of KERNEL whose argument ARG is GOOD, but BAD at the index of that name, where {n} is 1000 and else
 * 0. MORE is said of all of them. */
static void put_one_bad(const char *kernel, const char *dtype, const char *arg, const char *good,
                        const char *bad, const char *more)
{
    char values[4096] = "", times[1024] = "";
    size_t used = 0, used_times = 0;
    char spec[sizeof values + sizeof times + 1024];

    for (int i = 0; i < N; i++) {
        const char *comma = i > 0 ? "," : "";
        used += (size_t)snprintf(values + used, sizeof values - used, "%s%s", comma, i == BAD ? bad : good);
        used_times += (size_t)snprintf(times + used_times, sizeof times - used_times, "%s%d", comma,
                                       i == BAD ? 1000 : 0);
    }
    snprintf(spec, sizeof spec,
             "{\"kernel\":\"%s\",\"args\":{\"%s\":\"{v}\"%s,\"over\":[{\"zip\":[\"v\",\"n\"],\"from\":[[%s],["
             "%s]]}],"
             "\"token\":\"" HIVE_TOKEN "\",\"out\":[{\"path\":\"o.npy\",\"at\":[\"{v}\"],\"dtype\":\"%s\","
             "\"shape\":[%d],\"fill\":\"%s\"}]}",
             kernel, arg, more, values, times, dtype, N, dtype[0] == 'f' ? "nan" : "0");
    sweep = hive_put_sweep(hive, "job", spec);
}

/* All but one are done; that one is a dead letter with CAUSE, which names the index and holds its record. */
static void check_one_letter(const char *cause, const char *record)
{
    struct skep_job job = hive_gather(hive, sweep, WAIT_MS);
    struct hive_letter letter;
    char expected[128];

    assert_int_equal(job.n_done, N - 1);
    assert_int_equal(job.n_failed, 1);
    assert_int_equal(hive_count_done(sweep), N - 1);
    hive_check_done(hive, 0, 1);
    letter = hive_letter(hive, 0);
    snprintf(expected, sizeof expected, " cause=%s ", cause);
    assert_non_null(strstr(letter.line, expected));
    snprintf(expected, sizeof expected, " id=job.%d ", BAD);
    assert_non_null(strstr(letter.line, expected));
    snprintf(expected, sizeof expected, "#skep r=%d:%d i=%d ", BAD, BAD + 1, BAD);
    assert_memory_equal(letter.body, expected, strlen(expected));
    if (strstr(letter.body, record) == NULL) {
        fail_msg("%s\n%.*s", record, (int)letter.body_n, letter.body);
    }
}

/* A task that fails for good. */
static void test_worker_sweep_blame__a_final_failure(void **state)
{
    (void)state;
    put_one_bad("sleep", "f8", "s", "0", "-1", "}");
    hive_start_worker(hive, two_slots);
    check_one_letter("bad-args", "\"s\":-1");
}

/* A task that fails at first is tried again, by itself, and is done. */
static void test_worker_sweep_blame__another_try(void **state)
{
    struct skep_job job;

    (void)state;
    put_one_bad("fail", "i8", "times", "0", "2", "},\"backoff_s\":0.01");
    hive_start_worker(hive, two_slots);
    job = hive_gather(hive, sweep, WAIT_MS);
    assert_int_equal(job.n_done, N);
    assert_int_equal(hive_count_done(sweep), N);
    assert_int_equal(hive_i8(sweep, BAD), 3); /* attempts */
    assert_int_equal(hive_i8(sweep, BAD + 1), 1);
    hive_check_done(hive, 0, 0);
    assert_int_equal(hive_stat(hive, "retried"), 2);
}

/* Tries are used up one by one, too. */
static void test_worker_sweep_blame__tries_used_up(void **state)
{
    (void)state;
    put_one_bad("fail", "i8", "times", "0", "100", "},\"backoff_s\":0.01,\"retries\":3");
    hive_start_worker(hive, two_slots);
    check_one_letter("kernel-error", "\"times\":100");
    assert_int_equal(hive_stat(hive, "retried"), 3);
    assert_non_null(strstr(hive_letter(hive, 0).line, " try=4 "));
}

/* A task that kills its slot whenever it runs is a dead letter after the third time. */
static void test_worker_sweep_blame__a_deadly_index(void **state)
{
    (void)state;
    put_one_bad("fail", "i8", "how", "\"error\"", "\"abort\"", ",\"times\":\"{n}\"}");
    hive_start_worker(hive, two_slots);
    check_one_letter("crash", "\"how\":\"abort\"");
    assert_int_equal(hive_stat(hive, "crashes"), 3);
    assert_non_null(strstr(hive_letter(hive, 0).line, "signal=6"));
}

/* A kernel that listens is told that its time is up. */
static void test_worker_sweep_blame__a_timeout(void **state)
{
    (void)state;
    put_one_bad("sleep", "f8", "s", "0", "1000", "},\"timeout_s\":0.1,\"retries\":1,\"backoff_s\":0.01");
    hive_start_worker(hive, two_slots);
    check_one_letter("timeout", "\"s\":1000");
    assert_int_equal(hive_stat(hive, "retried"), 1);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

/* One that does not is ended with its slot; that is a failed try and no crash. */
static void test_worker_sweep_blame__a_deaf_kernel(void **state)
{
    (void)state;
    put_one_bad("fail", "i8", "how", "\"error\"", "\"loop\"",
                ",\"times\":\"{n}\"},\"timeout_s\":0.1,\"retries\":0");
    hive_start_worker(hive, two_slots);
    check_one_letter("timeout", "\"how\":\"loop\"");
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

static bool are_some_done(struct hive *any)
{
    return hive_job(any, "job").n_done > N / 4;
}

/* A slot that is killed in the middle of a chunk costs what ran there one crash, and everything is done once.
 */
static void test_worker_sweep_blame__a_killed_slot(void **state)
{
    struct test_process *worker;
    struct skep_job job;

    (void)state;
    put_one_bad("sleep", "f8", "s", "0.01", "0.02", "}");
    worker = hive_start_worker(hive, one_slot);
    hive_until(hive, are_some_done, "some are done", WAIT_MS);
    hive_signal_slots(worker, SIGKILL);
    job = hive_gather(hive, sweep, WAIT_MS);
    assert_int_equal(job.n_done, N);
    assert_int_equal(hive_count_done(sweep), N);
    hive_check_done(hive, 0, 0);
    assert_true(hive_stat(hive, "crashes") <= 1);
    assert_int_equal(hive_stat(hive, "done"), N);
}

/* A job that cannot even begin: every index fails with the reason. */
static void test_worker_sweep_blame__an_input_that_is_not_there(void **state)
{
    struct skep_job job;

    (void)state;
    hive_sweep_put(&sweep, hive, 250, "\"kernel\":\"sum\",\"args\":{\"x\":\"nowhere.npy[{i}]\"}", "f8");
    hive_start_worker(hive, two_slots);
    job = hive_gather(hive, sweep, WAIT_MS);
    assert_int_equal(job.n_failed, 250);
    hive_check_done(hive, 0, 250);
    assert_non_null(strstr(hive_letter(hive, 249).line, " cause=array-missing "));
}

#define TEST(fact) cmocka_unit_test_setup_teardown(test_worker_sweep_blame__##fact, set_up, tear_down_sweep)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_final_failure), TEST(another_try),   TEST(tries_used_up), TEST(a_deadly_index),
        TEST(a_timeout),       TEST(a_deaf_kernel), TEST(a_killed_slot), TEST(an_input_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
