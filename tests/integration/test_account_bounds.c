/* SPDX-License-Identifier: MIT */
/* What is kept of what tasks have used: of which jobs, how much, how long, and beside what strangers wrote.
 */
#include "support/test.h"
#include "account_verbs.h"
#include "range_verbs.h"

#include <stdio.h>

#include "queue/job.h"

static bool exists(const char *prefix, const char *job)
{
    char key[SKEP_KEY_BYTES + 64];

    snprintf(key, sizeof key, "%s%s", prefix, job);
    return say_number("EXISTS", key) == 1;
}

/* Names in records are anybody's: of a job that nobody has announced nothing is kept. */
static void test_account_bounds__of_announced_jobs_only(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_account_job two[2] = {news.jobs[0], news.jobs[0]};
    struct skep_account_news both = {.jobs = two, .n_jobs = 2};

    (void)state;
    two[0].job = "nobody's";
    announce("j", "3");
    cycle(&holder, &(struct skep_cycle){.account = &both});
    check_account("nobody's", "");
    check_slowest("nobody's", "");
    check_account("j", ONCE_OF_J);
    skep_conn_free(conn);
}

/* Slots come and go for years: of a job some thousand are told apart. */
static void test_account_bounds__of_very_many_slots(void **state)
{
    static const char fill[] = "for i = 1, ARGV[1] do redis.call('HSET', KEYS[1], 'w:' .. i, 1) end";
    static const struct skep_account_add of_slots[] = {{"w:1", 10}, {"w:new", 20}, {"attempts", 1}};
    static const struct skep_account_job job = {.job = "j", .adds = of_slots, .n_adds = 3};
    static const struct skep_account_news one = {.jobs = &job, .n_jobs = 1};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    char key[SKEP_KEY_BYTES];

    (void)state;
    announce("j", "3");
    snprintf(key, sizeof key, "%sj", verbs.keys.account_prefix);
    say("EVAL", fill, "1", key, "4096", NULL);
    cycle(&holder, &(struct skep_cycle){.account = &one});
    cycle(&holder, &(struct skep_cycle){.account = &one});
    assert_int_equal(field_of("j", "w:1"), 21);
    assert_int_equal(field_of("j", "w:new"), -1);
    assert_int_equal(field_of("j", "w:"), 40);
    assert_int_equal(field_of("j", "attempts"), 2);
    skep_conn_free(conn);
}

/* ---- forgetting ---- */

/* With a job goes what is known of it. */
static void test_account_bounds__goes_with_its_job(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_cycle cycle_of_one = settling();

    (void)state;
    announce("j", "1");
    push_records(1);
    take(&holder, 1);
    cycle(&holder, &cycle_of_one);
    assert_true(exists(verbs.keys.account_prefix, "j") && exists(verbs.keys.slow_prefix, "j"));
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", false, NULL), SKEP_OK);
    assert_false(exists(verbs.keys.account_prefix, "j") || exists(verbs.keys.slow_prefix, "j"));
    check_account(NULL, ONCE); /* the queue has done it all the same */
    cycle(&holder, &(struct skep_cycle){.account = &news});
    assert_false(exists(verbs.keys.account_prefix, "j") || exists(verbs.keys.slow_prefix, "j"));
    skep_conn_free(conn);
}

/* A range job that is forgotten in the midst goes with the last of it, and that leaves no account behind. */
static void test_account_bounds__goes_with_the_last_of_its_job(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = hold_ten(&holder);
    struct skep_range_verdict verdict = done_upto(&holder, 4);

    (void)state;
    say("DEL", verbs.keys.queue, NULL);
    say("HSET", verbs.keys.puts, "j", "10", NULL);
    cycle(&holder, &(struct skep_cycle){.range = &verdict, .account = &news});
    assert_true(exists(verbs.keys.account_prefix, "j") && exists(verbs.keys.slow_prefix, "j"));
    assert_int_equal(skep_job_forget(verbs.watcher, &verbs.keys, "j", true, NULL), SKEP_OK);
    assert_true(exists(verbs.keys.account_prefix, "j"));
    verdict = done_upto(&holder, 5);
    cycle(&holder, &(struct skep_cycle){.range = &verdict, .account = &news});
    assert_int_equal(say_number("EXISTS", verbs.keys.jobs), 0);
    assert_false(exists(verbs.keys.account_prefix, "j") || exists(verbs.keys.slow_prefix, "j"));
    check_account(NULL, TWICE);
    skep_conn_free(conn);
}

/* ---- what somebody else wrote ---- */

/* Where a key or a number of the account should be is something else: tasks are settled all the same, and
 * what can be counted is. */
static void test_account_bounds__stops_nobody(void **state)
{
    static const char *const keys[] = {"{skep:q}:account", "{skep:q}:account:j", "{skep:q}:slow:j"};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct skep_cycle cycle_of_one = settling();
        struct skep_holder holder;
        struct skep_conn *conn;
        struct skep_error err = {0};
        struct seen seen = {.text = ""};
        say("FLUSHALL", NULL);
        conn = open_holder(&holder);
        announce("j", "3");
        push_records(3);
        take(&holder, 1);
        say("SET", keys[i], "something else", NULL);
        cycle(&holder, &cycle_of_one);
        assert_int_equal(stat_of("done"), 1);
        check_audit();
        check_text(say("GET", keys[i], NULL), "something else");
        if (i != 0) {
            check_account(NULL, ONCE);
        } else {
            check_account("j", ONCE_OF_J);
            check_failure(skep_account_read(verbs.watcher, &verbs.keys, NULL, see, &seen, &err),
                          SKEP_E_REFUSED, &err, "WRONGTYPE");
        }
        skep_conn_free(conn);
    }
}

/* What is no number is left alone, and left out by who reads. */
static void test_account_bounds__what_is_no_number(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_cycle cycle_of_one = settling();

    (void)state;
    say("HSET", verbs.keys.account, "done:echo", "many", "ns:echo", "9223372036854775807", "x", "1.5", NULL);
    announce("j", "1");
    say("HSET", "{skep:q}:account:j", "peak_rss_bytes", "much", "from_ms", "{}", "to_ms", "", NULL);
    push_records(1);
    take(&holder, 1);
    cycle(&holder, &cycle_of_one);
    check_account(NULL, "ns:echo=9223372036854775807 failed:echo=1 cause:timeout=1");
    check_text(say("HGET", verbs.keys.account, "done:echo", NULL), "many");
    check_account("j", "peak_rss_bytes=1000 attempts=2 wall_ns=9000000000 w:W=5");
    assert_true(field_of("j", "to_ms") - field_of("j", "from_ms") == 9000);
    say("ZADD", "{skep:q}:slow:j", "inf", "for ever", NULL);
    check_slowest("j", "7 host 0:8.5 8 host 1:0.25");
    skep_conn_free(conn);
}

/* A hash that somebody has filled without end is read so far and no further. */
static void test_account_bounds__reads_no_more_than_a_few_thousand(void **state)
{
    struct seen seen;

    (void)state;
    say("EVAL", "for i = 1, 100000 do redis.call('HSET', KEYS[1], i .. '_ms', 1) end", "1",
        verbs.keys.account, NULL);
    seen = read_account(NULL);
    assert_true(seen.n_fields > SKEP_ACCOUNT_MAX_FIELDS && seen.n_fields < 5 * SKEP_ACCOUNT_MAX_FIELDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_account_bounds__of_announced_jobs_only, verbs_clear),
        cmocka_unit_test_setup(test_account_bounds__of_very_many_slots, verbs_clear),
        cmocka_unit_test_setup(test_account_bounds__goes_with_its_job, verbs_clear),
        cmocka_unit_test_setup(test_account_bounds__goes_with_the_last_of_its_job, verbs_clear),
        cmocka_unit_test_setup(test_account_bounds__stops_nobody, verbs_clear),
        cmocka_unit_test_setup(test_account_bounds__what_is_no_number, verbs_clear),
        cmocka_unit_test_setup(test_account_bounds__reads_no_more_than_a_few_thousand, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
