/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "worker/books.h"

static struct skep_books *books;
static struct skep_hand *hand;
static int64_t clock_ns;

static int64_t fake_ns(void)
{
    return clock_ns;
}

static int64_t fake_ms(void)
{
    return clock_ns / 1000000;
}

static int set_up(void **state)
{
    static const struct skep_clock fake = {.wall_ms = fake_ms, .monotonic_ns = fake_ns};

    (void)state;
    clock_ns = INT64_C(5000000000);
    skep_clock_replace(&fake);
    books = calloc(1, sizeof *books);
    hand = calloc(1, sizeof *hand);
    assert_true(books != NULL && hand != NULL);
    skep_books_init(books, "h", 0);
    skep_hand_init(hand);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_hand_release(hand);
    free(hand);
    free(books);
    skep_clock_replace(NULL);
    return 0;
}

/* One more task of JOB (NULL: none) is settled, to be told with the next cycle. */
static void settle_one(const char *job)
{
    struct skep_batch *batch = &hand->batch;
    struct skep_spent *spent = &batch->spents[batch->n_settled];

    *spent = (struct skep_spent){.is_counted = true, .has_run = true, .kernel = "sum"};
    spent->rows[SKEP_ACCOUNT_WALL] = 1000;
    if (job != NULL) {
        spent->job_at = batch->bytes.length;
        spent->job_n = strlen(job) + 1;
        skep_buf_add(&batch->bytes, job, strlen(job) + 1);
    }
    batch->n_settled++;
    batch->n_tasks++;
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

static int64_t of_queue(const struct skep_account_news *news, const char *field)
{
    return news != NULL ? told(news->adds, news->n_adds, field) : 0;
}

static int64_t of_job(const struct skep_account_news *news, const char *field)
{
    assert_int_equal(news->n_jobs, 1);
    return told(news->jobs[0].adds, news->jobs[0].n_adds, field);
}

/* A cycle that is made twice tells the same tasks; one that follows an answer tells those that came since. */
static void test_books__verdicts_and_accounts_go_together(void **state)
{
    (void)state;
    settle_one(NULL);
    settle_one(NULL);
    assert_int_equal(of_queue(skep_books_tell(books, hand, "w", SKEP_ROUNDS_MS), "done:sum"), 2);
    skep_books_answered(books, false);
    settle_one(NULL);
    assert_int_equal(of_queue(skep_books_tell(books, hand, "w", SKEP_ROUNDS_MS), "done:sum"), 3);
    skep_books_answered(books, true);
    skep_hand_told(hand, 3);
    settle_one(NULL);
    assert_int_equal(of_queue(skep_books_tell(books, hand, "w", SKEP_ROUNDS_MS), "done:sum"), 1);
}

/* Rounds wait for their time, are told once, and again when the cycle was not applied. */
static void test_books__rounds_are_told_now_and_then(void **state)
{
    (void)state;
    assert_null(skep_books_tell(books, hand, "w", SKEP_ROUNDS_MS));
    clock_ns += 200000;
    skep_books_answered(books, true);
    assert_null(skep_books_tell(books, hand, "w", SKEP_ROUNDS_MS)); /* it is not a second since */
    skep_books_answered(books, true);
    clock_ns += INT64_C(1000000000);
    assert_int_equal(of_queue(skep_books_tell(books, hand, "w", SKEP_ROUNDS_MS), "cycles:n"), 2);
    skep_books_not_sent(books);
    assert_int_equal(of_queue(skep_books_tell(books, hand, "w", SKEP_ROUNDS_NOW_MS), "cycles:n"), 2);
    skep_books_answered(books, false);
    assert_int_equal(of_queue(skep_books_tell(books, hand, "w", SKEP_ROUNDS_NOW_MS), "cycles:ns"), 200000);
    skep_books_answered(books, true);
    assert_int_equal(of_queue(skep_books_tell(books, hand, "w", SKEP_ROUNDS_NOW_MS), "cycles:n"), 1);
}

/* The time of a round trip is that of the job that it told of, and told with the job's next. */
static void test_books__round_trips_of_a_job(void **state)
{
    const struct skep_account_news *news;

    (void)state;
    settle_one("monday");
    assert_int_equal(of_job(skep_books_tell(books, hand, "w", SKEP_ROUNDS_MS), "commit_ns"), 0);
    clock_ns += 300000;
    skep_books_answered(books, true);
    skep_hand_told(hand, 1);
    settle_one("monday");
    news = skep_books_tell(books, hand, "w", SKEP_ROUNDS_MS);
    assert_int_equal(of_job(news, "commit_ns"), 300000);
    assert_int_equal(of_job(news, "wall_ns"), 301000);
    clock_ns += 500000;
    skep_books_answered(books, true);
    skep_hand_told(hand, 1);
    settle_one("tuesday");
    assert_int_equal(of_job(skep_books_tell(books, hand, "w", SKEP_ROUNDS_MS), "commit_ns"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_books__verdicts_and_accounts_go_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_books__rounds_are_told_now_and_then, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_books__round_trips_of_a_job, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
