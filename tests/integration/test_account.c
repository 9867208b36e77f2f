/* SPDX-License-Identifier: MIT */
/* What tasks have used, on a real server: it is added by the call that settles them, and by no other. That it
 * is so in every sequence of moves is test_model.c's; what is kept of it, and how long,
 * test_account_bounds.c's. */
#include "support/test.h"
#include "account_verbs.h"
#include "range_verbs.h"

#include <stdio.h>

#include "queue/beat.h"

/* Of a queue that nobody has ever used nothing is known. */
static void test_account__of_nothing(void **state)
{
    (void)state;
    check_account(NULL, "");
    check_account("j", "");
    check_slowest("j", "");
    assert_int_equal(say_number("DBSIZE", NULL), 0);
}

/* A cycle adds to the queue and to the job what it says; the peak is the largest, and the times are those of
 * the first beginning and the last end. */
static void test_account__is_added_by_the_cycle(void **state)
{
    struct skep_account_job later = {
        .job = "j", .adds = news.jobs[0].adds, .n_adds = 1, .peak_rss_bytes = 999};
    struct skep_account_news other = {.jobs = &later, .n_jobs = 1};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_cycle cycle_of_one = settling();
    int64_t first_ms, now_ms;

    (void)state;
    announce("j", "3");
    push_records(3);
    take(&holder, 1);
    first_ms = cycle(&holder, &cycle_of_one)->now_ms;
    check_account(NULL, ONCE);
    check_account("j", ONCE_OF_J);
    check_slowest("j", "7 host 0:8.5 8 host 1:0.25");
    assert_int_equal(field_of("j", "from_ms"), first_ms - 9000);
    assert_int_equal(field_of("j", "to_ms"), first_ms);
    now_ms = cycle(&holder, &(struct skep_cycle){.account = &other})->now_ms;
    check_account(NULL, ONCE);
    check_account("j", "attempts=4 wall_ns=9000000000 w:W=5 peak_rss_bytes=1000");
    assert_int_equal(field_of("j", "from_ms"), first_ms - 9000);
    assert_int_equal(field_of("j", "to_ms"), now_ms);
    later.peak_rss_bytes = 1001;
    later.spent_ms = 100000;
    now_ms = cycle(&holder, &(struct skep_cycle){.account = &other})->now_ms;
    assert_int_equal(field_of("j", "peak_rss_bytes"), 1001);
    assert_int_equal(field_of("j", "from_ms"), now_ms - 100000);
    skep_conn_free(conn);
}

/* Numbers keep all their digits: time in ns leaves what a double holds after some months. */
static void test_account__large_numbers(void **state)
{
    static const struct skep_account_add large = {"ns:echo", 1};
    static const struct skep_account_news one = {.adds = &large, .n_adds = 1};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    say("HSET", verbs.keys.account, "ns:echo", "9007199254740993000", NULL);
    cycle(&holder, &(struct skep_cycle){.account = &one});
    check_account(NULL, "ns:echo=9007199254740993001");
    skep_conn_free(conn);
}

/* With a range in the hand it goes behind what is told of it. */
static void test_account__of_a_range(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_range_verdict verdict = done_upto(&holder, 4);

    (void)state;
    cycle(&holder, &(struct skep_cycle){.range = &verdict, .account = &news});
    check_account(NULL, ONCE);
    check_account("j", ONCE_OF_J);
    cycle(&holder, &(struct skep_cycle){.account = &news}); /* nothing of the range is told */
    check_account(NULL, TWICE);
    assert_int_equal(holder.range.lo, 4);
    check_audit();
    skep_conn_free(conn);
}

/* What a task had used whose slot was ended for it goes with its verdict: once, and not when somebody else
 * has the task now. */
static void test_account__of_who_was_ended(void **state)
{
    static const struct skep_verdict buried = {
        .kind = SKEP_BURY, .record = {"#skep cause=x\nr0", 16}, .job = "j"};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_death death = {.worker = holder.worker,
                               .observed = -1,
                               .running = 0,
                               .info = "",
                               .verdict = &buried,
                               .position = -1,
                               .account = &news};
    int64_t moved;

    (void)state;
    announce("j", "4");
    push_records(4);
    take(&holder, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
        assert_int_equal(moved, i == 0 ? 1 : -1);
        check_account(NULL, ONCE);
        check_account("j", ONCE_OF_J);
    }
    skep_conn_free(conn);
    conn = open_holder(&holder);
    death.worker = holder.worker;
    death.running = 7; /* settled long ago */
    take(&holder, 1);
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
    assert_int_equal(moved, 1);
    check_account(NULL, ONCE);
    skep_conn_free(conn);
}

/* The same of a position of a range. */
static void test_account__of_who_was_ended_in_a_range(void **state)
{
    static const struct skep_verdict retried = {
        .kind = SKEP_RETRY, .record = TEXT("#skep r=3:4 j=j q=1 try=1\n"), .delay_ms = 100000};
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_death death = {.worker = holder.worker,
                               .observed = -1,
                               .running = 0,
                               .info = "",
                               .verdict = &retried,
                               .position = 3,
                               .account = &news};
    int64_t moved;

    (void)state;
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
    assert_int_equal(moved, 9);
    check_account(NULL, ONCE);
    check_account("j", ONCE_OF_J);
    check_audit();
    skep_conn_free(conn);
    say("FLUSHALL", NULL);
    conn = hold_ten(&holder);
    death.worker = holder.worker;
    death.position = 999; /* somebody has stolen it */
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
    assert_int_equal(moved, 10);
    check_account(NULL, "");
    skep_conn_free(conn);
}

/* A slot that is ended without a verdict has used nothing that anybody knows of. */
static void test_account__of_a_crash(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    const struct skep_death death = {
        .worker = holder.worker, .observed = -1, .running = 0, .info = "", .position = -1, .account = &news};
    int64_t moved;

    (void)state;
    push_records(2);
    take(&holder, 1);
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys, &death, &moved, NULL), SKEP_OK);
    assert_int_equal(moved, 1);
    check_account(NULL, "");
    skep_conn_free(conn);
}

/* ---- the slowest ---- */

static void tell_slow(struct skep_holder *holder, double seconds, const char *what)
{
    const struct skep_account_slow one = {seconds, what};
    const struct skep_account_job job = {.job = "j", .slow = &one, .n_slow = 1};

    cycle(holder, &(struct skep_cycle){.account = &(struct skep_account_news){.jobs = &job, .n_jobs = 1}});
}

/* Ten are kept, whatever comes in whatever order; of a task that was slow twice the longer time. */
static void test_account__ten_are_kept(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    announce("j", "100");
    for (int i = 0; i < 30; i++) {
        char what[32];
        int n = i * 7 % 30; /* each of 0 to 29 once */
        snprintf(what, sizeof what, "%d h 0", n);
        tell_slow(&holder, n / 4.0, what);
    }
    check_slowest("j",
                  "29 h 0:7.25 28 h 0:7 27 h 0:6.75 26 h 0:6.5 25 h 0:6.25 24 h 0:6 23 h 0:5.75 22 h 0:5.5 "
                  "21 h 0:5.25 20 h 0:5");
    assert_int_equal(say_number("ZCARD", "{skep:q}:slow:j"), SKEP_ACCOUNT_SLOWEST);
    tell_slow(&holder, 5.125, "29 h 0"); /* it was slower before */
    tell_slow(&holder, 99, "20 h 0");
    check_slowest("j",
                  "20 h 0:99 29 h 0:7.25 28 h 0:7 27 h 0:6.75 26 h 0:6.5 25 h 0:6.25 24 h 0:6 23 h 0:5.75 "
                  "22 h 0:5.5 21 h 0:5.25");
    skep_conn_free(conn);
}

/* ---- once ---- */

/* A cycle that comes twice is answered, and adds nothing the second time. */
static void test_account__a_replay_adds_nothing(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_holder twin;
    struct skep_cycle cycle_of_one = settling();

    (void)state;
    announce("j", "3");
    push_records(3);
    take(&holder, 1);
    twin = holder;
    twin.conn = verbs.watcher;
    cycle(&twin, &cycle_of_one);
    assert_true(cycle(&holder, &cycle_of_one)->is_replay);
    check_account(NULL, ONCE);
    check_account("j", ONCE_OF_J);
    skep_conn_free(conn);
}

/* A cycle that is refused (fenced, out of step, cut) adds nothing. */
static void test_account__who_is_refused_adds_nothing(void **state)
{
    static struct skep_cycle_reply reply;
    struct skep_range_verdict verdict;
    struct skep_holder holder, thief;
    struct skep_conn *conn = open_holder(&holder), *other;
    struct skep_cycle cycle_of_one = settling();

    (void)state;
    announce("j", "3");
    push_records(3);
    take(&holder, 1);
    say("ZREM", verbs.keys.workers, holder.worker, NULL);
    assert_int_equal(skep_holder_cycle(&holder, &cycle_of_one, &reply, NULL), SKEP_E_FENCED);
    skep_conn_free(conn);
    conn = open_holder(&holder);
    take(&holder, 1);
    say("HSET", verbs.keys.cycle, holder.worker, "17 0", NULL);
    assert_int_equal(skep_holder_cycle(&holder, &cycle_of_one, &reply, NULL), SKEP_E_FENCED);
    assert_int_equal(stat_of("fenced"), 1);
    assert_int_equal(stat_of("out_of_step"), 1);
    check_account(NULL, "");
    check_account("j", "");
    skep_conn_free(conn);
    say("FLUSHALL", NULL);
    conn = hold_ten(&holder);
    say("DEL", verbs.keys.queue, NULL);
    other = open_holder(&thief);
    cycle(&thief, &(struct skep_cycle){.want = 1, .range_job = "j", .range_want = 10, .steals = true});
    assert_int_equal(thief.range.lo, 5);
    verdict = done_upto(&holder, 10);
    assert_true(cycle(&holder, &(struct skep_cycle){.range = &verdict, .account = &news})->is_cut);
    check_account(NULL, "");
    check_account("j", "");
    check_slowest("j", "");
    skep_conn_free(conn);
    skep_conn_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_account__of_nothing, verbs_clear),
        cmocka_unit_test_setup(test_account__is_added_by_the_cycle, verbs_clear),
        cmocka_unit_test_setup(test_account__large_numbers, verbs_clear),
        cmocka_unit_test_setup(test_account__of_a_range, verbs_clear),
        cmocka_unit_test_setup(test_account__of_who_was_ended, verbs_clear),
        cmocka_unit_test_setup(test_account__of_who_was_ended_in_a_range, verbs_clear),
        cmocka_unit_test_setup(test_account__of_a_crash, verbs_clear),
        cmocka_unit_test_setup(test_account__ten_are_kept, verbs_clear),
        cmocka_unit_test_setup(test_account__a_replay_adds_nothing, verbs_clear),
        cmocka_unit_test_setup(test_account__who_is_refused_adds_nothing, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
