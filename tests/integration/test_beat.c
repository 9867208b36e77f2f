/* SPDX-License-Identifier: MIT */
/* An agent and a queue on a real server: beats, and the end of those whose beat has stopped. */
#include "support/test.h"
#include "verbs.h"

#include "queue/beat.h"

/* A beat for N slots, and its answer. */
static void beat(const char *const *workers, size_t n, struct skep_beat *beat_out)
{
    struct skep_reply *reply;
    struct skep_error err = {0};

    if (skep_beat_send(verbs.watcher, &verbs.keys, workers, n, &err) != SKEP_OK ||
        skep_conn_reply(verbs.watcher, -1, &reply, &err) != SKEP_OK ||
        skep_beat_read(verbs.watcher, reply, beat_out, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
}

static int64_t reap(const char *worker, int64_t observed, int64_t running, const char *info)
{
    struct skep_error err = {0};
    int64_t moved;

    if (skep_reap(
            verbs.watcher, &verbs.keys,
            &(struct skep_death){.worker = worker, .observed = observed, .running = running, .info = info},
            &moved, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return moved;
}

static int64_t beat_of(const char *worker)
{
    return skep_beat_counter(say("ZSCORE", verbs.keys.workers, worker, NULL));
}

/* Each beat raises the counters of its slots by one, tells those of all, and names who is registered no more.
 */
static void test_beat__counts_and_tells(void **state)
{
    struct skep_holder a, b;
    struct skep_conn *conn_a = open_holder(&a), *conn_b = open_holder(&b);
    const char *const workers[] = {a.worker, "ghost", b.worker};
    struct skep_beat seen;

    (void)state;
    beat(workers, 3, &seen);
    beat(workers, 2, &seen);
    assert_int_equal(seen.fenced->n, 1);
    assert_string_equal(seen.fenced->items[0].bytes, "ghost");
    assert_int_equal(seen.workers->n, 4);
    assert_true(seen.now_ms > 1600000000000);
    assert_int_equal(beat_of(a.worker), 2);
    assert_int_equal(beat_of(b.worker), 1);
    take(&a, 1); /* a cycle is a beat */
    assert_int_equal(beat_of(a.worker), 3);
    assert_int_equal(say("ZSCORE", verbs.keys.workers, "ghost", NULL)->kind, SKEP_REPLY_NIL);
    skep_conn_free(conn_a);
    skep_conn_free(conn_b);
}

/* What is due goes to the head of the queue, the earliest first, and what is not stays; the flags tell what
 * holds slots off and what waits for them. */
static void test_beat__promotes_and_tells_what_is_up(void **state)
{
    struct skep_beat seen;

    (void)state;
    push_records(1);
    say("ZADD", verbs.keys.delayed, "20", "second", "10", "first", "20", "third", "99999999999999", "later",
        NULL);
    beat(NULL, 0, &seen);
    assert_int_equal(seen.depth, 4);
    assert_int_equal(seen.flags, 0);
    check_list(verbs.keys.queue, "first second third r0");
    assert_int_equal(say_number("ZCARD", verbs.keys.delayed), 1);
    assert_int_equal(stat_of("promoted"), 3);
    say("RPUSH", verbs.keys.out, "result", NULL);
    say("RPUSH", verbs.keys.suspect, "task", NULL);
    assert_int_equal(skep_queue_pause(verbs.watcher, &verbs.keys, true, NULL), SKEP_OK);
    assert_int_equal(skep_queue_set_limit(verbs.watcher, &verbs.keys, SKEP_LIMIT_RESULTS, 1, NULL), SKEP_OK);
    beat(NULL, 0, &seen);
    assert_int_equal(seen.flags, SKEP_FLAG_PAUSED | SKEP_FLAG_RESULTS_FULL | SKEP_FLAG_SUSPECT);
}

/* More than a thousand tasks that fall due together come in pieces. */
static void test_beat__promotes_in_pieces(void **state)
{
    struct skep_beat seen;

    (void)state;
    say("EVAL", "for i = 1, 2500 do redis.call('ZADD', KEYS[1], i, 'task' .. i) end", "1", verbs.keys.delayed,
        NULL);
    beat(NULL, 0, &seen);
    assert_int_equal(seen.depth, 1000);
    beat(NULL, 0, &seen);
    beat(NULL, 0, &seen);
    assert_int_equal(seen.depth, 2500);
    assert_int_equal(stat_of("promoted"), 2500);
}

/* A key of another type stops a beat before it has changed anything. */
static void test_beat__a_key_of_another_type_changes_nothing(void **state)
{
    const struct skep_keys *k = &verbs.keys;
    const char *const keys[] = {k->workers, k->queue, k->delayed, k->suspect, k->conf,
                                k->out,     k->stat,  k->jobs,    k->cancel};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        for (size_t n_workers = 0; n_workers < 2; n_workers++) {
            struct skep_holder holder;
            struct skep_conn *conn;
            const char *workers[] = {holder.worker};
            struct skep_error err = {0};
            struct skep_reply *reply;
            struct skep_beat seen;
            struct digest before;
            say("FLUSHALL", NULL);
            conn = open_holder(&holder);
            push_records(2);
            say("ZADD", k->delayed, "1", "due", NULL);
            say("DEL", keys[i], NULL);
            say("SET", keys[i], "something else", NULL);
            before = state_digest();
            assert_int_equal(skep_beat_send(verbs.watcher, k, workers, n_workers, NULL), SKEP_OK);
            assert_int_equal(skep_conn_reply(verbs.watcher, -1, &reply, NULL), SKEP_OK);
            check_failure(skep_beat_read(verbs.watcher, reply, &seen, &err), SKEP_E_REFUSED, &err,
                          "WRONGTYPE");
            check_unchanged(&before);
            skep_conn_free(conn);
        }
    }
}

/* A server that has lost its scripts says so, is taught, and answers the next beat. */
static void test_beat__a_server_without_scripts(void **state)
{
    struct skep_error err = {0};
    struct skep_reply *reply;
    struct skep_beat seen;

    (void)state;
    say("SCRIPT", "FLUSH", NULL);
    assert_int_equal(skep_beat_send(verbs.watcher, &verbs.keys, NULL, 0, NULL), SKEP_OK);
    assert_int_equal(skep_conn_reply(verbs.watcher, -1, &reply, NULL), SKEP_OK);
    check_failure(skep_beat_read(verbs.watcher, reply, &seen, &err), SKEP_E_UNWELL, &err, "NOSCRIPT");
    beat(NULL, 0, &seen);
}

/* ---- the end ---- */

/* Its beat moved since it was looked at: it lives, and nothing happens. The same for somebody who is not
 * there. */
static void test_beat__who_moved_is_not_reaped(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct digest before;

    (void)state;
    push_records(4);
    take(&holder, 2);
    before = state_digest();
    assert_int_equal(reap(holder.worker, beat_of(holder.worker) - 1, SKEP_RUNNING_HEAD, "x"), -1);
    assert_int_equal(reap(holder.worker, beat_of(holder.worker) + 1, SKEP_RUNNING_HEAD, "x"), -1);
    assert_int_equal(reap("nobody", -1, SKEP_RUNNING_HEAD, "x"), -1);
    check_unchanged(&before);
    assert_int_equal(reap(holder.worker, beat_of(holder.worker), SKEP_RUNNING_NONE, "x"), 2);
    skep_conn_free(conn);
}

/* Everything of the dead goes: its registration, its number, what it said of itself; its tasks are at the
 * head again in their order, at no cost to them. */
static void test_beat__the_dead_leave_their_tasks_in_order(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    push_records(6);
    take(&holder, 3);
    say("SET", holder.info_key, "{}", NULL);
    assert_int_equal(reap(holder.worker, -1, SKEP_RUNNING_NONE, "x"), 3);
    check_list(verbs.keys.queue, "r0 r1 r2 r3 r4 r5");
    assert_int_equal(say_number("EXISTS", holder.held_key), 0);
    assert_int_equal(say_number("EXISTS", holder.info_key), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.workers), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.cycle), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.crashes), 0);
    assert_int_equal(stat_of("crash_moved"), 3);
    assert_int_equal(stat_of("crashes"), 0);
    check_audit();
    skep_conn_free(conn);
}

/* A slot takes up to three tasks, and dies while it runs the one of NUMBER. */
static void die(int64_t number, const char *info)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    take(&holder, 3);
    assert_true(reap(holder.worker, -1, number, info) > 0);
    skep_conn_free(conn);
}

/* The task that ran keeps its place after the first crash; after the second it is a suspect, which is run
 * alone, with its history told; once it is done nobody holds its crashes against it. */
static void test_beat__a_task_that_crashes_twice_is_run_alone(void **state)
{
    static const struct skep_verdict done[2];
    struct skep_holder holder;
    struct skep_conn *conn;
    const struct skep_cycle_reply *reply;

    (void)state;
    push_records(6);
    die(1, "signal=9");
    check_list(verbs.keys.queue, "r0 r1 r2 r3 r4 r5");
    assert_int_equal(say_number("HLEN", verbs.keys.crashes), 1);
    die(1, "signal=11 host=a");
    check_list(verbs.keys.queue, "r0 r2 r3 r4 r5");
    check_list(verbs.keys.suspect, "r1");
    conn = open_holder(&holder);
    reply = take(&holder, 3);
    assert_int_equal(reply->n_tasks, 1);
    check_task(reply, 0, "r1");
    assert_int_equal(reply->flags, SKEP_FLAG_SUSPECT);
    assert_int_equal(reply->crashes, 2);
    assert_string_equal(reply->crash_info, "signal=9\nsignal=11 host=a");
    assert_int_equal(take(&holder, 3)->n_tasks, 0); /* nothing beside it */
    reply = cycle(&holder, &(struct skep_cycle){.verdicts = done, .n_verdicts = 1, .want = 2});
    assert_int_equal(reply->n_tasks, 2);
    assert_int_equal(say_number("EXISTS", verbs.keys.crashes), 0);
    assert_int_equal(stat_of("crashes"), 2);
    check_audit();
    skep_conn_free(conn);
}

/* A suspect that is given back, or whose slot dies before it has run, is a suspect still. A third crash takes
 * it there again, and the count tells that the budget is spent. */
static void test_beat__a_suspect_stays_one(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn;
    const struct skep_cycle_reply *reply;

    (void)state;
    push_records(3);
    die(SKEP_RUNNING_HEAD, "");
    die(SKEP_RUNNING_HEAD, "");
    check_list(verbs.keys.suspect, "r0");
    conn = open_holder(&holder);
    take(&holder, 1);
    cycle(&holder, &(struct skep_cycle){.n_back = 1});
    check_list(verbs.keys.suspect, "r0");
    die(SKEP_RUNNING_NONE, "");
    check_list(verbs.keys.suspect, "r0");
    check_list(verbs.keys.queue, "r1 r2");
    die(SKEP_RUNNING_HEAD, "the third");
    check_list(verbs.keys.suspect, "r0");
    reply = take(&holder, 1);
    assert_int_equal(reply->crashes, 3);
    assert_string_equal(reply->crash_info, "\n\nthe third");
    check_audit();
    skep_conn_free(conn);
}

/* Whose turn it was is said by number, so that it stays right when results were told in between; a task that
 * was settled since has not crashed. */
static void test_beat__blame_goes_by_number(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);

    (void)state;
    push_records(16);
    take(&holder, 6);
    settle(&holder, 2);
    assert_int_equal(holder.n_settled, 2);
    assert_int_equal(reap(holder.worker, -1, 1, ""), 4); /* settled already */
    assert_int_equal(stat_of("crashes"), 0);
    skep_conn_free(conn);
    conn = open_holder(&holder);
    take(&holder, 4); /* r2 r3 r4 r5 */
    settle(&holder, 1);
    assert_int_equal(reap(holder.worker, -1, 2, ""), 3); /* r4 */
    assert_int_equal(stat_of("crashes"), 1);
    skep_conn_free(conn);
    conn = open_holder(&holder);
    take(&holder, 2); /* r3 r4 */
    assert_int_equal(reap(holder.worker, -1, 1, ""), 2);
    check_list(verbs.keys.suspect, "r4");
    skep_conn_free(conn);
}

/* ---- ended for what its task did ---- */

/* A slot holds three tasks and is ended while the one of NUMBER ran, which VERDICT settles. */
static int64_t end(int64_t number, const struct skep_verdict *verdict)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    const struct skep_death death = {.worker = holder.worker,
                                     .observed = -1,
                                     .running = number,
                                     .info = "cause=timeout",
                                     .verdict = verdict,
                                     .position = -1};
    struct skep_error err = {0};
    int64_t moved;

    take(&holder, 3);
    if (skep_reap(verbs.watcher, &verbs.keys, &death, &moved, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(say_number("EXISTS", holder.held_key), 0);
    skep_conn_free(conn);
    return moved;
}

/* The task is settled as its verdict says and is nowhere else; the others are back in their order; nobody has
 * crashed. */
static void test_beat__a_verdict_settles_what_ran(void **state)
{
    static const struct skep_verdict bury = {
        .kind = SKEP_BURY, .result = {"too long", 8}, .record = {"letter", 6}};
    static const struct skep_verdict retry = {
        .kind = SKEP_RETRY, .record = {"again", 5}, .delay_ms = 1000000};
    static const struct skep_verdict cancel = {.kind = SKEP_CANCEL, .result = {"no more", 7}, .id = "x"};

    (void)state;
    push_records(8);
    say("HSET", verbs.keys.cancel, "id:x", "1", "id:y", "1", NULL);
    assert_int_equal(end(1, &bury), 2);
    check_list(verbs.keys.queue, "r0 r2 r3 r4 r5 r6 r7");
    check_list(verbs.keys.dead, "letter");
    assert_int_equal(end(0, &retry), 2);
    check_list(verbs.keys.queue, "r2 r3 r4 r5 r6 r7");
    assert_int_equal(say("ZSCORE", verbs.keys.delayed, "again", NULL)->kind, SKEP_REPLY_TEXT);
    assert_int_equal(end(2, &cancel), 2);
    check_list(verbs.keys.queue, "r2 r3 r5 r6 r7");
    check_list(verbs.keys.out, "too long no more");
    assert_int_equal(say_number("HLEN", verbs.keys.cancel), 1);
    assert_int_equal(stat_of("dead"), 1);
    assert_int_equal(stat_of("retried"), 1);
    assert_int_equal(stat_of("cancelled"), 1);
    assert_int_equal(stat_of("done"), 0);
    assert_int_equal(stat_of("crashes"), 0);
    assert_int_equal(stat_of("crash_moved"), 6);
    assert_int_equal(stat_of("reaped"), 3);
    assert_int_equal(say_number("EXISTS", verbs.keys.crashes), 0);
    check_audit();
}

/* The verdict on a suspect ends its crashes when the task is over, and keeps them when it is tried again. */
static void test_beat__a_verdict_on_a_suspect(void **state)
{
    static const struct skep_verdict bury = {.kind = SKEP_BURY, .result = {"no", 2}, .record = {"letter", 6}};
    static const struct skep_verdict retry = {.kind = SKEP_RETRY, .record = {"again", 5}};

    (void)state;
    push_records(1);
    die(0, "");
    die(0, "");
    check_list(verbs.keys.suspect, "r0");
    assert_int_equal(end(0, &retry), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.suspect), 0);
    assert_int_equal(say_number("HLEN", verbs.keys.crashes), 1);
    say("DEL", verbs.keys.delayed, NULL);
    say("RPUSH", verbs.keys.suspect, "r0", NULL);
    assert_int_equal(end(0, &bury), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.crashes), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.suspect), 0);
    check_audit();
}

/* A task that was settled by its slot before the end is not settled once more. */
static void test_beat__a_verdict_comes_too_late(void **state)
{
    static const struct skep_verdict bury = {.kind = SKEP_BURY, .result = {"no", 2}, .record = {"letter", 6}};
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct skep_bytes record;
    int64_t moved;

    (void)state;
    push_records(8);
    take(&holder, 3);
    settle(&holder, 1);
    assert_int_equal(skep_peek_running(verbs.watcher, &verbs.keys, holder.worker, 0, &record, NULL),
                     SKEP_EMPTY);
    assert_int_equal(skep_peek_running(verbs.watcher, &verbs.keys, holder.worker, 3, &record, NULL),
                     SKEP_EMPTY);
    assert_int_equal(skep_peek_running(verbs.watcher, &verbs.keys, "nobody", 1, &record, NULL), SKEP_EMPTY);
    assert_int_equal(skep_peek_running(verbs.watcher, &verbs.keys, holder.worker, 2, &record, NULL), SKEP_OK);
    assert_int_equal(record.n, 2);
    assert_memory_equal(record.bytes, "r2", 2);
    assert_int_equal(skep_reap(verbs.watcher, &verbs.keys,
                               &(struct skep_death){.worker = holder.worker,
                                                    .observed = -1,
                                                    .running = 0,
                                                    .info = "",
                                                    .verdict = &bury,
                                                    .position = -1},
                               &moved, NULL),
                     SKEP_OK);
    assert_int_equal(moved, 2);
    assert_int_equal(say_number("EXISTS", verbs.keys.dead), 0);
    assert_int_equal(say_number("EXISTS", verbs.keys.out), 0);
    check_audit();
    skep_conn_free(conn);
}

/* The same record at two places of its batch is two tasks; what skep adds in front makes no other task of it.
 */
static void test_beat__crashes_are_counted_by_place_and_body(void **state)
{
    (void)state;
    say("RPUSH", verbs.keys.queue, "#skep i=1 q=5\n{}", "#skep i=2 q=5\n{}", "{}", NULL);
    for (int i = 0; i < 3; i++) {
        die(SKEP_RUNNING_HEAD, "");
        say("LMOVE", verbs.keys.queue, verbs.keys.queue, "LEFT", "RIGHT", NULL);
    }
    assert_int_equal(say_number("HLEN", verbs.keys.crashes), 3);
    assert_int_equal(say_number("EXISTS", verbs.keys.suspect), 0);
    say("LPUSH", verbs.keys.queue, "#skep q=7 i=2 try=3 id=x\n{}", NULL);
    die(SKEP_RUNNING_HEAD, "");
    check_list(verbs.keys.suspect, "#skep q=7 i=2 try=3 id=x\n{}");
}

/* All who watch see the same stop, and declare the same slot dead at once: one of them moves its tasks. */
static void test_beat__eight_reapers_reap_once(void **state)
{
    struct skep_conn *reapers[8];
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    const struct skep_keys *k = &verbs.keys;
    const char *const keys[] = {k->queue, holder.held_key, k->workers, k->cycle,   k->suspect, k->crashes,
                                k->stat,  holder.info_key, k->out,     k->delayed, k->dead,    k->conf,
                                k->jobs,  k->puts,         k->cancel,  k->ranges,  k->gather,  k->prefix};
    int64_t n_moved = 0;
    char observed[32];

    (void)state;
    push_records(10);
    take(&holder, 5);
    snprintf(observed, sizeof observed, "%d", (int)beat_of(holder.worker));
    for (size_t i = 0; i < 8; i++) {
        reapers[i] = open_conn(verbs.redis->url, (struct skep_conn_options){0});
        assert_int_equal(skep_script_load_all(reapers[i], NULL), SKEP_OK);
    }
    test_redis_pause(verbs.redis); /* it finds all of them at its door */
    for (size_t i = 0; i < 8; i++) {
        skep_script_begin(reapers[i], SKEP_SCRIPT_REAP, 18, keys, 6);
        skep_conn_arg_text(reapers[i], holder.worker);
        skep_conn_arg_text(reapers[i], observed);
        skep_conn_arg_text(reapers[i], "head");
        skep_conn_arg_text(reapers[i], "info");
        skep_conn_arg_text(reapers[i], "");
        skep_conn_arg_text(reapers[i], "0");
        assert_int_equal(skep_conn_flush(reapers[i], NULL), SKEP_OK);
    }
    test_redis_resume(verbs.redis);
    for (size_t i = 0; i < 8; i++) {
        struct skep_reply *reply;
        assert_int_equal(skep_conn_reply(reapers[i], -1, &reply, NULL), SKEP_OK);
        assert_int_equal(reply->kind, SKEP_REPLY_INT);
        n_moved += reply->integer;
        skep_conn_free(reapers[i]);
    }
    assert_int_equal(n_moved, 5 - 7);
    assert_int_equal(stat_of("reaped"), 1);
    assert_int_equal(stat_of("crashes"), 1);
    check_list(verbs.keys.queue, "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9");
    check_audit();
    skep_conn_free(conn);
}

/* A key of another type stops a reap before it has changed anything. */
static void test_beat__a_reap_over_a_key_of_another_type(void **state)
{
    const struct skep_keys *k = &verbs.keys;
    struct skep_holder holder;
    const char *const keys[] = {k->queue,   holder.held_key, k->workers, k->cycle,   k->suspect,
                                k->crashes, k->stat,         k->out,     k->delayed, k->dead,
                                k->conf,    k->jobs,         k->puts,    k->cancel};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct skep_error err = {0};
        struct digest before;
        struct skep_conn *conn;
        int64_t moved;
        say("FLUSHALL", NULL);
        conn = open_holder(&holder);
        push_records(8);
        take(&holder, 3);
        say("DEL", keys[i], NULL);
        say("SET", keys[i], "something else", NULL);
        before = state_digest();
        check_failure(skep_reap(verbs.watcher, k,
                                &(struct skep_death){.worker = holder.worker,
                                                     .observed = -1,
                                                     .running = SKEP_RUNNING_HEAD,
                                                     .info = "",
                                                     .verdict = NULL,
                                                     .position = -1},
                                &moved, &err),
                      SKEP_E_REFUSED, &err, "WRONGTYPE");
        assert_int_equal(moved, -1);
        check_unchanged(&before);
        skep_conn_free(conn);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_beat__counts_and_tells, verbs_clear),
        cmocka_unit_test_setup(test_beat__promotes_and_tells_what_is_up, verbs_clear),
        cmocka_unit_test_setup(test_beat__promotes_in_pieces, verbs_clear),
        cmocka_unit_test_setup(test_beat__a_key_of_another_type_changes_nothing, verbs_clear),
        cmocka_unit_test_setup(test_beat__a_server_without_scripts, verbs_clear),
        cmocka_unit_test_setup(test_beat__who_moved_is_not_reaped, verbs_clear),
        cmocka_unit_test_setup(test_beat__the_dead_leave_their_tasks_in_order, verbs_clear),
        cmocka_unit_test_setup(test_beat__a_task_that_crashes_twice_is_run_alone, verbs_clear),
        cmocka_unit_test_setup(test_beat__a_suspect_stays_one, verbs_clear),
        cmocka_unit_test_setup(test_beat__blame_goes_by_number, verbs_clear),
        cmocka_unit_test_setup(test_beat__a_verdict_settles_what_ran, verbs_clear),
        cmocka_unit_test_setup(test_beat__a_verdict_on_a_suspect, verbs_clear),
        cmocka_unit_test_setup(test_beat__a_verdict_comes_too_late, verbs_clear),
        cmocka_unit_test_setup(test_beat__crashes_are_counted_by_place_and_body, verbs_clear),
        cmocka_unit_test_setup(test_beat__eight_reapers_reap_once, verbs_clear),
        cmocka_unit_test_setup(test_beat__a_reap_over_a_key_of_another_type, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
