/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "worker/account.h"

static struct skep_account account;

static int set_up(void **state)
{
    (void)state;
    skep_account_begin(&account, "node17", 3);
    return 0;
}

/* What the queue is told under FIELD, or -1. */
static int64_t told(const struct skep_account_news *news, const char *field)
{
    for (size_t i = 0; news != NULL && i < news->n_adds; i++) {
        if (strcmp(news->adds[i].field, field) == 0) {
            return news->adds[i].by;
        }
    }
    return -1;
}

static int64_t told_of(const struct skep_account_job *job, const char *field)
{
    for (size_t i = 0; i < job->n_adds; i++) {
        if (strcmp(job->adds[i].field, field) == 0) {
            return job->adds[i].by;
        }
    }
    return -1;
}

/* An attempt of the job "monday", whose name is at 0 and whose task is called what stands at 7. */
static const char names[] = "monday\0task%20a";
static struct skep_spent spent_of(const char *kernel, skep_status cause, int64_t wall_ns)
{
    struct skep_spent spent = {.is_counted = true,
                               .has_run = true,
                               .cause = cause,
                               .kernel = kernel,
                               .began_ms = 1000,
                               .job_at = 0,
                               .job_n = 7,
                               .name_at = 7,
                               .name_n = 9,
                               .peak_rss_bytes = wall_ns};

    spent.rows[SKEP_ACCOUNT_WALL] = wall_ns;
    spent.rows[SKEP_ACCOUNT_MAP] = 100;
    spent.rows[SKEP_ACCOUNT_COMPUTE] = wall_ns - 100;
    return spent;
}

/* Attempts of two kernels: each is counted once by outcome, cause and time, and for its job. */
static void test_account__sums_attempts(void **state)
{
    const struct skep_spent spents[] = {spent_of("sum", SKEP_OK, 1500), spent_of("sum", SKEP_OK, 3000000),
                                        spent_of("sum", SKEP_E_TIMEOUT, 2000),
                                        spent_of("pi_mc", SKEP_OK, 900)};
    const struct skep_account_news *news;

    (void)state;
    for (size_t i = 0; i < sizeof spents / sizeof spents[0]; i++) {
        skep_account_add(&account, &spents[i], names);
    }
    news = skep_account_tell(&account, NULL, "w1", 1250);
    assert_int_equal(told(news, "done:sum"), 2);
    assert_int_equal(told(news, "failed:sum"), 1);
    assert_int_equal(told(news, "ns:sum"), 3003500);
    assert_int_equal(told(news, "b1:sum"), 2); /* 1500 ns and 2000 ns: at most 4 us */
    assert_int_equal(told(news, "b6:sum"), 1); /* 3 ms: at most 4.096 ms */
    assert_int_equal(told(news, "b0:pi_mc"), 1);
    assert_int_equal(told(news, "failed:pi_mc"), -1); /* zeros are not told */
    assert_int_equal(told(news, "cause:timeout"), 1);
    assert_int_equal(news->n_jobs, 1);
    assert_string_equal(news->jobs[0].job, "monday");
    assert_int_equal(told_of(&news->jobs[0], "attempts"), 4);
    assert_int_equal(told_of(&news->jobs[0], "failed"), 1);
    assert_int_equal(told_of(&news->jobs[0], "wall_ns"), 3004400);
    assert_int_equal(told_of(&news->jobs[0], "map_ns"), 400);
    assert_int_equal(told_of(&news->jobs[0], "compute_ns"), 3004000);
    assert_int_equal(told_of(&news->jobs[0], "w:w1"), 3004400);
    assert_int_equal(told_of(&news->jobs[0], "b1"), 2);
    assert_int_equal(news->jobs[0].peak_rss_bytes, 3000000);
    assert_int_equal(news->jobs[0].spent_ms, 250);
    assert_int_equal(news->jobs[0].n_slow, 4);
    assert_true(news->jobs[0].slow[0].seconds == 3000000 * 1e-9);
    assert_string_equal(news->jobs[0].slow[0].what, "task%20a node17 3");
}

/* What did not run has failed, but took no time; what was not tried is not there. */
static void test_account__not_run(void **state)
{
    struct skep_spent spent = spent_of(NULL, SKEP_E_BAD_RECORD, 0);
    const struct skep_account_news *news;

    (void)state;
    spent.has_run = false;
    spent.job_n = 0;
    skep_account_add(&account, &spent, names);
    spent.is_counted = false;
    skep_account_add(&account, &spent, names);
    news = skep_account_tell(&account, NULL, "w1", 1250);
    assert_int_equal(told(news, "failed:unknown"), 1);
    assert_int_equal(told(news, "cause:bad-record"), 1);
    assert_int_equal(told(news, "b0:unknown"), -1);
    assert_int_equal(news->n_jobs, 0);
}

/* With nothing to tell there are no news. */
static void test_account__nothing(void **state)
{
    const struct skep_rounds rounds = {0};

    (void)state;
    assert_null(skep_account_tell(&account, &rounds, "w1", 0));
}

/* Of many tasks the slowest are kept, in their order, and no others. */
static void test_account__the_slowest(void **state)
{
    const struct skep_account_news *news;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct skep_spent spent = spent_of("sum", SKEP_OK, (i * 389 % 1000) * 1000);
        skep_account_add(&account, &spent, names);
    }
    news = skep_account_tell(&account, NULL, "w1", 0);
    assert_int_equal(news->jobs[0].n_slow, SKEP_ACCOUNT_SLOWEST);
    for (int i = 0; i < SKEP_ACCOUNT_SLOWEST; i++) {
        assert_true(news->jobs[0].slow[i].seconds == (double)((999 - i) * 1000) * 1e-9);
    }
}

/* Positions of a range are added as they are told, and the time of the last round trip with them. */
static void test_account__ranges(void **state)
{
    static const struct skep_spent_slow slow[] = {{.ns = 5000, .position = 7, .index = 70}};
    struct skep_spent_range range = {.kernel = "sum",
                                     .job = "sweep",
                                     .n_done = 40,
                                     .n_failed = 2,
                                     .began_ms = 5,
                                     .slow = slow,
                                     .n_slow = 1};
    const struct skep_account_news *news;

    (void)state;
    range.buckets[1] = 42;
    range.rows[SKEP_ACCOUNT_WALL] = 84000;
    range.rows[SKEP_ACCOUNT_COMMIT] = 4000;
    skep_account_add_range(&account, &range);
    skep_account_add_cause(&account, SKEP_E_KERNEL);
    skep_account_add_cause(&account, SKEP_E_KERNEL);
    skep_account_add_commit(&account, "sweep", 1000);
    skep_account_add_commit(&account, "another", 1000000);
    news = skep_account_tell(&account, NULL, "w1", 9);
    assert_int_equal(told(news, "done:sum"), 40);
    assert_int_equal(told(news, "failed:sum"), 2);
    assert_int_equal(told(news, "ns:sum"), 84000);
    assert_int_equal(told(news, "b1:sum"), 42);
    assert_int_equal(told(news, "cause:kernel-error"), 2);
    assert_int_equal(news->n_jobs, 1);
    assert_int_equal(told_of(&news->jobs[0], "attempts"), 42);
    assert_int_equal(told_of(&news->jobs[0], "commit_ns"), 5000);
    assert_int_equal(told_of(&news->jobs[0], "wall_ns"), 85000);
    assert_string_equal(news->jobs[0].slow[0].what, "70 node17 3");
}

/* Kernels beyond the bound are one that is not known, and lose nothing; jobs beyond it are not counted. */
static void test_account__many_kernels_and_jobs(void **state)
{
    enum { MANY = 3 * SKEP_ACCOUNT_KERNELS };
    static char kernels[MANY][16], jobs[2 * SKEP_ACCOUNT_MAX_JOBS][16];
    const struct skep_account_news *news;
    int64_t n_done = 0;

    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < MANY; i++) {
            struct skep_spent spent = spent_of(kernels[i], SKEP_OK, 1000);
            snprintf(kernels[i], sizeof kernels[i], "k%d", i);
            spent.job_n = 0;
            skep_account_add(&account, &spent, names);
        }
    }
    for (int i = 0; i < 2 * SKEP_ACCOUNT_MAX_JOBS; i++) {
        struct skep_spent spent = spent_of("k0", SKEP_OK, 1000);
        snprintf(jobs[i], sizeof jobs[i], "j%d", i);
        spent.name_n = 0;
        skep_account_add(&account, &spent, jobs[i]);
    }
    news = skep_account_tell(&account, NULL, "w1", 0);
    for (size_t i = 0; i < news->n_adds; i++) {
        n_done += strncmp(news->adds[i].field, "done:", 5) == 0 ? news->adds[i].by : 0;
    }
    assert_int_equal(n_done, 2 * MANY + 2 * SKEP_ACCOUNT_MAX_JOBS);
    assert_int_equal(told(news, "done:k1"), 2);
    assert_int_equal(told(news, "done:unknown"), 2 * (MANY - SKEP_ACCOUNT_KERNELS + 1));
    assert_int_equal(news->n_jobs, SKEP_ACCOUNT_MAX_JOBS);
}

/* However strange a cycle is, no more is told than there is room for, and counts come before histograms. */
static void test_account__keeps_to_its_room(void **state)
{
    static char kernels[SKEP_ACCOUNT_KERNELS][16];
    const struct skep_account_news *news;

    (void)state;
    for (int i = 0; i < SKEP_ACCOUNT_KERNELS; i++) {
        snprintf(kernels[i], sizeof kernels[i], "k%d", i);
        for (int k = 0; k < SKEP_SECONDS_BUCKETS; k++) {
            struct skep_spent spent = spent_of(kernels[i], SKEP_OK, INT64_C(1000) << (2 * k));
            skep_account_add(&account, &spent, names);
        }
    }
    news = skep_account_tell(&account, NULL, "w1", 0);
    assert_int_equal(news->n_adds, SKEP_ACCOUNT_MAX_ADDS);
    assert_int_equal(told(news, "done:k14"), SKEP_SECONDS_BUCKETS);
    assert_int_equal(told(news, "done:unknown"), SKEP_SECONDS_BUCKETS);
}

/* Rounds: cycles, batches, errors and outputs. */
static void test_account__rounds(void **state)
{
    const struct skep_account_news *news;
    struct skep_rounds rounds = {0}, telling = {0};

    (void)state;
    skep_rounds_count_cycle(&rounds, 200000);
    skep_rounds_count_cycle(&rounds, 300000);
    skep_rounds_count_batch(&rounds, 100);
    skep_rounds_count_error(&rounds, SKEP_E_UNWELL);
    skep_rounds_count_logs(&rounds, 3, 1);
    skep_rounds_move(&telling, &rounds);
    assert_int_equal(rounds.counts.n_cycles, 0);
    assert_int_equal(rounds.n_errors, 0);
    skep_rounds_count_error(&rounds, SKEP_E_UNWELL);
    skep_rounds_count_error(&rounds, SKEP_E_UNREACHABLE);
    skep_rounds_move(&telling, &rounds);
    news = skep_account_tell(&account, &telling, "w1", 0);
    assert_int_equal(told(news, "cycles:n"), 2);
    assert_int_equal(told(news, "cycles:ns"), 500000);
    assert_int_equal(told(news, "cycles:b4"), 1); /* at most 256 us */
    assert_int_equal(told(news, "cycles:b5"), 1);
    assert_int_equal(told(news, "batch:n"), 1);
    assert_int_equal(told(news, "batch:tasks"), 100);
    assert_int_equal(told(news, "batch:b4"), 1); /* at most 256 */
    assert_int_equal(told(news, "error:redis-unwell"), 2);
    assert_int_equal(told(news, "error:redis-unreachable"), 1);
    assert_int_equal(told(news, "logs:n"), 3);
    assert_int_equal(told(news, "logs:lost"), 1);
    assert_int_equal(told(news, "reconnects"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_account__sums_attempts, set_up),
        cmocka_unit_test_setup(test_account__not_run, set_up),
        cmocka_unit_test_setup(test_account__nothing, set_up),
        cmocka_unit_test_setup(test_account__the_slowest, set_up),
        cmocka_unit_test_setup(test_account__ranges, set_up),
        cmocka_unit_test_setup(test_account__many_kernels_and_jobs, set_up),
        cmocka_unit_test_setup(test_account__keeps_to_its_room, set_up),
        cmocka_unit_test_setup(test_account__rounds, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
