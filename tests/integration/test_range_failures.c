/* SPDX-License-Identifier: MIT */
/* Range jobs, positions that do not succeed: failed, tried again, in a slot that died. */
#include "support/test.h"
#include "range_verbs.h"

#include "queue/beat.h"

/* ---- failures ---- */

/* One call tells what is done, what failed for good and what is to be tried again; that one comes back as a
 * line of its own, and a requeued letter, too. */
static void test_range_failures__positions_fail_one_by_one(void **state)
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
static void test_range_failures__a_chunk_fails_as_one(void **state)
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
static void test_range_failures__letters_outlive_their_job(void **state)
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
    const struct skep_death death = {.worker = holder->worker,
                                     .observed = -1,
                                     .running = running,
                                     .info = "signal=11",
                                     .verdict = verdict,
                                     .position = position};
    int64_t moved;

    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
    return moved;
}

/* The position that ran has crashed once and keeps its place; the second time it is a suspect, and is taken
 * alone with its history; when it is done its crashes are forgotten. */
static void test_range_failures__one_position_is_blamed(void **state)
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
static void test_range_failures__halves_find_the_culprit(void **state)
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
static void test_range_failures__nobody_is_blamed_in_vain(void **state)
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
static void test_range_failures__a_verdict_on_one_position(void **state)
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
static void test_range_failures__the_agent_sees_what_ran(void **state)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_range_failures__positions_fail_one_by_one, verbs_clear),
        cmocka_unit_test_setup(test_range_failures__a_chunk_fails_as_one, verbs_clear),
        cmocka_unit_test_setup(test_range_failures__letters_outlive_their_job, verbs_clear),
        cmocka_unit_test_setup(test_range_failures__one_position_is_blamed, verbs_clear),
        cmocka_unit_test_setup(test_range_failures__halves_find_the_culprit, verbs_clear),
        cmocka_unit_test_setup(test_range_failures__nobody_is_blamed_in_vain, verbs_clear),
        cmocka_unit_test_setup(test_range_failures__a_verdict_on_one_position, verbs_clear),
        cmocka_unit_test_setup(test_range_failures__the_agent_sees_what_ran, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
