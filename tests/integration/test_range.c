/* SPDX-License-Identifier: MIT */
/* Range jobs on a real server: one record for n tasks, of which slots cut chunks. That every sequence of
 * moves leaves every position in one place is test_model.c's. */
#include "support/test.h"
#include "verbs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "queue/beat.h"
#include "queue/job.h"
#include "queue/range.h"

#define SPEC "{\"kernel\":\"echo\"}"

static const struct skep_range_put job_of_100 = {
    .job = "j", .spec = SPEC, .spec_n = sizeof SPEC - 1, .n = 100};

static int64_t put_pieces(const struct skep_range_put *put, int64_t n_before, const struct skep_range *pieces,
                          size_t n)
{
    struct skep_error err = {0};
    int64_t n_put;

    if (skep_range_put(verbs.watcher, &verbs.keys, put, n_before, pieces, n, &n_put, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return n_put;
}

static void put_all(const struct skep_range_put *put)
{
    const struct skep_range all = {0, put->n};

    assert_int_equal(put_pieces(put, 0, &all, 1), put->n);
}

/* The ranges of a list in words: "0:5 7:9"; what a line has behind its positions is left out. */
static void check_ranges(const char *key, const char *wanted)
{
    const struct skep_reply *reply = say("LRANGE", key, "0", "-1", NULL);
    char text[512] = "", job[SKEP_RANGE_JOB_BYTES];
    size_t n = 0;

    for (size_t i = 0; i < reply->n; i++) {
        struct skep_range range;
        if (!skep_range_read_line(reply->items[i].bytes, reply->items[i].length, &range, job)) {
            fail_msg("%s", reply->items[i].bytes);
        }
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%" PRId64 ":%" PRId64, n > 0 ? " " : "", range.lo,
                              range.hi);
    }
    assert_string_equal(text, wanted);
}

static const struct skep_cycle_reply *take_range(struct skep_holder *holder, int64_t want)
{
    return cycle(holder, &(struct skep_cycle){.want = 10, .range_job = "j", .range_want = want});
}

/* The positions below UPTO are done. */
static struct skep_range_verdict done_upto(const struct skep_holder *holder, int64_t upto)
{
    return (struct skep_range_verdict){
        .upto = upto, .back = -1, .n_done = upto - holder->range.lo, .hit = -1, .hit_index = -1};
}

static const struct skep_cycle_reply *tell(struct skep_holder *holder,
                                           const struct skep_range_verdict *verdict)
{
    return cycle(holder, &(struct skep_cycle){.range = verdict});
}

static void check_job(const char *counts)
{
    struct skep_job job;
    char text[64];

    assert_int_equal(skep_job_read(verbs.watcher, &verbs.keys, "j", &job, NULL), SKEP_OK);
    snprintf(text, sizeof text, "%" PRId64 "+%" PRId64 "+%" PRId64 " of %" PRId64, job.n_done, job.n_failed,
             job.n_cancelled, job.n_announced);
    assert_string_equal(text, counts);
}

/* A chunk is a line and the spec; its size is what was asked for, and at most half a fair share. What is told
 * shrinks it. */
static void test_range__is_taken_in_chunks(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    const struct skep_cycle_reply *reply;
    struct skep_range_verdict verdict;

    (void)state;
    put_all(&job_of_100);
    assert_int_equal(say_number("LLEN", verbs.keys.queue), 1);
    reply = take_range(&holder, 30);
    assert_int_equal(reply->n_tasks, 1);
    assert_int_equal(reply->range_hi, 30);
    assert_non_null(strstr(reply->tasks[0].bytes, "#skep r=0:30 j=j q="));
    assert_string_equal(strchr(reply->tasks[0].bytes, '\n') + 1, SPEC);
    assert_true(holder.has_range);
    assert_string_equal(holder.range_job, "j");
    check_ranges(verbs.keys.queue, "30:100");
    verdict = done_upto(&holder, 10);
    reply = tell(&holder, &verdict);
    assert_int_equal(reply->range_hi, 30);
    assert_int_equal(reply->n_tasks, 0);
    check_ranges(holder.held_key, "10:30");
    check_job("10+0+0 of 100");
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
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    put_all(&job_of_100);
    assert_int_equal(take(&holder, 5)->n_tasks, 0);
    assert_int_equal(
        cycle(&holder, &(struct skep_cycle){.want = 1, .range_job = "other", .range_want = 50})->range_hi, 1);
    check_ranges(verbs.keys.queue, "1:100");
    skep_conn_free(conn);
}

/* What goes back is one with what waits, as if it had never been away. */
static void test_range__goes_back_into_one_piece(void **state)
{
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b = open_holder(&b);
    struct skep_range_verdict verdict;

    (void)state;
    put_all(&job_of_100);
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
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_range_verdict verdict;
    const struct skep_cycle_reply *reply;

    (void)state;
    push_records(3);
    put_all(&job_of_100);
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
    struct skep_range_put put = job_of_100;
    struct skep_range_verdict verdict;
    const struct skep_cycle_reply *reply;

    (void)state;
    put.n = 4;
    put_all(&put);
    take_range(&a, 100);
    verdict = done_upto(&a, 1);
    assert_int_equal(a.range.hi, 1); /* of 4, with two slots: 1 */
    tell(&a, &verdict);
    take_range(&a, 100);
    verdict = done_upto(&a, 2);
    tell(&a, &verdict);
    say("DEL", verbs.keys.queue, NULL);
    push_bytes("#skep r=2:9 j=j q=1\n", 20);
    say("LMOVE", verbs.keys.queue, verbs.keys.queue, "LEFT", "LEFT", NULL);
    say("ZREM", verbs.keys.workers, b.worker, NULL);
    take_range(&a, 100); /* ceil(7 / 2) */
    say("ZADD", verbs.keys.workers, "0", b.worker, NULL);
    check_ranges(a.held_key, "2:6");
    say("DEL", verbs.keys.queue, NULL);
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
    static struct skep_cycle_reply reply;
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_range_verdict verdict;

    (void)state;
    put_all(&job_of_100);
    assert_int_equal(shutdown(skep_conn_fd(conn), SHUT_RD), 0);
    assert_int_equal(skep_holder_cycle(&holder,
                                       &(struct skep_cycle){.want = 1, .range_job = "j", .range_want = 7},
                                       &reply, NULL),
                     SKEP_E_UNREACHABLE);
    assert_int_equal(skep_holder_cycle_again(&holder, &reply, NULL), SKEP_OK);
    assert_true(reply.is_replay);
    assert_int_equal(reply.range_hi, 7);
    assert_int_equal(reply.n_tasks, 1);
    assert_string_equal(strchr(reply.tasks[0].bytes, '\n') + 1, SPEC);
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
    check_job("3+0+0 of 100");
    check_ranges(holder.held_key, "3:7");
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
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
