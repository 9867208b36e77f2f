/* SPDX-License-Identifier: MIT */
/* Range jobs whose acks are gathered: when that is over, and who hears of it. */
#include "support/test.h"
#include "range_verbs.h"

#include "queue/acks.h"

/* A job whose outputs are not gathered is not forgotten by mistake. */
static void test_range_gather__keeps_what_is_not_gathered(void **state)
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
static void test_range_gather__gathers_what_is_requeued(void **state)
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
static void test_range_gather__is_finished_though_cut_short(void **state)
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

/* Agents hear of acks that nobody gathers, and of a job that is over and waits for its last word. */
static void test_range_gather__agents_hear_of_what_is_to_gather(void **state)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_range_gather__keeps_what_is_not_gathered, verbs_clear),
        cmocka_unit_test_setup(test_range_gather__gathers_what_is_requeued, verbs_clear),
        cmocka_unit_test_setup(test_range_gather__is_finished_though_cut_short, verbs_clear),
        cmocka_unit_test_setup(test_range_gather__agents_hear_of_what_is_to_gather, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
