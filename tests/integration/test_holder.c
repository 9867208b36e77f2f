/* SPDX-License-Identifier: MIT */
/* A slot and its queue on a real server: what a cycle does. That every sequence of cycles leaves the right
 * state is test_model.c's; here are the facts that need a closer look. Waiting, refusals, and servers that
 * are not well have files beside this one. */
#include "support/test.h"
#include "verbs.h"

#define TEXT(literal)                                                                                        \
    {                                                                                                        \
        literal, sizeof literal - 1                                                                          \
    }

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_holder__takes_a_fair_share_in_order, verbs_clear),
        cmocka_unit_test_setup(test_holder__settles_gives_back_and_takes_at_once, verbs_clear),
        cmocka_unit_test_setup(test_holder__a_batch_is_a_thousand, verbs_clear),
        cmocka_unit_test_setup(test_holder__bytes_are_bytes, verbs_clear),
        cmocka_unit_test_setup(test_holder__large_records_keep_their_order, verbs_clear),
        cmocka_unit_test_setup(test_holder__leaves_nothing_behind, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
