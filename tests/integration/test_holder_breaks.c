/* SPDX-License-Identifier: MIT */
/* A slot whose server, or whose memory, is not well. */
#include "support/test.h"
#include "support/heap.h"
#include "verbs.h"

#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        literal, sizeof literal - 1                                                                          \
    }

static const struct skep_cycle take_one = {.want = 1};

/* A server that has lost its scripts is taught them in passing. */
static void test_holder_breaks__a_server_without_scripts(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    push_records(4);
    for (int i = 0; i < 3; i++) {
        say("SCRIPT", "FLUSH", NULL);
        assert_int_equal(take(&holder, 1)->n_tasks, 1);
    }
    assert_int_equal(stat_of("taken"), 3);
    assert_int_equal(stat_of("replays"), 0);
    skep_conn_free(conn);
}

/* A server that is out of memory takes no more tasks in, but those that are there are worked off. */
static void test_holder_breaks__drains_a_full_server(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_verdict verdicts[10];
    struct skep_reply *reply;
    struct skep_error err = {0};

    (void)state;
    push_records(40);
    for (size_t i = 0; i < 10; i++) {
        verdicts[i] = (struct skep_verdict){.kind = (enum skep_verdict_kind)(i % 3),
                                            .result = TEXT("result"),
                                            .record = TEXT("record"),
                                            .delay_ms = 1000000};
    }
    say("CONFIG", "SET", "maxmemory", "1", NULL);
    build(conn, "RPUSH skep:q more");
    check_failure(skep_conn_call(conn, -1, &reply, &err), SKEP_E_UNWELL, &err, "OOM");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(take(&holder, 10)->n_tasks, 10);
        cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 10});
    }
    /* Waiting is refused there, although it moves nothing: a slot that waits has to look for itself. */
    assert_int_equal(await_task(&holder, -1, 10000), SKEP_E_UNWELL);
    cycle(&holder, &(struct skep_cycle){.leaves = true});
    say("CONFIG", "SET", "maxmemory", "0", NULL);
    assert_int_equal(stat_of("taken"), 30);
    check_audit();
    skep_conn_free(conn);
}

/* A server that is only a replica now is left, so that the next try looks at its address anew; the cycle is
 * done once it is a master again. */
static void test_holder_breaks__leaves_a_replica(void **state)
{
    static struct skep_cycle_reply reply;
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_error err = {0};

    (void)state;
    push_records(2);
    say("REPLICAOF", "127.0.0.1", "1", NULL);
    check_failure(skep_holder_cycle(&holder, &take_one, &reply, &err), SKEP_E_UNWELL, &err, "READONLY");
    assert_false(skep_conn_is_open(conn));
    say("REPLICAOF", "NO", "ONE", NULL);
    assert_int_equal(skep_holder_cycle_again(&holder, &reply, NULL), SKEP_OK);
    check_task(&reply, 0, "r0");
    skep_conn_free(conn);
}

struct always {
    struct test_redis *redis;
    struct skep_conn *conn;
    struct skep_holder holder;
};

/* Go on with the cycle under way, as a slot does, whatever the server has just gone through. */
static void always_go_on(struct always *a, const struct skep_cycle *cycle, bool kills,
                         struct skep_cycle_reply *reply)
{
    struct skep_error err = {0};
    skep_status st;

    if (kills) { /* with the request in its ears, or in its file, or answered: whichever is first */
        skep_conn_close(a->conn);
        test_redis_kill(a->redis);
        st = skep_holder_cycle(&a->holder, cycle, reply, &err);
        assert_int_equal(st, SKEP_E_UNREACHABLE);
        test_redis_restart(a->redis);
        st = skep_holder_cycle_again(&a->holder, reply, NULL);
    } else {
        st = skep_holder_cycle(&a->holder, cycle, reply, &err);
    }
    if (st != SKEP_OK) {
        fail_msg("%s", err.text);
    }
}

/* With appendfsync always, a server that is killed again and again has forgotten nothing that it ever
 * answered: every task is taken once, every result published once, and no cycle is out of step. */
static void test_holder_breaks__a_killed_server_forgets_nothing(void **state)
{
    static const struct skep_verdict done[5] = {{.result = TEXT("x")},
                                                {.result = TEXT("x")},
                                                {.result = TEXT("x")},
                                                {.result = TEXT("x")},
                                                {.result = TEXT("x")}};
    static struct skep_cycle_reply reply;
    struct always a = {.redis = test_redis_start(
                           &(struct test_redis_options){.config = "appendonly yes\nappendfsync always\n"})};
    struct skep_reply *answer;
    size_t n_done = 0, n_rounds = 0;

    (void)state;
    a.conn = open_conn(a.redis->url, (struct skep_conn_options){0});
    assert_int_equal(skep_holder_init(&a.holder, a.conn, "q", NULL), SKEP_OK);
    for (int i = 0; i < 60; i++) {
        ask(a.conn, "RPUSH skep:q task");
    }
    while (n_done < 60 && n_rounds < 60) {
        struct skep_cycle next = {.verdicts = done, .n_verdicts = a.holder.n_held, .want = 5};
        n_done += a.holder.n_held;
        always_go_on(&a, &next, n_rounds % 4 == 2, &reply);
        n_rounds++;
    }
    assert_int_equal(n_done, 60);
    answer = ask(a.conn, "LLEN {skep:q}:out");
    assert_int_equal(answer->integer, 60);
    answer = ask(a.conn, "HMGET {skep:q}:stat taken done out_of_step fenced");
    check_text(&answer->items[0], "60");
    check_text(&answer->items[1], "60");
    assert_int_equal(answer->items[2].kind, SKEP_REPLY_NIL);
    assert_int_equal(answer->items[3].kind, SKEP_REPLY_NIL);
    skep_conn_free(a.conn);
    test_redis_stop(a.redis);
}

/* Without memory for a request the cycle has not begun, and can be begun again; without memory for a reply it
 * is under way, and comes again. Whichever request of memory fails, in the end the tasks have moved once. */
static void test_holder_breaks__runs_out_of_memory(void **state)
{
    static const struct skep_verdict done[10] = {{.result = TEXT("result")}};
    static struct skep_cycle_reply reply;
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    bool was_met = true;
    size_t n_rounds = 0;

    (void)state;
    push_records(1000);
    take(&holder, 10);
    while (was_met) {
        struct skep_cycle next = {.verdicts = done, .n_verdicts = 10, .want = 10};
        skep_status st;
        skep_conn_free(conn); /* a new line has all its memory still to ask for */
        conn = holder.conn = make_conn(verbs.redis->url, (struct skep_conn_options){0});
        test_heap_begin(n_rounds, TEST_HEAP_REST_FAILS);
        st = skep_holder_cycle(&holder, &next, &reply, NULL);
        was_met = test_heap_end();
        assert_int_equal(st, was_met ? SKEP_E_NOMEM : SKEP_OK);
        while (st != SKEP_OK) {
            st = holder.is_pending ? skep_holder_cycle_again(&holder, &reply, NULL)
                                   : skep_holder_cycle(&holder, &next, &reply, NULL);
        }
        assert_int_equal(reply.n_tasks, 10);
        n_rounds++;
        assert_int_equal(stat_of("done"), 10 * n_rounds);
        assert_true(n_rounds < 90);
    }
    assert_true(n_rounds > 2);
    check_audit();
    skep_conn_free(conn);
}

/* Nor has it begun when the line is down besides: what was to be given back is still held. */
static void test_holder_breaks__forgets_what_did_not_fit(void **state)
{
    static const struct skep_verdict done[4] = {{.result = TEXT("result")}};
    static struct skep_cycle_reply reply;
    struct skep_cycle next = {.verdicts = done, .n_verdicts = 4, .n_back = 6};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    push_records(100);
    take(&holder, 10);
    skep_conn_free(conn);
    conn = holder.conn = make_conn("unix:///nowhere/redis.sock", (struct skep_conn_options){0});
    test_heap_begin(0, TEST_HEAP_REST_FAILS);
    assert_int_equal(skep_holder_cycle(&holder, &next, &reply, NULL), SKEP_E_NOMEM);
    assert_true(test_heap_end());
    assert_false(holder.is_pending);
    assert_int_equal(holder.n_held, 10);
    skep_conn_free(conn);
    conn = holder.conn = make_conn(verbs.redis->url, (struct skep_conn_options){0});
    assert_int_equal(skep_holder_cycle(&holder, &next, &reply, NULL), SKEP_OK);
    assert_int_equal(stat_of("done"), 4);
    assert_int_equal(stat_of("given_back"), 6);
    check_audit();
    skep_conn_free(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_holder_breaks__a_server_without_scripts, verbs_clear),
        cmocka_unit_test_setup(test_holder_breaks__drains_a_full_server, verbs_clear),
        cmocka_unit_test_setup(test_holder_breaks__leaves_a_replica, verbs_clear),
        cmocka_unit_test_setup(test_holder_breaks__a_killed_server_forgets_nothing, verbs_clear),
        cmocka_unit_test_setup(test_holder_breaks__runs_out_of_memory, verbs_clear),
        cmocka_unit_test_setup(test_holder_breaks__forgets_what_did_not_fit, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
