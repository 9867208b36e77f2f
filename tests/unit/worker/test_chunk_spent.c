/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "worker/chunk.h"

static struct skep_chunk *chunk;
static struct skep_account account;

static int set_up(void **state)
{
    const struct skep_range range = {100, 10000};

    (void)state;
    chunk = calloc(1, sizeof *chunk);
    assert_non_null(chunk);
    skep_chunk_init(chunk);
    chunk->worker = "h:1";
    skep_chunk_fill(chunk, &range, "night");
    skep_chunk_spend_anew(chunk, "sum", 1000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_chunk_release(chunk);
    free(chunk);
    return 0;
}

static void run(enum skep_ack_state state, int64_t ran_ns)
{
    assert_int_equal(skep_chunk_reserve(chunk, NULL), SKEP_OK);
    if (ran_ns >= 0) {
        skep_chunk_spend_position(chunk, chunk->next, 2 * chunk->next, ran_ns);
    }
    if (state == SKEP_ACK_DONE) {
        skep_chunk_add_done(chunk, NULL, NULL, ran_ns);
    } else {
        skep_chunk_add_other(chunk, state, ran_ns);
    }
}

/* A position that has failed for CAUSE. */
static void run_failed(skep_status cause, int64_t ran_ns)
{
    const struct skep_settled settled = {.kind = SKEP_RETRY, .cause = cause};

    run(SKEP_ACK_ABSENT, ran_ns);
    skep_chunk_add_entry(chunk, &settled);
}

/* What the cycle that is made now would tell. */
static const struct skep_account_news *tell(void)
{
    (void)skep_chunk_make_cycle(chunk, 1);
    skep_account_begin(&account, "h", 0);
    skep_chunk_account(chunk, &account);
    return skep_account_tell(&account, NULL, "w", 1500);
}

static int64_t told(const struct skep_account_add *adds, size_t n, const char *field)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(adds[i].field, field) == 0) {
            return adds[i].by;
        }
    }
    return 0;
}

static int64_t of_queue(const char *field)
{
    return told(account.news.adds, account.news.n_adds, field);
}

static int64_t of_job(const char *field)
{
    const struct skep_account_job *job = &account.news.jobs[0];

    assert_int_equal(account.news.n_jobs, 1);
    return told(job->adds, job->n_adds, field);
}

/* Only what is sealed is told: once by each cycle that is made, and no more once one was applied. */
static void test_chunk_spent__what_is_sealed_is_told_once(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        run(SKEP_ACK_DONE, 500);
    }
    run_failed(SKEP_E_KERNEL, 3000);
    run(SKEP_ACK_SKIPPED, -1);
    chunk->sealed = chunk->next;
    run(SKEP_ACK_DONE, 70000);
    for (int again = 0; again < 2; again++) {
        assert_non_null(tell());
        assert_int_equal(of_queue("done:sum"), 10);
        assert_int_equal(of_queue("failed:sum"), 1);
        assert_int_equal(of_queue("cause:kernel-error"), 1);
        assert_int_equal(of_queue("ns:sum"), 8000);
        assert_int_equal(of_queue("b0:sum"), 10);
        assert_int_equal(of_queue("b1:sum"), 1);
        assert_int_equal(of_job("attempts"), 11);
        assert_int_equal(of_job("failed"), 1);
        assert_int_equal(account.news.jobs[0].spent_ms, 500);
        assert_int_equal(account.news.jobs[0].n_slow, 9); /* of the ten slowest one is not told yet */
        assert_string_equal(account.news.jobs[0].slow[0].what, "220 h 0");
    }
    skep_chunk_told(chunk);
    assert_null(tell());
    chunk->sealed = chunk->next;
    assert_non_null(tell());
    assert_int_equal(of_queue("done:sum"), 1);
    assert_int_equal(of_queue("ns:sum"), 70000);
    assert_int_equal(account.news.jobs[0].n_slow, 1);
    assert_string_equal(account.news.jobs[0].slow[0].what, "224 h 0");
}

/* What was cut off is somebody else's, and was not run as far as the account goes. */
static void test_chunk_spent__what_is_cut_is_not_told(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        run(SKEP_ACK_DONE, 500);
    }
    run_failed(SKEP_E_KERNEL, 90000);
    chunk->sealed = chunk->next;
    (void)tell();
    assert_int_equal(of_queue("done:sum"), 10);
    assert_int_equal(skep_chunk_cut(chunk, 104), 10000 - 104);
    (void)tell();
    assert_int_equal(of_queue("done:sum"), 4);
    assert_int_equal(of_queue("failed:sum"), 0);
    assert_int_equal(of_queue("cause:kernel-error"), 0);
    assert_int_equal(of_queue("ns:sum"), 2000);
    assert_int_equal(account.news.jobs[0].n_slow, 4);
}

/* What the whole stretch has used is told with it; what comes meanwhile waits for the next. */
static void test_chunk_spent__sums_of_a_stretch(void **state)
{
    const struct skep_usage usage = {
        .user_s = 0.25, .system_s = 0.5, .peak_rss_bytes = 4096, .minor_faults = 3, .voluntary_switches = 2};

    (void)state;
    chunk->spent.rows[SKEP_ACCOUNT_MAP] = 1000;
    chunk->spent.rows[SKEP_ACCOUNT_COMMIT] = 200;
    chunk->spent.sampled_ns = 100; /* a tenth of the time of positions comes after the kernel */
    chunk->spent.sampled_commit_ns = 10;
    run(SKEP_ACK_DONE, 5000);
    skep_chunk_spend_usage(chunk, &usage);
    chunk->sealed = chunk->next;
    (void)tell();
    assert_int_equal(of_job("map_ns"), 1000);
    assert_int_equal(of_job("commit_ns"), 200 + 500);
    assert_int_equal(of_job("compute_ns"), 4500);
    assert_int_equal(of_job("wall_ns"), 6200);
    assert_int_equal(of_job("w:w"), 6200);
    assert_int_equal(of_queue("ns:sum"), 6200);
    assert_int_equal(of_job("user_ns"), 250000000);
    assert_int_equal(of_job("system_ns"), 500000000);
    assert_int_equal(of_job("minor_faults"), 3);
    assert_int_equal(of_job("voluntary_switches"), 2);
    assert_int_equal(account.news.jobs[0].peak_rss_bytes, 4096);
    skep_chunk_spend_usage(chunk, &usage); /* while the cycle is under way */
    skep_chunk_told(chunk);
    run(SKEP_ACK_DONE, 1000);
    chunk->sealed = chunk->next;
    (void)tell();
    assert_int_equal(of_job("user_ns"), 250000000);
    assert_int_equal(of_job("map_ns"), 0);
    assert_int_equal(of_job("wall_ns"), 1000);
}

/* What stands for an attempt that was counted before, and what could not begin, is no time. */
static void test_chunk_spent__no_attempts(void **state)
{
    const struct skep_settled counted_before = {.kind = SKEP_BURY, .cause = SKEP_OK};

    (void)state;
    run(SKEP_ACK_ABSENT, -1);
    skep_chunk_add_entry(chunk, &counted_before);
    run_failed(SKEP_E_INPUT_CHANGED, -1);
    chunk->sealed = chunk->next;
    (void)tell();
    assert_int_equal(of_queue("failed:sum"), 1);
    assert_int_equal(of_queue("cause:input-changed"), 1);
    assert_int_equal(of_queue("b0:sum"), 0);
    assert_int_equal(of_job("attempts"), 1);
    assert_int_equal(account.news.jobs[0].n_slow, 0);
}

/* Of very many positions the slowest ten are kept, in their order. */
static void test_chunk_spent__the_slowest(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++) {
        run(SKEP_ACK_DONE, i * 2371 % 5000);
    }
    chunk->sealed = chunk->next;
    (void)tell();
    assert_int_equal(account.news.jobs[0].n_slow, SKEP_ACCOUNT_SLOWEST);
    for (int i = 0; i < SKEP_ACCOUNT_SLOWEST; i++) {
        assert_true(account.news.jobs[0].slow[i].seconds == (4999 - i) * 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_chunk_spent__what_is_sealed_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_chunk_spent__what_is_cut_is_not_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_chunk_spent__sums_of_a_stretch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_chunk_spent__no_attempts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_chunk_spent__the_slowest, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
