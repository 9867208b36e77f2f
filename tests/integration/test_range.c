/* SPDX-License-Identifier: MIT */
/* Range jobs on a real server: one record for n tasks, of which slots cut chunks. How they end otherwise than
 * well is told in test_range_failures.c and test_range_stop.c, what is gathered of them in
 * test_range_gather.c; that every sequence of moves leaves every position in one place is test_model.c's. */
#include "support/test.h"
#include "range_verbs.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "queue/cancel.h"
#include "queue/put.h"

/* A chunk is a line and the spec; its size is what was asked for, and at most half a fair share. What is told
 * shrinks it. */
static void test_range__is_taken_in_chunks(void **state)
{
    const struct skep_range_put put = range_job(100);
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    const struct skep_cycle_reply *reply;
    struct skep_range_verdict verdict;

    (void)state;
    put_all(&put);
    assert_int_equal(say_number("LLEN", verbs.keys.queue), 1);
    reply = take_range(&holder, 30);
    assert_int_equal(reply->n_tasks, 1);
    assert_int_equal(reply->range_hi, 30);
    assert_non_null(strstr(reply->tasks[0].bytes, "#skep r=0:30 j=j q="));
    assert_string_equal(strchr(reply->tasks[0].bytes, '\n') + 1, RANGE_SPEC);
    assert_true(holder.has_range);
    assert_string_equal(holder.range_job, "j");
    check_ranges(verbs.keys.queue, "30:100");
    verdict = done_upto(&holder, 10);
    reply = tell(&holder, &verdict);
    assert_int_equal(reply->range_hi, 30);
    assert_int_equal(reply->n_tasks, 0);
    check_ranges(holder.held_key, "10:30");
    check_range_job("10+0+0 of 100: running");
    verdict = done_upto(&holder, 30);
    reply = cycle(&holder,
                  &(struct skep_cycle){.range = &verdict, .want = 1, .range_job = "j", .range_want = 1000});
    assert_int_equal(reply->range_hi, 65); /* half of what is left */
    check_ranges(holder.held_key, "30:65");
    assert_int_equal(holder.n_settled, 1);
    check_ranges(verbs.keys.queue, "65:100");
    check_audit();
    assert_int_equal(stat_of("taken"), 65);
    assert_int_equal(stat_of("done"), 30);
    skep_conn_free(conn);
}

/* Of a job that a slot does not know it takes one position; one that takes no ranges leaves them alone. */
static void test_range__of_an_unknown_job_one(void **state)
{
    const struct skep_range_put put = range_job(100);
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    put_all(&put);
    assert_int_equal(take(&holder, 5)->n_tasks, 0);
    assert_int_equal(
        cycle(&holder, &(struct skep_cycle){.want = 1, .range_job = "other", .range_want = 50})->range_hi, 1);
    check_ranges(verbs.keys.queue, "1:100");
    skep_conn_free(conn);
}

/* What goes back is one with what waits, as if it had never been away. */
static void test_range__goes_back_into_one_piece(void **state)
{
    const struct skep_range_put put = range_job(100);
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b = open_holder(&b);
    struct skep_range_verdict verdict;

    (void)state;
    put_all(&put);
    take_range(&a, 20);
    take_range(&b, 5);
    check_ranges(verbs.keys.queue, "25:100");
    cycle(&b, &(struct skep_cycle){.n_back = 1});
    assert_false(b.has_range);
    assert_int_equal(b.n_held, 0);
    check_ranges(verbs.keys.queue, "20:100");
    verdict = done_upto(&a, 3);
    verdict.back = 8;
    assert_int_equal(tell(&a, &verdict)->range_hi, 8);
    check_ranges(verbs.keys.queue, "8:100");
    verdict = done_upto(&a, 4);
    verdict.back = 4;
    assert_int_equal(tell(&a, &verdict)->range_hi, -1);
    check_ranges(verbs.keys.queue, "4:100");
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* Plain tasks and ranges wait in one queue; a batch of plain tasks ends before a range, and a range is alone
 * in the hand. */
static void test_range__waits_among_plain_tasks(void **state)
{
    const struct skep_range_put put = range_job(100);
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_range_verdict verdict;
    const struct skep_cycle_reply *reply;

    (void)state;
    push_records(3);
    put_all(&put);
    push_records(20);
    reply = take_range(&holder, 50);
    assert_int_equal(reply->n_tasks, 3);
    check_task(reply, 2, "r2");
    assert_int_equal(take_range(&holder, 50)->n_tasks, 0); /* the hand is not empty */
    settle(&holder, 3);
    assert_int_equal(take_range(&holder, 50)->range_hi, 50);
    assert_int_equal(take_range(&holder, 50)->n_tasks, 0);
    verdict = done_upto(&holder, 50);
    assert_int_equal(tell(&holder, &verdict)->range_hi, -1);
    check_audit();
    skep_conn_free(conn);
}

/* Who has nothing to do takes the upper half of the largest range that another holds; the other learns it
 * when it says that it has done more than it has. */
static void test_range__is_stolen_by_halves(void **state)
{
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b = open_holder(&b);
    const struct skep_cycle steal = {.want = 1, .range_job = "j", .range_want = 5, .steals = true};
    const struct skep_range_put put = range_job(100);
    struct skep_range_verdict verdict;
    const struct skep_cycle_reply *reply;

    (void)state;
    put_all(&put);
    take_range(&a, 6);
    verdict = done_upto(&a, 2);
    tell(&a, &verdict);
    say("DEL", verbs.keys.queue, NULL);
    assert_int_equal(take_range(&b, 5)->n_tasks, 0); /* without `steals` nothing is stolen */
    reply = cycle(&b, &steal);
    assert_int_equal(reply->n_tasks, 1);
    assert_int_equal(reply->range_hi, 6);
    check_ranges(a.held_key, "2:4");
    check_ranges(b.held_key, "4:6");
    check_audit();
    verdict = done_upto(&a, 6);
    reply = tell(&a, &verdict);
    assert_true(reply->is_cut);
    assert_int_equal(reply->range_hi, 4);
    assert_int_equal(a.n_held, 1);
    check_ranges(a.held_key, "2:4");
    verdict = done_upto(&a, 4);
    assert_int_equal(tell(&a, &verdict)->range_hi, -1);
    check_audit();
    assert_int_equal(stat_of("done"), 4);
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* A reply that was lost is given again: to who took, to who told, to who stole. */
static void test_range__is_taken_once(void **state)
{
    const struct skep_range_put put = range_job(100);
    static struct skep_cycle_reply reply;
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_range_verdict verdict;

    (void)state;
    put_all(&put);
    assert_int_equal(shutdown(skep_conn_fd(conn), SHUT_RD), 0);
    assert_int_equal(skep_holder_cycle(&holder,
                                       &(struct skep_cycle){.want = 1, .range_job = "j", .range_want = 7},
                                       &reply, NULL),
                     SKEP_E_UNREACHABLE);
    assert_int_equal(skep_holder_cycle_again(&holder, &reply, NULL), SKEP_OK);
    assert_true(reply.is_replay);
    assert_int_equal(reply.range_hi, 7);
    assert_int_equal(reply.n_tasks, 1);
    assert_string_equal(strchr(reply.tasks[0].bytes, '\n') + 1, RANGE_SPEC);
    verdict = done_upto(&holder, 3);
    assert_int_equal(shutdown(skep_conn_fd(conn), SHUT_RD), 0);
    assert_int_equal(
        skep_holder_cycle(&holder, &(struct skep_cycle){.range = &verdict, .want = 3}, &reply, NULL),
        SKEP_E_UNREACHABLE);
    assert_int_equal(skep_holder_cycle_again(&holder, &reply, NULL), SKEP_OK);
    assert_true(reply.is_replay);
    assert_int_equal(reply.n_tasks, 0);
    assert_int_equal(reply.range_hi, 7);
    assert_int_equal(holder.range.lo, 3);
    check_range_job("3+0+0 of 100: running");
    check_ranges(holder.held_key, "3:7");
    check_audit();
    skep_conn_free(conn);
}

/* What is put again is in already; the pieces of a job may come in several calls. */
static void test_range__is_put_once(void **state)
{
    const struct skep_range first[] = {{3, 5}, {7, 8}}, second[] = {{20, 30}};
    struct skep_range_put put = range_job(100);

    (void)state;
    put.n_done = 87;
    assert_int_equal(put_pieces(&put, 0, first, 2), 3);
    assert_int_equal(put_pieces(&put, 0, first, 2), 3);
    check_range_job("87+0+0 of 100: pushing");
    assert_int_equal(put_pieces(&put, 3, second, 1), 13);
    assert_int_equal(put_pieces(&put, 3, second, 1), 13);
    assert_int_equal(put_pieces(&put, 0, first, 2), 13);
    check_ranges(verbs.keys.queue, "3:5 7:8 20:30");
    check_range_job("87+0+0 of 100: running");
    assert_int_equal(stat_of("put"), 13);
    assert_int_equal(say_number("SCARD", SKEP_KEY_QUEUES), 1);
}

/* A job of which everything was done before is over when it is put. */
static void test_range__of_which_nothing_is_left(void **state)
{
    struct skep_range_put put = range_job(100);

    (void)state;
    put.n_done = 100;
    assert_int_equal(put_pieces(&put, 0, NULL, 0), 0);
    check_range_job("100+0+0 of 100: done");
    assert_int_equal(say_number("EXISTS", verbs.keys.queue), 0);
}

/* ---- refuses ---- */

static void check_put(const struct skep_range_put *put, int64_t n_before, skep_status status,
                      const char *words)
{
    const struct skep_range piece = {n_before, n_before + 1};
    struct digest before = state_digest();
    struct skep_error err = {0};
    int64_t n_put;

    say("SADD", SKEP_KEY_QUEUES, "q", NULL);
    before = state_digest();
    check_failure(skep_range_put(verbs.watcher, &verbs.keys, put, n_before, &piece, 1, &n_put, &err), status,
                  &err, words);
    check_unchanged(&before);
}

/* A name is one job's: another spec under it, a push under it, or a range job under that of a push are
 * refused. */
static void test_range__has_its_name_alone(void **state)
{
    static const struct skep_bytes record = {"{}", 2};
    struct skep_range_put put = range_job(100), other = range_job(100), pushed = range_job(5);
    struct skep_put push;
    struct skep_error err = {0};

    (void)state;
    put_all(&put);
    other.spec = "{}";
    other.spec_n = 2;
    check_put(&other, 0, SKEP_E_CONFLICT, "has another job \"j\"");
    assert_int_equal(skep_put_init(&push, verbs.watcher, "q", "j", NULL), SKEP_OK);
    push.n_announced = 1;
    assert_int_equal(skep_put_send(&push, &record, 1, NULL), SKEP_OK);
    check_failure(skep_put_drain(&push, &err), SKEP_E_CONFLICT, &err, "somebody else");
    assert_int_equal(skep_put_init(&push, verbs.watcher, "q", "pushed", NULL), SKEP_OK);
    assert_int_equal(skep_put_send(&push, &record, 1, NULL), SKEP_OK);
    assert_int_equal(skep_put_drain(&push, NULL), SKEP_OK);
    pushed.job = "pushed";
    check_put(&pushed, 0, SKEP_E_CONFLICT, "has another job \"pushed\"");
    pushed.job = "two words";
    check_put(&pushed, 0, SKEP_E_USAGE, "no name of a job");
}

/* A put waits while the queue is full, is refused when the server has forgotten what came before, and when
 * the job is cancelled. */
static void test_range__is_refused(void **state)
{
    const struct skep_range first = {0, 10};
    struct skep_range_put put = range_job(100);
    const char *job = "j";

    (void)state;
    check_put(&put, 10, SKEP_E_CONFLICT, "has forgotten positions");
    put_pieces(&put, 0, &first, 1);
    say("HSET", verbs.keys.conf, "max_depth", "1", NULL);
    check_put(&put, 10, SKEP_E_FULL, "no room for more");
    say("DEL", verbs.keys.conf, NULL);
    assert_int_equal(skep_cancel_put(verbs.watcher, &verbs.keys, SKEP_CANCEL_JOB, &job, 1, NULL, NULL),
                     SKEP_OK);
    check_put(&put, 10, SKEP_E_CANCELLED, "is cancelled");
}

/* A line that only looks like a range's, and one of a job that nobody knows, are records like any other. */
static void test_range__strange_lines_are_records(void **state)
{
    static const char *const lines[] = {
        "#skep r=0:5\n{}",       "#skep r=5:5 j=j q=1\n",  "#skep r=5:4 j=j q=1\n",
        "#skep r=0:5 j=j",       "#skep r=-1:5 j=j q=1\n", "#skep r=0:5x j=j q=1\n",
        "#skep r=0:5 k=j q=1\n", "#skep r=0:5 j=a%20b\n",  "#skep r=0:5 j=nobody\n{}"};
    enum { N = sizeof lines / sizeof lines[0] };
    struct skep_range_put put = range_job(100);
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    put_all(&put);
    say("DEL", verbs.keys.queue, NULL);
    for (size_t i = 0; i < N; i++) {
        const struct skep_cycle_reply *reply;
        push_bytes(lines[i], strlen(lines[i]));
        reply = take_range(&holder, 1);
        assert_int_equal(reply->n_tasks, 1);
        assert_int_equal(reply->range_hi, -1);
        check_task(reply, 0, lines[i]);
        assert_false(holder.has_range);
        settle(&holder, 1);
    }
    check_audit();
    skep_conn_free(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_range__is_taken_in_chunks, verbs_clear),
        cmocka_unit_test_setup(test_range__of_an_unknown_job_one, verbs_clear),
        cmocka_unit_test_setup(test_range__goes_back_into_one_piece, verbs_clear),
        cmocka_unit_test_setup(test_range__waits_among_plain_tasks, verbs_clear),
        cmocka_unit_test_setup(test_range__is_stolen_by_halves, verbs_clear),
        cmocka_unit_test_setup(test_range__is_taken_once, verbs_clear),
        cmocka_unit_test_setup(test_range__is_put_once, verbs_clear),
        cmocka_unit_test_setup(test_range__of_which_nothing_is_left, verbs_clear),
        cmocka_unit_test_setup(test_range__has_its_name_alone, verbs_clear),
        cmocka_unit_test_setup(test_range__is_refused, verbs_clear),
        cmocka_unit_test_setup(test_range__strange_lines_are_records, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
