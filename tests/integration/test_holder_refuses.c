/* SPDX-License-Identifier: MIT */
/* A slot that is not what it believes to be, and keys that are not what they should be: nothing changes. */
#include "support/test.h"
#include "verbs.h"

#include <sys/socket.h>

#include "queue/beat.h"

#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        literal, sizeof literal - 1                                                                          \
    }

/* Results of a slot that was declared dead are refused and counted, and change nothing else. */
static void test_holder_refuses__late_results_are_refused(void **state)
{
    static const struct skep_verdict verdict = {.kind = SKEP_DONE, .result = TEXT("late")};
    static struct skep_cycle_reply reply;
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_error err = {0};
    int64_t moved;

    (void)state;
    push_records(4);
    take(&holder, 2);
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys,
                               &(struct skep_death){.worker = holder.worker,
                                                    .observed = -1,
                                                    .running = SKEP_RUNNING_NONE,
                                                    .info = "",
                                                    .verdict = NULL,
                                                    .position = -1},
                               &moved, NULL),
                     SKEP_OK);
    assert_int_equal(moved, 2);
    check_failure(skep_holder_cycle(&holder,
                                    &(struct skep_cycle){.verdicts = &verdict, .n_verdicts = 1, .want = 1},
                                    &reply, &err),
                  SKEP_E_FENCED, &err, "declared dead");
    check_list(verbs.keys.queue, "r0 r1 r2 r3");
    assert_int_equal(say_number("EXISTS", verbs.keys.out), 0);
    assert_int_equal(stat_of("fenced"), 1);
    assert_int_equal(stat_of("fenced_results"), 1);
    check_audit();
    skep_conn_free(conn);
}

/* A cycle that left and whose reply was lost has left. One that never reached the server has not, and is
 * told. */
static void test_holder_refuses__knows_whether_it_left(void **state)
{
    static struct skep_cycle_reply reply;
    static const struct skep_cycle leave = {.leaves = true};
    struct skep_holder left, reaped;
    struct skep_conn *conn_left = open_holder(&left), *conn_reaped = open_holder(&reaped);
    int64_t moved;

    (void)state;
    assert_int_equal(shutdown(skep_conn_fd(conn_left), SHUT_RD), 0);
    assert_int_equal(skep_holder_cycle(&left, &leave, &reply, NULL), SKEP_E_UNREACHABLE);
    assert_true(left.is_pending);
    assert_int_equal(skep_holder_cycle_again(&left, &reply, NULL), SKEP_OK);
    assert_false(left.is_pending);
    assert_int_equal(stat_of("fenced"), 0);
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys,
                               &(struct skep_death){.worker = reaped.worker,
                                                    .observed = -1,
                                                    .running = SKEP_RUNNING_NONE,
                                                    .info = "",
                                                    .verdict = NULL,
                                                    .position = -1},
                               &moved, NULL),
                     SKEP_OK);
    skep_conn_close(conn_reaped);
    assert_int_equal(skep_holder_cycle(&reaped, &leave, &reply, NULL), SKEP_E_FENCED);
    skep_conn_free(conn_left);
    skep_conn_free(conn_reaped);
}

/* A slot that tells results in the cycle by which it leaves cannot know, when the answer is lost, whether
 * they were published: it does not claim that they were. */
static void test_holder_refuses__does_not_claim_what_it_cannot_know(void **state)
{
    static struct skep_cycle_reply reply;
    static const struct skep_verdict done = {.result = {"result", 6}};
    struct skep_holder left;
    struct skep_conn *conn = open_holder(&left);

    (void)state;
    push_records(1);
    take(&left, 1);
    assert_int_equal(shutdown(skep_conn_fd(conn), SHUT_RD), 0);
    assert_int_equal(
        skep_holder_cycle(&left, &(struct skep_cycle){.verdicts = &done, .n_verdicts = 1, .leaves = true},
                          &reply, NULL),
        SKEP_E_UNREACHABLE);
    assert_int_equal(skep_holder_cycle_again(&left, &reply, NULL), SKEP_E_FENCED);
    skep_conn_free(conn);
}

/* A registration that meets a key of another type has not begun; said twice it is one. */
static void test_holder_refuses__registers_wholly_or_not_at_all(void **state)
{
    const char *const keys[] = {verbs.keys.workers, verbs.keys.cycle};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct skep_conn *conn = open_conn(verbs.redis->url, (struct skep_conn_options){0});
        struct skep_error err = {0};
        struct skep_holder holder;
        struct digest before;
        say("FLUSHALL", NULL);
        say("SADD", SKEP_KEY_QUEUES, "q", NULL);
        say("SET", keys[i], "something else", NULL);
        before = state_digest();
        check_failure(skep_holder_init(&holder, conn, "q", &err), SKEP_E_REFUSED, &err, "WRONGTYPE");
        check_unchanged(&before);
        say("DEL", keys[i], NULL);
        assert_int_equal(skep_holder_register(&holder, NULL), SKEP_OK);
        assert_int_equal(skep_holder_register(&holder, NULL), SKEP_OK);
        assert_int_equal(say_number("ZCARD", verbs.keys.workers), 1);
        skep_conn_free(conn);
    }
}

/* A key of the queue that somebody else uses for something else stops a cycle before it has changed anything;
 * when it is right again the cycle goes through. */
static void test_holder_refuses__a_key_of_another_type_changes_nothing(void **state)
{
    static const struct skep_verdict verdicts[] = {
        {.kind = SKEP_DONE, .result = TEXT("result")},
        {.kind = SKEP_RETRY, .record = TEXT("again"), .delay_ms = 1000000},
        {.kind = SKEP_BURY, .result = TEXT("failed"), .record = TEXT("letter")},
    };
    const struct skep_keys *k = &verbs.keys;
    struct skep_holder holder;
    const char *const keys[] = {k->queue, holder.held_key, k->workers, k->cycle, k->out, k->delayed,
                                k->dead,  k->suspect,      k->crashes, k->stat,  k->conf};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        static struct skep_cycle_reply reply;
        struct skep_error err = {0};
        struct digest before;
        struct skep_conn *conn;
        say("FLUSHALL", NULL);
        conn = open_holder(&holder);
        push_records(20);
        take(&holder, 6);
        say("ZADD", k->delayed, "1", "due", NULL);
        say("HSET", k->crashes, "digest", "1 signal=11", NULL);
        say("HSET", k->conf, "max_results", "0", NULL);
        if (say_number("EXISTS", keys[i]) == 1) {
            say("RENAME", keys[i], "kept", NULL);
        }
        say("SET", keys[i], "something else", NULL);
        before = state_digest();
        check_failure(skep_holder_cycle(
                          &holder,
                          &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 3, .n_back = 1, .want = 2},
                          &reply, &err),
                      SKEP_E_REFUSED, &err, "WRONGTYPE");
        check_unchanged(&before);
        say("DEL", keys[i], NULL);
        if (say_number("EXISTS", "kept") == 1) {
            say("RENAME", "kept", keys[i], NULL);
        }
        assert_int_equal(skep_holder_cycle_again(&holder, &reply, NULL), SKEP_OK);
        assert_int_equal(reply.n_tasks, 2);
        check_audit();
        skep_conn_free(conn);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_holder_refuses__late_results_are_refused, verbs_clear),
        cmocka_unit_test_setup(test_holder_refuses__knows_whether_it_left, verbs_clear),
        cmocka_unit_test_setup(test_holder_refuses__does_not_claim_what_it_cannot_know, verbs_clear),
        cmocka_unit_test_setup(test_holder_refuses__registers_wholly_or_not_at_all, verbs_clear),
        cmocka_unit_test_setup(test_holder_refuses__a_key_of_another_type_changes_nothing, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
