/* SPDX-License-Identifier: MIT */
/* How a queue moves, as an operator is told it: cycles, what came in, what went out, how old the head is. */
#include "support/test.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

#include "queue/beat.h"

static struct skep_queue_status read_status(void)
{
    struct skep_queue_status status;
    struct skep_error err = {0};

    if (skep_queue_status_read(verbs.watcher, &verbs.keys, &status, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return status;
}

static void touch(const char *worker)
{
    struct skep_reply *reply;
    struct skep_beat seen;

    assert_int_equal(skep_beat_send(verbs.watcher, &verbs.keys, &worker, 1, NULL), SKEP_OK);
    assert_int_equal(skep_conn_reply(verbs.watcher, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(skep_beat_read(verbs.watcher, reply, &seen, NULL), SKEP_OK);
}

/* The pace was written down so much earlier. */
static void age_pace(int64_t ms)
{
    static const char script[] = "for _, field in ipairs({'pace', 'pace_before'}) do\n"
                                 "    local pace = redis.call('HGET', KEYS[1], field) or ''\n"
                                 "    local at, rest = string.match(pace, '^(%d+)(.*)$')\n"
                                 "    if at then redis.call('HSET', KEYS[1], field, string.format('%d', at - "
                                 "ARGV[1]) .. rest) end\n"
                                 "end\n";
    char number[24];

    snprintf(number, sizeof number, "%lld", (long long)ms);
    say("EVAL", script, "1", verbs.keys.stat, number, NULL);
}

/* Each slot says how many cycles of it were applied; a beat of its agent and a cycle that comes twice are
 * none. */
static void test_admin_motion__cycles_are_counted(void **state)
{
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b = open_holder(&b);
    struct skep_queue_status status;

    (void)state;
    for (int i = 0; i < 3; i++) {
        take(&a, 1);
    }
    touch(b.worker);
    status = read_status();
    assert_int_equal(status.n_slots, 2);
    for (size_t i = 0; i < 2; i++) {
        bool is_a = strcmp(status.slots[i].worker, a.worker) == 0;
        assert_int_equal(status.slots[i].n_cycles, is_a ? 3 : 0);
    }
    skep_queue_status_release(&status);
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

static int64_t oldest_with(const char *head)
{
    struct skep_queue_status status;

    say("DEL", verbs.keys.queue, NULL);
    say("RPUSH", verbs.keys.queue, head, "#skep q=1\nbehind it", NULL);
    status = read_status();
    skep_queue_status_release(&status);
    return status.oldest_ms;
}

/* The record at the head is as old as its own line says, and no other one is looked at. */
static void test_admin_motion__age_of_the_head(void **state)
{
    struct skep_queue_status status = read_status();
    char head[64];
    int64_t age_ms;

    (void)state;
    skep_queue_status_release(&status);
    assert_int_equal(status.oldest_ms, -1); /* nothing waits */
    snprintf(head, sizeof head, "#skep i=3 q=%lld id=x\n{}", (long long)status.now_ms - 60000);
    age_ms = oldest_with(head);
    assert_true(age_ms >= 60000 && age_ms < 120000);
    snprintf(head, sizeof head, "#skep r=0:100 j=a q=%lld\n", (long long)status.now_ms - 60000);
    age_ms = oldest_with(head);
    assert_true(age_ms >= 60000 && age_ms < 120000);
    assert_int_equal(oldest_with("#skep q=99999999999999\n{}"), 0); /* a clock that is ahead */
    assert_int_equal(oldest_with("#skep q=999999999999999999999999\n{}"), -1);
    assert_int_equal(oldest_with("#skep i=3 id=q q=x\n{}"), -1);
    assert_int_equal(oldest_with("#skep i=3\n q=5"), -1); /* that is the record */
    assert_int_equal(oldest_with("{ q=5}"), -1);
    assert_int_equal(oldest_with(""), -1);
}

/* What has come in is counted wherever it is now, and so is what was requeued; moves in between change
 * nothing. */
static void test_admin_motion__what_came_in_and_went_out(void **state)
{
    static const struct skep_verdict verdicts[] = {
        {.kind = SKEP_DONE},
        {.kind = SKEP_BURY, .record = {"#skep cause=x\nr1", 16}},
        {.kind = SKEP_RETRY, .record = {"r2", 2}, .delay_ms = 99999},
        {.kind = SKEP_CANCEL}};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_queue_status status;
    int64_t matched;

    (void)state;
    push_records(40);
    take(&holder, 6);
    cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 4, .n_back = 1});
    status = read_status();
    assert_false(status.counts_puts);
    assert_int_equal(status.n_in, 40);
    assert_int_equal(status.n_out, 3);
    assert_int_equal(status.pace.at_ms, 0);
    skep_queue_status_release(&status);
    assert_int_equal(skep_dead_sift(verbs.watcher, &verbs.keys, true, "", &matched, NULL), SKEP_OK);
    assert_int_equal(matched, 1);
    status = read_status();
    assert_int_equal(status.n_in, 41);
    assert_int_equal(status.n_out, 3);
    skep_queue_status_release(&status);
    skep_conn_free(conn);
}

/* With a range job, records say nothing: what was put is counted then. */
static void test_admin_motion__what_came_in_with_ranges(void **state)
{
    struct skep_queue_status status;

    (void)state;
    say("HSET", verbs.keys.ranges, "job", "{}", NULL);
    say("HSET", verbs.keys.stat, "put", "1000000", "requeued", "2", "done", "900000", "taken", "900010",
        NULL);
    say("RPUSH", verbs.keys.queue, "#skep r=900000:1000000 j=job q=17\n", NULL);
    status = read_status();
    assert_true(status.counts_puts);
    assert_int_equal(status.n_in, 1000002);
    assert_int_equal(status.n_out, 900000);
    skep_queue_status_release(&status);
}

/* Beats keep two samples, so that the one that is told is 10 to 20 s old. */
static void test_admin_motion__the_pace(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_queue_status status;

    (void)state;
    push_records(10);
    touch(holder.worker); /* 10 in, none out */
    status = read_status();
    skep_queue_status_release(&status);
    assert_int_equal(status.pace.at_ms, 0); /* too fresh to tell */
    age_pace(11000);
    push_records(20);
    take(&holder, 4);
    settle(&holder, 4);
    touch(holder.worker); /* 30 in, 4 out */
    for (int i = 0; i < 3; i++) {
        touch(holder.worker); /* one sample in 10 s */
    }
    push_records(5);
    status = read_status();
    skep_queue_status_release(&status);
    assert_int_equal(status.n_in, 35);
    assert_int_equal(status.n_out, 4);
    assert_int_equal(status.pace.n_in, 10);
    assert_int_equal(status.pace.n_out, 0);
    assert_true(status.now_ms - status.pace.at_ms >= 11000 && status.now_ms - status.pace.at_ms < 20000);
    age_pace(10000);
    touch(holder.worker);
    status = read_status();
    skep_queue_status_release(&status);
    assert_int_equal(status.pace.n_in, 30);
    assert_int_equal(status.pace.n_out, 4);
    skep_conn_free(conn);
}

/* A sample that was made long ago, in another measure, by a clock that is ahead, or by somebody else is none;
 * beats go on. */
static void test_admin_motion__a_pace_that_says_nothing(void **state)
{
    static const char *const samples[] = {
        "", "x", "1 0 10 3", "99999999999999 0 1 1", "%lld 1 1 1", "%lld 0 1", "%lld 0 1 1 and more"};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct skep_queue_status status = read_status();
        char pace[64], at[24];
        skep_queue_status_release(&status);
        snprintf(at, sizeof at, "%lld", (long long)status.now_ms - 12000);
        snprintf(pace, sizeof pace, "%s%s", samples[i][0] == '%' ? at : "",
                 samples[i][0] == '%' ? samples[i] + 4 : samples[i]);
        say("HSET", verbs.keys.stat, "pace_before", pace, "pace", pace, NULL);
        status = read_status();
        skep_queue_status_release(&status);
        assert_int_equal(status.pace.at_ms, 0);
        touch(holder.worker);
    }
    skep_conn_free(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_admin_motion__cycles_are_counted, verbs_clear),
        cmocka_unit_test_setup(test_admin_motion__age_of_the_head, verbs_clear),
        cmocka_unit_test_setup(test_admin_motion__what_came_in_and_went_out, verbs_clear),
        cmocka_unit_test_setup(test_admin_motion__what_came_in_with_ranges, verbs_clear),
        cmocka_unit_test_setup(test_admin_motion__the_pace, verbs_clear),
        cmocka_unit_test_setup(test_admin_motion__a_pace_that_says_nothing, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
