/* SPDX-License-Identifier: MIT */
/* A slot and its queue on a real server. That every sequence of cycles leaves the right state is
 * test_model.c's; here are the facts that need a closer look, and servers that are not well. */
#include "support/test.h"
#include "support/heap.h"
#include "support/until.h"
#include "verbs.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "queue/beat.h"

#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        literal, sizeof literal - 1                                                                          \
    }

static const struct skep_cycle take_one = {.want = 1};

/* A task goes from the left of the queue, and a slot takes at most half of its share of what is there. */
static void test_holder__takes_a_fair_share_in_order(void **state)
{
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b;
    const struct skep_cycle_reply *reply;

    (void)state;
    push_records(20);
    reply = take(&a, 100);
    assert_int_equal(reply->n_tasks, 10);
    check_task(reply, 0, "r0");
    check_task(reply, 9, "r9");
    assert_int_equal(reply->depth, 10);
    assert_int_equal(reply->due_ms, -1);
    assert_int_equal(reply->flags, 0);
    conn_b = open_holder(&b);
    reply = take(&b, 100);
    assert_int_equal(reply->n_tasks, 3); /* of 10, rounded up: 10 / (2 * 2) */
    check_task(reply, 0, "r10");
    reply = take(&b, 1);
    assert_int_equal(reply->n_tasks, 1);
    check_task(reply, 0, "r13");
    assert_int_equal(say_number("LLEN", a.held_key), 10);
    assert_int_equal(say_number("LLEN", b.held_key), 4);
    check_list(b.held_key, "r10 r11 r12 r13");
    check_audit();
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* Each verdict takes its task where it belongs, in one call with what is given back and what is taken next.
 */
static void test_holder__settles_gives_back_and_takes_at_once(void **state)
{
    static const struct skep_verdict verdicts[] = {
        {.kind = SKEP_DONE, .result = TEXT("result-0")},
        {.kind = SKEP_RETRY, .record = TEXT("#skep_try=1"), .delay_ms = 1000000},
        {.kind = SKEP_BURY, .result = TEXT("result-2"), .record = TEXT("letter-2")},
        {.kind = SKEP_DONE},
        {.kind = SKEP_DONE, .result = TEXT("result-4")},
    };
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    const struct skep_cycle_reply *reply;

    (void)state;
    push_records(16);
    assert_int_equal(take(&holder, 8)->n_tasks, 8);
    reply =
        cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = 5, .n_back = 2, .want = 1});
    assert_int_equal(reply->n_tasks, 1);
    check_task(reply, 0, "r6");
    assert_true(reply->due_ms > 990000 && reply->due_ms <= 1000000);
    check_list(verbs.keys.out, "result-0 result-2 result-4");
    check_list(verbs.keys.dead, "letter-2");
    check_list(holder.held_key, "r5 r6");
    check_list(verbs.keys.queue, "r7 r8 r9 r10 r11 r12 r13 r14 r15");
    assert_string_equal(say("ZRANGE", verbs.keys.delayed, "0", "-1", NULL)->items[0].bytes, "#skep_try=1");
    assert_int_equal(holder.n_settled, 5);
    assert_int_equal(stat_of("done"), 3);
    check_audit();
    skep_conn_free(conn);
}

/* A thousand tasks are one batch, whatever becomes of them: done, tried again, or buried. */
static void test_holder__a_batch_is_a_thousand(void **state)
{
    static struct skep_verdict verdicts[SKEP_BATCH_MAX];
    static char texts[SKEP_BATCH_MAX][16];
    static const enum skep_verdict_kind kinds[] = {SKEP_DONE, SKEP_RETRY, SKEP_BURY};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    push_records(8000);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(take(&holder, SKEP_BATCH_MAX)->n_tasks, SKEP_BATCH_MAX);
        for (size_t i = 0; i < SKEP_BATCH_MAX; i++) {
            int n = snprintf(texts[i], sizeof texts[i], "%d.%zu", round, i);
            struct skep_bytes text = {texts[i], (size_t)n};
            verdicts[i] = (struct skep_verdict){.kind = kinds[round], .result = text, .record = text};
        }
        cycle(&holder, &(struct skep_cycle){.verdicts = verdicts, .n_verdicts = SKEP_BATCH_MAX});
    }
    assert_int_equal(say_number("LLEN", verbs.keys.out), 2000);
    assert_int_equal(say_number("LLEN", verbs.keys.dead), 1000);
    assert_int_equal(say_number("ZCARD", verbs.keys.delayed) + stat_of("promoted"), 1000);
    take(&holder, SKEP_BATCH_MAX);
    cycle(&holder, &(struct skep_cycle){.n_back = SKEP_BATCH_MAX, .want = 1});
    assert_int_equal(stat_of("promoted"), 1000);
    assert_int_equal(stat_of("given_back"), 1000);
    check_audit();
    skep_conn_free(conn);
}

/* A record is bytes: empty, with NULs, with line ends, like skep's own line, or 64 KiB of all. They come back
 * the same from every place. */
static void test_holder__bytes_are_bytes(void **state)
{
    static char large[64 * 1024];
    const struct skep_bytes records[] = {{"", 0},
                                         {"a\0b\0", 4},
                                         {"\r\n$-1\r\n", 7},
                                         {"#skep ", 6},
                                         {"#skep i=1\n\0\xff", 12},
                                         {large, sizeof large}};
    enum { N = sizeof records / sizeof records[0] };
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    for (size_t i = 0; i < sizeof large; i++) {
        large[i] = (char)(i * 131 >> 3);
    }
    for (size_t i = 0; i < N; i++) {
        struct skep_verdict retry = {.kind = SKEP_RETRY, .record = records[i]};
        struct skep_verdict bury = {.kind = SKEP_BURY, .record = records[i], .result = records[i]};
        const struct skep_cycle_reply *reply;
        push_bytes(records[i].bytes, records[i].n);
        take(&holder, 1);
        cycle(&holder, &(struct skep_cycle){.n_back = 1});
        take(&holder, 1);
        cycle(&holder, &(struct skep_cycle){.verdicts = &retry, .n_verdicts = 1});
        reply = take(&holder, 1);
        assert_int_equal(reply->n_tasks, 1);
        assert_int_equal(reply->tasks[0].n, records[i].n);
        assert_memory_equal(reply->tasks[0].bytes, records[i].bytes, records[i].n);
        cycle(&holder, &(struct skep_cycle){.verdicts = &bury, .n_verdicts = 1});
        for (int place = 0; place < 2; place++) {
            const struct skep_reply *there = say("RPOP", place == 0 ? verbs.keys.dead : verbs.keys.out, NULL);
            assert_int_equal(there->length, records[i].n);
            assert_memory_equal(there->bytes, records[i].bytes, records[i].n);
        }
    }
    check_audit();
    skep_conn_free(conn);
}

/* Small records and large ones go different ways inside the script, and both keep their order and their
 * number. */
static void test_holder__large_records_keep_their_order(void **state)
{
    static char record[600];
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    const struct skep_cycle_reply *reply;

    (void)state;
    memset(record, 'x', sizeof record);
    for (int i = 0; i < 10; i++) {
        record[0] = (char)('a' + i);
        push_bytes(record, i % 3 == 1 ? 5 : sizeof record);
    }
    for (int i = 0; i < 10; i++) {
        reply = take(&holder, 1);
        assert_int_equal(reply->n_tasks, 1);
        assert_int_equal(reply->tasks[0].bytes[0], 'a' + i);
    }
    assert_int_equal(say_number("LLEN", holder.held_key), 10);
    skep_conn_free(conn);
}

/* The one that leaves is forgotten: nothing of it stays on the server. */
static void test_holder__leaves_nothing_behind(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    push_records(4);
    assert_int_equal(take(&holder, 2)->n_tasks, 2);
    cycle(&holder, &(struct skep_cycle){.n_back = 2, .want = 5, .leaves = true});
    assert_int_equal(holder.n_held, 0);
    check_list(verbs.keys.queue, "r0 r1 r2 r3");
    assert_int_equal(say_number("EXISTS", verbs.keys.workers), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.cycle), 0);
    assert_int_equal(say_number("EXISTS", holder.held_key), 0);
    check_audit();
    skep_conn_free(conn);
}

/* ---- waiting ---- */

/* Begin to wait and stay with it to its end: SKEP_STOPPED when OTHER_FD came first. */
static skep_status await_task(struct skep_holder *holder, int other_fd, int64_t timeout_ms)
{
    skep_status st = skep_holder_wait_begin(holder, timeout_ms, NULL);
    skep_status slept = SKEP_OK;

    assert_int_equal(st, SKEP_OK);
    do {
        st = skep_holder_wait_look(holder, NULL);
        slept = st == SKEP_EMPTY ? skep_holder_wait(&holder, 1, other_fd, -1) : SKEP_OK;
    } while (st == SKEP_EMPTY && slept != SKEP_STOPPED);
    return st == SKEP_EMPTY ? slept : st;
}

/* Waiting ends at once when there is work, and leaves the work where it was. */
static void test_holder__waits_without_taking(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct digest before;

    (void)state;
    push_records(5);
    before = state_digest();
    assert_int_equal(await_task(&holder, -1, 10000), SKEP_OK);
    check_unchanged(&before);
    check_list(verbs.keys.queue, "r0 r1 r2 r3 r4");
    assert_true(skep_conn_is_open(conn));
    check_task(take(&holder, 1), 0, "r0");
    skep_conn_free(conn);
}

static bool somebody_waits(void *context)
{
    return strstr(ask(context, "INFO clients")->bytes, "blocked_clients:1\r") != NULL;
}

/* In a process of its own: push a task as soon as somebody waits for one. */
static pid_t push_when_somebody_waits(void)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        struct skep_conn *conn = open_conn(verbs.redis->url, (struct skep_conn_options){0});
        bool waits = test_until(somebody_waits, conn, 20000);
        ask(conn, "RPUSH skep:q task");
        _exit(waits ? 0 : 1);
    }
    return pid;
}

/* A push wakes one who waits. */
static void test_holder__a_push_ends_the_wait(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    int64_t began_ms = test_now_ms();
    pid_t pusher = push_when_somebody_waits();
    int status;

    (void)state;
    assert_int_equal(await_task(&holder, -1, 50000), SKEP_OK);
    assert_true(test_now_ms() - began_ms < 30000);
    assert_int_equal(waitpid(pusher, &status, 0), pusher);
    assert_int_equal(status, 0);
    check_list(verbs.keys.queue, "task");
    skep_conn_free(conn);
}

/* Without work the wait is over when its time is, and the line stays open. */
static void test_holder__the_wait_has_an_end(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    int64_t began_ms = test_now_ms();

    (void)state;
    assert_int_equal(await_task(&holder, -1, 30), SKEP_OK);
    assert_in_range(test_now_ms() - began_ms, 29, 20000);
    assert_int_equal(await_task(&holder, -1, 0), SKEP_OK);
    assert_true(skep_conn_is_open(conn));
    assert_int_equal(take(&holder, 1)->n_tasks, 0);
    skep_conn_free(conn);
}

/* What else the slot listens to ends the wait, and the queue is then as it was. */
static void test_holder__another_descriptor_ends_the_wait(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    int pipe_fds[2];

    (void)state;
    assert_int_equal(pipe(pipe_fds), 0);
    assert_int_equal(write(pipe_fds[1], "x", 1), 1);
    assert_int_equal(await_task(&holder, pipe_fds[0], 60000), SKEP_STOPPED);
    push_records(2);
    check_task(take(&holder, 1), 0, "r0"); /* the line was closed, and is opened by the next who needs it */
    check_list(verbs.keys.queue, "r1");
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    skep_conn_free(conn);
}

/* ---- refuses ---- */

/* Results of a slot that was declared dead are refused and counted, and change nothing else. */
static void test_holder__late_results_are_refused(void **state)
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
static void test_holder__knows_whether_it_left(void **state)
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
static void test_holder__does_not_claim_what_it_cannot_know(void **state)
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
static void test_holder__registers_wholly_or_not_at_all(void **state)
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
static void test_holder__a_key_of_another_type_changes_nothing(void **state)
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

/* ---- breaks ---- */

/* A server that has lost its scripts is taught them in passing. */
static void test_holder__a_server_without_scripts(void **state)
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
static void test_holder__drains_a_full_server(void **state)
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
static void test_holder__leaves_a_replica(void **state)
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
static void test_holder__a_killed_server_forgets_nothing(void **state)
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
static void test_holder__runs_out_of_memory(void **state)
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
static void test_holder__forgets_what_did_not_fit(void **state)
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
        cmocka_unit_test_setup(test_holder__takes_a_fair_share_in_order, verbs_clear),
        cmocka_unit_test_setup(test_holder__settles_gives_back_and_takes_at_once, verbs_clear),
        cmocka_unit_test_setup(test_holder__a_batch_is_a_thousand, verbs_clear),
        cmocka_unit_test_setup(test_holder__bytes_are_bytes, verbs_clear),
        cmocka_unit_test_setup(test_holder__large_records_keep_their_order, verbs_clear),
        cmocka_unit_test_setup(test_holder__leaves_nothing_behind, verbs_clear),
        cmocka_unit_test_setup(test_holder__waits_without_taking, verbs_clear),
        cmocka_unit_test_setup(test_holder__a_push_ends_the_wait, verbs_clear),
        cmocka_unit_test_setup(test_holder__the_wait_has_an_end, verbs_clear),
        cmocka_unit_test_setup(test_holder__another_descriptor_ends_the_wait, verbs_clear),
        cmocka_unit_test_setup(test_holder__late_results_are_refused, verbs_clear),
        cmocka_unit_test_setup(test_holder__knows_whether_it_left, verbs_clear),
        cmocka_unit_test_setup(test_holder__does_not_claim_what_it_cannot_know, verbs_clear),
        cmocka_unit_test_setup(test_holder__registers_wholly_or_not_at_all, verbs_clear),
        cmocka_unit_test_setup(test_holder__a_key_of_another_type_changes_nothing, verbs_clear),
        cmocka_unit_test_setup(test_holder__a_server_without_scripts, verbs_clear),
        cmocka_unit_test_setup(test_holder__drains_a_full_server, verbs_clear),
        cmocka_unit_test_setup(test_holder__leaves_a_replica, verbs_clear),
        cmocka_unit_test_setup(test_holder__a_killed_server_forgets_nothing, verbs_clear),
        cmocka_unit_test_setup(test_holder__runs_out_of_memory, verbs_clear),
        cmocka_unit_test_setup(test_holder__forgets_what_did_not_fit, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
