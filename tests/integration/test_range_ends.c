/* SPDX-License-Identifier: MIT */
/* How positions of a range job end other than well: failed, tried again, in a slot that died, stopped by a
 * hit, cancelled, forgotten. */
#include "support/test.h"
#include "range_verbs.h"

#include <stdlib.h>

#include "queue/acks.h"
#include "queue/beat.h"
#include "queue/cancel.h"

#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        literal, sizeof literal - 1                                                                          \
    }

/* A job of 1000 positions, of which HOLDER has the first ten. */
static struct skep_conn *hold_ten(struct skep_holder *holder)
{
    const struct skep_range_put put = range_job(1000);
    struct skep_conn *conn = open_holder(holder);

    put_all(&put);
    assert_int_equal(take_range(holder, 10)->range_hi, 10);
    return conn;
}

/* ---- failures ---- */

/* One call tells what is done, what failed for good and what is to be tried again; that one comes back as a
 * line of its own, and a requeued letter, too. */
static void test_range_ends__positions_fail_one_by_one(void **state)
{
    static const struct skep_verdict retry = {
        .kind = SKEP_RETRY, .record = TEXT("#skep r=4:5 q=1 j=j try=1 u=x\n"), .delay_ms = 1000000};
    static const struct skep_verdict dead = {
        .kind = SKEP_BURY,
        .record = TEXT("#skep j=j cause=numeric\n#skep r=2:3 j=j i=2\n{\"kernel\":\"echo\"}"),
        .result = TEXT("failed")};
    static const struct skep_bytes results[] = {TEXT("done-0"), TEXT("done-1")};
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_range_verdict verdict = {.upto = 6,
                                         .back = -1,
                                         .n_done = 4,
                                         .n_failed = 1,
                                         .retries = &retry,
                                         .n_retries = 1,
                                         .dead = &dead,
                                         .n_dead = 1,
                                         .results = results,
                                         .n_results = 2,
                                         .hit = -1,
                                         .hit_index = -1};
    const struct skep_cycle_reply *reply;
    int64_t matched;

    (void)state;
    tell(&holder, &verdict);
    check_ranges(holder.held_key, "6:10");
    check_range_job("4+1+0 of 1000: running");
    check_list(verbs.keys.out, "done-0 done-1 failed");
    assert_int_equal(say_number("ZCARD", verbs.keys.delayed), 1);
    assert_int_equal(stat_of("dead"), 1);
    assert_int_equal(stat_of("retried"), 1);
    check_audit();
    assert_int_equal(skep_dead_sift(verbs.watcher, &verbs.keys, true, " cause=numeric ", &matched, NULL),
                     SKEP_OK);
    assert_int_equal(matched, 1);
    check_range_job("4+0+0 of 1000: running");
    check_ranges(verbs.keys.queue, "10:1000 2:3");
    say("ZINCRBY", verbs.keys.delayed, "-9999999", retry.record.bytes, NULL);
    cycle(&holder, &(struct skep_cycle){.n_back = 1});
    check_ranges(verbs.keys.queue, "4:5 6:1000 2:3"); /* what is due goes in front */
    reply = take_range(&holder, 10);
    assert_int_equal(reply->range_hi, 5);
    assert_non_null(strstr(reply->tasks[0].bytes, "#skep r=4:5 q=1 j=j try=1 u=x\n" RANGE_SPEC));
    say("LMOVE", verbs.keys.queue, verbs.keys.queue, "RIGHT", "LEFT", NULL);
    verdict = done_upto(&holder, 5);
    reply = cycle(&holder,
                  &(struct skep_cycle){.range = &verdict, .want = 1, .range_job = "j", .range_want = 10});
    assert_int_equal(reply->range_hi, 3);
    assert_non_null(strstr(reply->tasks[0].bytes, "#skep r=2:3 j=j i=2\n" RANGE_SPEC));
    skep_conn_free(conn);
}

/* A whole chunk may fail with one letter; requeued it is a chunk again. */
static void test_range_ends__a_chunk_fails_as_one(void **state)
{
    static const struct skep_verdict dead = {.kind = SKEP_BURY,
                                             .record = TEXT("#skep j=j cause=bad-args\n#skep r=0:10 j=j\n")};
    const struct skep_range_verdict verdict = {
        .upto = 10, .back = -1, .n_failed = 10, .dead = &dead, .n_dead = 1, .hit = -1, .hit_index = -1};
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    int64_t matched;

    (void)state;
    tell(&holder, &verdict);
    check_range_job("0+10+0 of 1000: running");
    assert_int_equal(stat_of("dead"), 10);
    check_audit();
    assert_int_equal(skep_dead_sift(verbs.watcher, &verbs.keys, true, "", &matched, NULL), SKEP_OK);
    check_range_job("0+0+0 of 1000: running");
    check_ranges(verbs.keys.queue, "10:1000 0:10");
    skep_conn_free(conn);
}

/* A letter of a job that was forgotten is a task of no job; one of an earlier job of the same name stays
 * where it is. */
static void test_range_ends__letters_outlive_their_job(void **state)
{
    struct skep_range_put put = range_job(1);
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    int64_t matched;

    (void)state;
    put.n_done = 1;
    put_pieces(&put, 0, NULL, 0);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", false, NULL), SKEP_OK);
    say("RPUSH", verbs.keys.dead, "#skep j=j cause=io\n#skep r=5:6 j=j i=5\n{\"t\":5}", NULL);
    assert_int_equal(skep_dead_sift(verbs.watcher, &verbs.keys, true, "", &matched, NULL), SKEP_OK);
    put.n = 10; /* the name is taken again, by a job that has nothing to do with it */
    put_pieces(&put, 0, &(struct skep_range){1, 10}, 1);
    check_task(take_range(&holder, 1), 0, "#skep i=5\n{\"t\":5}");
    assert_false(holder.has_range);
    settle(&holder, 1);
    check_range_job("1+0+0 of 10: running");
    say("RPUSH", verbs.keys.dead, "#skep j=j cause=io\n#skep r=5:6 j=j i=5 q=1\n{\"t\":5}", NULL);
    assert_int_equal(skep_dead_sift(verbs.watcher, &verbs.keys, true, "", &matched, NULL), SKEP_OK);
    assert_int_equal(matched, 0);
    assert_int_equal(say_number("LLEN", verbs.keys.dead), 1);
    check_audit();
    skep_conn_free(conn);
}

/* ---- death ---- */

static int64_t die(const struct skep_holder *holder, int64_t running, int64_t position,
                   const struct skep_verdict *verdict)
{
    const struct skep_death death = {holder->worker, -1, running, "signal=11", verdict, position};
    int64_t moved;

    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
    return moved;
}

/* The position that ran has crashed once and keeps its place; the second time it is a suspect, and is taken
 * alone with its history; when it is done its crashes are forgotten. */
static void test_range_ends__one_position_is_blamed(void **state)
{
    struct skep_holder a, b, c;
    struct skep_conn *conn_a = hold_ten(&a), *conn_b, *conn_c;
    const struct skep_cycle_reply *reply;
    struct skep_range_verdict verdict;

    (void)state;
    verdict = done_upto(&a, 2);
    tell(&a, &verdict);
    assert_int_equal(die(&a, (int64_t)a.n_settled, 5, NULL), 8);
    check_ranges(verbs.keys.queue, "2:5 5:6 6:1000");
    check_audit();
    say("LPOP", verbs.keys.queue, NULL);
    conn_b = open_holder(&b);
    assert_int_equal(take_range(&b, 10)->range_hi, 6);
    check_ranges(b.held_key, "5:6");
    cycle(&b, &(struct skep_cycle){.n_back = 1});
    check_ranges(verbs.keys.queue, "5:6 6:1000"); /* it stays alone */
    take_range(&b, 10);
    assert_int_equal(die(&b, (int64_t)b.n_settled, 5, NULL), 1);
    check_ranges(verbs.keys.suspect, "5:6");
    assert_int_equal(stat_of("crashes"), 2);
    conn_c = open_holder(&c);
    reply = take_range(&c, 10);
    assert_int_equal(reply->flags, SKEP_FLAG_SUSPECT);
    assert_int_equal(reply->crashes, 2);
    assert_string_equal(reply->crash_info, "signal=11\nsignal=11");
    assert_int_equal(reply->range_hi, 6);
    cycle(&c, &(struct skep_cycle){.n_back = 1, .want = 1, .range_job = "j", .range_want = 1});
    check_ranges(c.held_key, "5:6");
    assert_int_equal(stat_of("given_back"), 2);
    verdict = done_upto(&c, 6);
    tell(&c, &verdict);
    assert_int_equal(say_number("EXISTS", verbs.keys.crashes), 0);
    check_audit();
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
    skep_conn_free(conn_c);
}

/* Where nobody knows what ran, halves go back and nobody is blamed, until one position is left. */
static void test_range_ends__halves_find_the_culprit(void **state)
{
    static const char *const left[] = {"0:5 5:10 10:1000", "0:3 3:5 5:10 10:1000",
                                       "0:2 2:3 3:5 5:10 10:1000"};
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        int64_t n = holder.range.hi - holder.range.lo;
        assert_int_equal(die(&holder, SKEP_RUNNING_HEAD, -1, NULL), n);
        check_ranges(verbs.keys.queue, left[i]);
        check_audit();
        skep_conn_free(conn);
        conn = open_holder(&holder);
        /* all of the half, which is more than a fair share */
        say("LMOVE", verbs.keys.queue, holder.held_key, "LEFT", "RIGHT", NULL);
        say("HINCRBY", verbs.keys.stat, "taken", i == 0 ? "5" : i == 1 ? "3" : "2", NULL);
        say("HSET", verbs.keys.cycle, holder.worker, "1 0r", NULL);
        holder.range = (struct skep_range){0, i == 0 ? 5 : i == 1 ? 3 : 2};
    }
    assert_int_equal(stat_of("crashes"), 0);
    assert_int_equal(die(&holder, SKEP_RUNNING_HEAD, -1, NULL), 2);
    skep_conn_free(conn);
    conn = open_holder(&holder);
    take_range(&holder, 10);
    assert_int_equal(die(&holder, SKEP_RUNNING_HEAD, -1, NULL), 1);
    assert_int_equal(stat_of("crashes"), 1);
    check_ranges(verbs.keys.queue, "0:1 1:2 2:3 3:5 5:10 10:1000");
    check_audit();
    skep_conn_free(conn);
}

/* A position that the dead slot did not hold any more (it was stolen, or settled) is nobody's fault; nor is
 * one of a slot in which nothing ran. */
static void test_range_ends__nobody_is_blamed_in_vain(void **state)
{
    static const int64_t cases[][2] = {{0, 3}, {0, 10}, {7, 5}, {SKEP_RUNNING_NONE, 5}};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct skep_holder holder;
        struct skep_conn *conn;
        struct skep_range_verdict verdict;
        say("FLUSHALL", NULL);
        conn = hold_ten(&holder);
        verdict = done_upto(&holder, 4);
        tell(&holder, &verdict);
        assert_int_equal(die(&holder, cases[i][0], cases[i][1], NULL), 6);
        check_ranges(verbs.keys.queue, "4:1000");
        assert_int_equal(stat_of("crashes"), 0);
        assert_int_equal(say_number("EXISTS", holder.held_key), 0);
        check_audit();
        skep_conn_free(conn);
    }
}

/* A slot that was ended for what a position did: that one is settled, the others go back. */
static void test_range_ends__a_verdict_on_one_position(void **state)
{
    static const struct skep_verdict retry = {
        .kind = SKEP_RETRY, .record = TEXT("#skep r=5:6 q=1 j=j try=1\n"), .delay_ms = 1000000, .job = "j"};
    static const struct skep_verdict cancel = {.kind = SKEP_CANCEL, .job = "j", .result = TEXT("cancelled")};
    struct skep_holder a, b;
    struct skep_conn *conn_a = hold_ten(&a), *conn_b = open_holder(&b);

    (void)state;
    take_range(&b, 10);
    assert_int_equal(die(&a, 0, 5, &retry), 9);
    check_ranges(verbs.keys.queue, "0:5 6:10 20:1000");
    assert_int_equal(say_number("ZCARD", verbs.keys.delayed), 1);
    assert_int_equal(die(&b, 0, 19, &cancel), 9);
    check_ranges(verbs.keys.queue, "10:19 0:5 6:10 20:1000");
    check_range_job("0+0+1 of 1000: running");
    check_list(verbs.keys.out, "cancelled");
    assert_int_equal(stat_of("crashes"), 0);
    check_audit();
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* What ran, with its spec, for who has to give that verdict. */
static void test_range_ends__the_agent_sees_what_ran(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_bytes record;
    struct skep_range range;
    char job[SKEP_RANGE_JOB_BYTES];

    (void)state;
    assert_int_equal(skep_peek_running(verbs.watcher, &verbs.keys, holder.worker, 0, &record, NULL), SKEP_OK);
    assert_true(skep_range_read_line(record.bytes, record.n, &range, job));
    assert_int_equal(range.hi, 10);
    assert_string_equal(strchr(record.bytes, '\n') + 1, RANGE_SPEC);
    assert_int_equal(skep_peek_running(verbs.watcher, &verbs.keys, holder.worker, 1, &record, NULL),
                     SKEP_EMPTY);
    skep_conn_free(conn);
}

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
static void test_range_ends__any_hit_ends_it(void **state)
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
static void test_range_ends__the_lowest_hit_wins(void **state)
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
static void test_range_ends__a_stop_cuts_ranges(void **state)
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

/* ---- cancelling and forgetting ---- */

static void cancel_job(void)
{
    const char *job = "j";

    assert_int_equal(skep_cancel_put(verbs.watcher, &verbs.keys, SKEP_CANCEL_JOB, &job, 1, NULL, NULL),
                     SKEP_OK);
}

/* A cancelled job goes whole: its lines when they come to the head, what is held when it is told. */
static void test_range_ends__is_cancelled_whole(void **state)
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
static void test_range_ends__drops_in_steps(void **state)
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
static void test_range_ends__is_forgotten(void **state)
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
static void test_range_ends__is_forgotten_in_the_midst(void **state)
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

/* A job whose outputs are not gathered is not forgotten by mistake. */
static void test_range_ends__keeps_what_is_not_gathered(void **state)
{
    struct skep_range_put put = range_job(1);

    (void)state;
    put.has_acks = true;
    put.n_done = 1;
    put_pieces(&put, 0, NULL, 0);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", false, NULL), SKEP_E_CONFLICT);
    assert_int_equal(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, NULL), SKEP_OK);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", false, NULL), SKEP_OK);
    assert_int_equal(say_number("DBSIZE", NULL), 1); /* the names of queues */
}

/* A task that is requeued when all was gathered makes its job one with something to gather again: what the
 * task reports is kept, and nobody ends the gathering before it came. */
static void test_range_ends__gathers_what_is_requeued(void **state)
{
    static const struct skep_verdict dead = {.kind = SKEP_BURY,
                                             .record = TEXT("#skep j=j cause=io\n#skep r=1:2 j=j i=1\n{}")};
    const struct skep_range_verdict failed = {
        .upto = 2, .back = -1, .n_failed = 1, .dead = &dead, .n_dead = 1, .hit = -1, .hit_index = -1};
    struct skep_range_put put = range_job(2);
    struct skep_range_verdict done = {
        .upto = 2, .back = -1, .n_done = 1, .hit = -1, .hit_index = -1, .ack = TEXT("an ack")};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_error err = {0};
    int64_t matched;

    (void)state;
    put.has_acks = true;
    put.n_done = 1;
    put_pieces(&put, 0, &(struct skep_range){1, 2}, 1);
    take_range(&holder, 1);
    tell(&holder, &failed);
    assert_int_equal(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, NULL), SKEP_OK);
    assert_int_equal(say_number("SCARD", verbs.keys.gather), 0);
    assert_int_equal(skep_dead_sift(verbs.watcher, &verbs.keys, true, "", &matched, NULL), SKEP_OK);
    assert_int_equal(say_number("SCARD", verbs.keys.gather), 1);
    check_failure(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, &err), SKEP_E_CONFLICT, &err,
                  "has more to gather");
    take_range(&holder, 1);
    tell(&holder, &done);
    assert_int_equal(say_number("LLEN", "{skep:q}:acks:j"), 1);
    check_failure(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, &err), SKEP_E_CONFLICT, &err,
                  "has more to gather");
    say("DEL", "{skep:q}:acks:j", NULL);
    assert_int_equal(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, NULL), SKEP_OK);
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", false, NULL), SKEP_OK);
    check_audit();
    skep_conn_free(conn);
}

/* A job that was cancelled before all of it was put is over with what is in, and can be finished. */
static void test_range_ends__is_finished_though_cut_short(void **state)
{
    struct skep_range_put put = range_job(100);
    struct skep_acks acks;
    struct skep_bytes taken[SKEP_ACKS_WANT];
    size_t n;

    (void)state;
    put.has_acks = true;
    put_pieces(&put, 0, &(struct skep_range){0, 5}, 1);
    cancel_job();
    assert_int_equal(skep_acks_init(&acks, verbs.watcher, "q", "j", NULL), SKEP_OK);
    assert_int_equal(skep_acks_read(&acks, 0, taken, &n, NULL), SKEP_OK);
    assert_false(acks.is_over);
    assert_int_equal(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, NULL), SKEP_E_CONFLICT);
    say("HSET", verbs.keys.jobs, "c:j", "5", NULL);
    assert_int_equal(skep_acks_read(&acks, 0, taken, &n, NULL), SKEP_OK);
    assert_true(acks.is_over);
    assert_int_equal(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, NULL), SKEP_OK);
}

static unsigned beat_flags(void)
{
    struct skep_reply *reply;
    struct skep_beat beat;

    assert_int_equal(skep_beat_send(verbs.watcher, &verbs.keys, NULL, 0, NULL), SKEP_OK);
    assert_int_equal(skep_conn_reply(verbs.watcher, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(skep_beat_read(verbs.watcher, reply, &beat, NULL), SKEP_OK);
    return beat.flags;
}

/* Agents hear of acks that nobody gathers, and of a job that is over and waits for its last word. */
static void test_range_ends__agents_hear_of_what_is_to_gather(void **state)
{
    struct skep_range_put put = range_job(2);

    (void)state;
    assert_int_equal(skep_script_load_all(verbs.watcher, NULL), SKEP_OK);
    put.has_acks = true;
    put.n_done = 1;
    put_pieces(&put, 0, &(struct skep_range){1, 2}, 1);
    assert_int_equal(beat_flags(), 0);
    say("RPUSH", "{skep:q}:acks:j", "ack", NULL);
    assert_int_equal(beat_flags(), SKEP_FLAG_GATHER);
    say("SET", "{skep:q}:gatherer:j", "somebody", NULL);
    assert_int_equal(beat_flags(), 0);
    say("DEL", "{skep:q}:gatherer:j", "{skep:q}:acks:j", NULL);
    say("HSET", verbs.keys.jobs, "d:j", "2", NULL);
    assert_int_equal(beat_flags(), SKEP_FLAG_GATHER);
    assert_int_equal(skep_range_finish(verbs.watcher, &verbs.keys, "j", NULL, 0, NULL), SKEP_OK);
    assert_int_equal(beat_flags(), 0);
}

/* The note that a stop leaves is no cancellation that fades. */
static void test_range_ends__a_stop_does_not_fade(void **state)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_range_ends__positions_fail_one_by_one, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__a_chunk_fails_as_one, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__letters_outlive_their_job, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__one_position_is_blamed, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__halves_find_the_culprit, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__nobody_is_blamed_in_vain, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__a_verdict_on_one_position, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__the_agent_sees_what_ran, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__any_hit_ends_it, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__the_lowest_hit_wins, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__a_stop_cuts_ranges, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__is_cancelled_whole, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__drops_in_steps, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__is_forgotten, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__is_forgotten_in_the_midst, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__keeps_what_is_not_gathered, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__gathers_what_is_requeued, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__is_finished_though_cut_short, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__agents_hear_of_what_is_to_gather, verbs_clear),
        cmocka_unit_test_setup(test_range_ends__a_stop_does_not_fade, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
