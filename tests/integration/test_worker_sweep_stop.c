/* SPDX-License-Identifier: MIT */
/* Range jobs that end before all of their tasks have run. A sleep of some time is a hit, one of none is not.
 */
#include "support/test.h"
#include "hive_fixture.h"
#include "hive_sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/cancel.h"
#include "support/until.h"

enum { WAIT_MS = 60000 };

static const char *const two_slots[] = {"--slots", "2", NULL};
static const char *const three_slots[] = {"--slots", "3", NULL};

static struct hive_sweep *sweep;

static int tear_down_sweep(void **state)
{
    hive_free_sweep(sweep);
    sweep = NULL;
    return tear_down(state);
}

/* Tasks that sleep as long as SECONDS says, a list; JOB stops at a hit. */
static void put_sleeps(const char *job, const char *stop, const char *seconds)
{
    char spec[1024];

    snprintf(spec, sizeof spec,
             "{\"kernel\":\"sleep\",\"args\":{\"s\":\"{s}\"},\"over\":[{\"grid\":\"s\",\"from\":[%s]}],"
             "\"token\":\"" HIVE_TOKEN "\"%s%s%s}",
             seconds, stop != NULL ? ",\"stop\":\"" : "", stop != NULL ? stop : "", stop != NULL ? "\"" : "");
    sweep = hive_put_sweep(hive, job, spec);
}

static struct skep_range_end end_of(const char *job)
{
    struct skep_range_end end;

    (void)hive_ask(hive, "PING", NULL);
    assert_int_equal(skep_range_read_end(hive->conn, &hive->keys, job, &end, NULL), SKEP_OK);
    return end;
}

static bool has_hit(void *job)
{
    return end_of(job).hit >= 0;
}

static int compare_ms(const void *a, const void *b)
{
    return (int)(*(const int64_t *)a - *(const int64_t *)b);
}

/* The first hit ends the job, and who runs something else of it hears of that at once: the time from the hit
 * to the end of a kernel that would have slept for long, in the middle of five. */
static void test_worker_sweep_stop__any(void **state)
{
    enum { N_ROUNDS = 5, SOON_MS = 50 };
    int64_t took_ms[N_ROUNDS];

    (void)state;
    hive_start_worker(hive, two_slots);
    for (int i = 0; i < N_ROUNDS; i++) {
        char name[8];
        struct skep_job job;
        int64_t hit_ms;
        snprintf(name, sizeof name, "j%d", i);
        put_sleeps(name, "any", "0.3,1000");
        assert_true(test_until(has_hit, name, WAIT_MS));
        hit_ms = test_now_ms();
        job = hive_await_job(hive, name, WAIT_MS);
        took_ms[i] = test_now_ms() - hit_ms;
        assert_int_equal(job.n_done, 1);
        assert_int_equal(job.n_cancelled, 1);
        assert_int_equal(job.n_failed, 0);
        assert_int_equal(end_of(name).winner, 0);
        hive_free_sweep(sweep);
        sweep = NULL;
    }
    hive_check_done(hive, 0, 0);
    qsort(took_ms, N_ROUNDS, sizeof took_ms[0], compare_ms);
    if (took_ms[N_ROUNDS / 2] >= SOON_MS) {
        hive_fail(hive, "it took %d ms", (int)took_ms[N_ROUNDS / 2]);
    }
}

/* The lowest index with a hit wins, whoever is first: what comes behind a hit is cancelled, what comes before
 * it is waited for. */
static void test_worker_sweep_stop__first(void **state)
{
    struct skep_job job;

    (void)state;
    hive_start_worker(hive, three_slots);
    put_sleeps("job", "first", "0.6,0.1,1000,1000,1000,1000,1000,1000"); /* the second is the first to hit */
    job = hive_await_job(hive, "job", WAIT_MS);
    assert_int_equal(end_of("job").hit, 0);
    assert_int_equal(end_of("job").winner, 0);
    assert_int_equal(job.n_done, 2);
    assert_int_equal(job.n_cancelled, 6);
    hive_check_done(hive, 0, 0);
}

/* Without a hit everything is done. */
static void test_worker_sweep_stop__no_hit(void **state)
{
    struct skep_job job;

    (void)state;
    hive_start_worker(hive, two_slots);
    put_sleeps("job", "any", "0,0,0,0,0,0,0,0");
    job = hive_await_job(hive, "job", WAIT_MS);
    assert_int_equal(end_of("job").hit, -1);
    assert_int_equal(job.n_done, 8);
    hive_check_done(hive, 0, 0);
}

static bool are_both_busy(struct hive *any)
{
    return hive_status(any).n_held == 2;
}

/* A cancelled job: what runs is told, what waits is dropped. */
static void test_worker_sweep_stop__cancelled(void **state)
{
    static const char *const name = "job";
    struct skep_job job;

    (void)state;
    hive_start_worker(hive, two_slots);
    put_sleeps(name, NULL, "1000,1000,1000,1000,1000,1000");
    hive_until(hive, are_both_busy, "two of them run", WAIT_MS);
    assert_int_equal(skep_cancel_put(hive->conn, &hive->keys, SKEP_CANCEL_JOB, &name, 1, NULL, NULL),
                     SKEP_OK);
    job = hive_await_job(hive, name, WAIT_MS);
    assert_int_equal(job.n_cancelled, 6);
    hive_check_done(hive, 0, 0);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

#define TEST(fact) cmocka_unit_test_setup_teardown(test_worker_sweep_stop__##fact, set_up, tear_down_sweep)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(any), TEST(first), TEST(no_hit), TEST(cancelled)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
