/* SPDX-License-Identifier: MIT */
/* Range jobs that end before all of their positions ran: stopped by a hit, cancelled, forgotten. */
#include "support/test.h"
#include "range_verbs.h"

#include "queue/cancel.h"

/* ---- stopping ---- */

static const struct skep_cycle_reply *tell_hit(struct skep_holder *holder, int64_t upto, int64_t hit,
                                               int64_t index)
{
    struct skep_range_verdict verdict = done_upto(holder, upto);

    verdict.hit = hit;
    verdict.hit_index = index;
    return tell(holder, &verdict);
}

static void check_end(int64_t hit, int64_t winner)
{
    struct skep_range_end end;

    assert_int_equal(skep_range_read_end(verbs.watcher, &verbs.keys, "j", &end, NULL), SKEP_OK);
    assert_int_equal(end.hit, hit);
    assert_int_equal(end.winner, winner);
    assert_null(end.value);
}

/* With `any` the first hit ends the job: what is not told by then is cancelled, in the hand of the teller at
 * once, elsewhere when it is told or taken. No position counts twice. */
static void test_range_stop__any_hit_ends_it(void **state)
{
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b = open_holder(&b);
    struct skep_range_put put = range_job(1000);
    struct skep_cancel_query query = {.job = "j"};
    struct skep_range_verdict verdict;

    (void)state;
    put.stop = "any";
    put_all(&put);
    take_range(&a, 10);
    take_range(&b, 10);
    assert_int_equal(tell_hit(&b, 15, 12, 77)->range_hi, -1);
    assert_int_equal(b.n_held, 0);
    check_end(12, 77);
    check_range_job("5+0+5 of 1000: running");
    assert_int_equal(skep_cancel_check(conn_b, &verbs.keys, &query, 1, NULL), SKEP_OK);
    assert_int_equal(query.from, 0);
    assert_false(query.is_cancelled);
    assert_int_equal(take_range(&b, 10)->n_tasks, 0);
    assert_int_equal(say_number("LLEN", verbs.keys.queue), 0);
    check_range_job("5+0+985 of 1000: running");
    verdict = done_upto(&a, 3);
    assert_int_equal(tell(&a, &verdict)->flags, 0); /* nothing is left to be looked for */
    check_range_job("8+0+992 of 1000: done");
    assert_int_equal(say_number("EXISTS", verbs.keys.cancel), 0);
    assert_int_equal(stat_of("cancelled"), 992);
    check_audit();
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* With `first` the lowest hit wins, whenever it is told; what is above it is cancelled, what is below is
 * done. */
static void test_range_stop__the_lowest_hit_wins(void **state)
{
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b = open_holder(&b);
    struct skep_range_put put = range_job(100);
    struct skep_cancel_query query = {.job = "j", .id = "x"};

    (void)state;
    put.stop = "first";
    put_all(&put);
    take_range(&a, 10);
    take_range(&b, 10);
    assert_int_equal(tell_hit(&b, 14, 13, 13)->range_hi, -1);
    check_range_job("4+0+6 of 100: running");
    assert_int_equal(skep_cancel_check(conn_b, &verbs.keys, &query, 1, NULL), SKEP_OK);
    assert_int_equal(query.from, 14);
    assert_int_equal(tell_hit(&a, 5, 20, 20)->range_hi, 10); /* no news */
    check_end(13, 13);
    assert_int_equal(tell_hit(&a, 8, 7, 7)->range_hi, -1);
    check_end(7, 7);
    take_range(&a, 10);
    check_range_job("12+0+88 of 100: done");
    check_audit();
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* A range that a stop meets in the midst is cut there; what was to be tried again beyond it is not. */
static void test_range_stop__a_stop_cuts_ranges(void **state)
{
    static const struct skep_verdict retries[] = {
        {.kind = SKEP_RETRY, .record = TEXT("#skep r=1:2 j=j try=1\n"), .delay_ms = 1000000},
        {.kind = SKEP_RETRY, .record = TEXT("#skep r=7:8 j=j try=1\n"), .delay_ms = 1000000}};
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b = open_holder(&b);
    struct skep_range_put put = range_job(100);
    struct skep_range_verdict verdict;

    (void)state;
    put.stop = "first";
    put_all(&put);
    take_range(&a, 10);
    say("HSET", verbs.keys.cancel, "from:j", "20", NULL);
    assert_int_equal(take_range(&b, 50)->range_hi, 13); /* of [10, 20), with two slots: 3 */
    check_ranges(verbs.keys.queue, "13:20");
    say("HSET", verbs.keys.cancel, "from:j", "5", NULL);
    verdict = (struct skep_range_verdict){
        .upto = 9, .back = -1, .n_done = 7, .retries = retries, .n_retries = 2, .hit = -1, .hit_index = -1};
    assert_int_equal(tell(&a, &verdict)->range_hi, -1);
    check_range_job("7+0+82 of 100: running"); /* 80, one that was not tried again, one that was not run */
    assert_int_equal(say_number("ZCARD", verbs.keys.delayed), 1);
    check_audit();
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* The note that a stop leaves is no cancellation that fades. */
static void test_range_stop__a_stop_does_not_fade(void **state)
{
    struct skep_range_put put = range_job(2);

    (void)state;
    assert_int_equal(skep_script_load_all(verbs.watcher, NULL), SKEP_OK);
    put_all(&put);
    say("HSET", verbs.keys.cancel, "from:j", "1", NULL);
    assert_int_equal(beat_flags(), SKEP_FLAG_CANCELS);
    assert_int_equal(beat_flags(), SKEP_FLAG_CANCELS);
    say("HDEL", verbs.keys.jobs, "n:j", NULL);
    assert_int_equal(beat_flags(), 0);
}

/* ---- cancelling and forgetting ---- */

/* A cancelled job goes whole: its lines when they come to the head, what is held when it is told. */
static void test_range_stop__is_cancelled_whole(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_range_verdict verdict;

    (void)state;
    push_records(1);
    cancel_job();
    check_range_job("0+0+0 of 1000: cancelling");
    verdict = done_upto(&holder, 4);
    assert_int_equal(tell(&holder, &verdict)->range_hi, -1);
    check_range_job("4+0+6 of 1000: cancelling");
    check_task(take_range(&holder, 10), 0, "r0");
    check_range_job("4+0+996 of 1000: cancelled");
    assert_int_equal(say_number("EXISTS", verbs.keys.cancel), 0);
    check_audit();
    skep_conn_free(conn);
}

/* Very many lines are dropped in steps, so that no call takes long. */
static void test_range_stop__drops_in_steps(void **state)
{
    enum { N = 250 };
    struct skep_range pieces[N];
    struct skep_range_put put = range_job(2 * N);
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    put.n_done = N;
    for (int i = 0; i < N; i++) {
        pieces[i] = (struct skep_range){2 * i, 2 * i + 1};
    }
    put_pieces(&put, 0, pieces, N);
    push_records(1);
    cancel_job();
    assert_int_equal(take_range(&holder, 1)->n_tasks, 0);
    assert_int_equal(say_number("LLEN", verbs.keys.queue), 151);
    assert_int_equal(take_range(&holder, 1)->n_tasks, 0);
    check_task(take_range(&holder, 1), 0, "r0");
    check_range_job("250+0+250 of 500: cancelled");
    check_audit();
    skep_conn_free(conn);
}

/* A job that is over is forgotten, with its spec; one that is not only when that is forced: then it is
 * cancelled, and forgotten with the last of it. */
static void test_range_stop__is_forgotten(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_range_verdict verdict;
    struct skep_error err = {0};

    (void)state;
    check_failure(skep_job_forget(verbs.watcher, &verbs.keys, "j", false, &err), SKEP_E_CONFLICT, &err,
                  "is not over");
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", true, NULL), SKEP_OK);
    check_range_job("0+0+0 of 1000: cancelling");
    verdict = done_upto(&holder, 4);
    tell(&holder, &verdict);
    check_range_job("4+0+6 of 1000: cancelling");
    take_range(&holder, 10);
    assert_int_equal(say_number("EXISTS", verbs.keys.ranges), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.jobs), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.puts), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.cancel), 0);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", true, NULL), SKEP_EMPTY);
    check_audit();
    skep_conn_free(conn);
}

/* Forced once more it is forgotten in the midst: what is left is dropped, and its name is never used again.
 */
static void test_range_stop__is_forgotten_in_the_midst(void **state)
{
    const struct skep_range_put put = range_job(1000);
    const struct skep_range piece = {0, 1};
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_range_verdict verdict;
    struct skep_error err = {0};
    int64_t n_put;

    (void)state;
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", true, NULL), SKEP_OK);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", true, NULL), SKEP_OK);
    check_range_job("0+0+0 of 0: unknown");
    verdict = done_upto(&holder, 4);
    assert_int_equal(tell(&holder, &verdict)->range_hi, -1);
    assert_int_equal(take_range(&holder, 10)->n_tasks, 0);
    assert_int_equal(say_number("LLEN", verbs.keys.queue), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.jobs), 0);
    check_failure(skep_range_put(verbs.watcher, &verbs.keys, &put, 0, &piece, 1, &n_put, &err),
                  SKEP_E_CONFLICT, &err, "has another job");
    check_audit();
    skep_conn_free(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_range_stop__any_hit_ends_it, verbs_clear),
        cmocka_unit_test_setup(test_range_stop__the_lowest_hit_wins, verbs_clear),
        cmocka_unit_test_setup(test_range_stop__a_stop_cuts_ranges, verbs_clear),
        cmocka_unit_test_setup(test_range_stop__a_stop_does_not_fade, verbs_clear),
        cmocka_unit_test_setup(test_range_stop__is_cancelled_whole, verbs_clear),
        cmocka_unit_test_setup(test_range_stop__drops_in_steps, verbs_clear),
        cmocka_unit_test_setup(test_range_stop__is_forgotten, verbs_clear),
        cmocka_unit_test_setup(test_range_stop__is_forgotten_in_the_midst, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
