/* SPDX-License-Identifier: MIT */
/* A push on a real server: in order, once, and from where it was after whatever went wrong. */
#include "support/test.h"
#include "verbs.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "queue/put.h"

/* Records number AT ... AT + N - 1 of a push: "r<number>". They live until the next call. */
static const struct skep_bytes *records_from(uint64_t at, size_t n)
{
    static struct skep_bytes records[SKEP_PUT_PIECE];
    static char texts[SKEP_PUT_PIECE][24];

    for (size_t i = 0; i < n; i++) {
        records[i].n = (size_t)snprintf(texts[i], sizeof texts[i], "r%d", (int)(at + i));
        records[i].bytes = texts[i];
    }
    return records;
}

static void open_push(struct skep_put *put, const char *id)
{
    struct skep_conn *conn = open_conn(verbs.redis->url, (struct skep_conn_options){0});
    struct skep_error err = {0};

    if (skep_put_init(put, conn, "q", id, &err) != SKEP_OK || skep_put_resume(put, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
}

static void put_some(struct skep_put *put, size_t n)
{
    struct skep_error err = {0};

    if (skep_put_send(put, records_from(put->n_sent, n), n, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
}

/* The queue holds r0 ... r<N-1>, in this order. */
static void check_queue(size_t n)
{
    const struct skep_reply *reply = say("LRANGE", verbs.keys.queue, "0", "-1", NULL);

    assert_int_equal(reply->n, n);
    for (size_t i = 0; i < n; i++) {
        check_text(&reply->items[i], records_from(i, 1)->bytes);
    }
}

/* Many pieces go in behind each other while their answers are still on the way. */
static void test_put__puts_in_order(void **state)
{
    struct skep_put put;

    (void)state;
    open_push(&put, "batch");
    assert_int_equal(put.offset, 0);
    for (size_t i = 0; i < 12; i++) {
        put_some(&put, i % 3 == 0 ? SKEP_PUT_PIECE : 1 + i);
    }
    assert_true(put.n_in_flight > 1);
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_OK);
    assert_int_equal(put.offset, put.n_sent);
    assert_int_equal(put.depth, (int64_t)put.offset);
    check_queue(put.offset);
    assert_int_equal(stat_of("put"), (int64_t)put.offset);
    assert_int_equal(say("SISMEMBER", SKEP_KEY_QUEUES, "q", NULL)->integer, 1);
    skep_conn_free(put.conn);
}

/* The same name goes on where it was, on another connection and in another process; another name begins anew.
 */
static void test_put__a_name_goes_on(void **state)
{
    struct skep_put first, again, other;

    (void)state;
    open_push(&first, "batch");
    put_some(&first, 5);
    assert_int_equal(skep_put_drain(&first, NULL), SKEP_OK);
    open_push(&again, "batch");
    assert_int_equal(again.offset, 5);
    put_some(&again, 3);
    assert_int_equal(skep_put_drain(&again, NULL), SKEP_OK);
    check_queue(8);
    open_push(&other, "another batch");
    assert_int_equal(other.offset, 0);
    assert_int_equal(skep_put_forget(&again, NULL), SKEP_OK);
    assert_int_equal(skep_put_resume(&again, NULL), SKEP_OK);
    assert_int_equal(again.offset, 0);
    skep_conn_free(first.conn);
    skep_conn_free(again.conn);
    skep_conn_free(other.conn);
}

/* Records are bytes: none, with NULs and line ends, or 64 KiB of all. */
static void test_put__bytes_are_bytes(void **state)
{
    static char large[64 * 1024];
    const struct skep_bytes records[] = {{"", 0}, {"a\0b", 3}, {"\r\n", 2}, {large, sizeof large}};
    struct skep_put put;
    const struct skep_reply *reply;

    (void)state;
    for (size_t i = 0; i < sizeof large; i++) {
        large[i] = (char)(i * 37 >> 2);
    }
    open_push(&put, "batch");
    assert_int_equal(skep_put_send(&put, records, 4, NULL), SKEP_OK);
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_OK);
    reply = say("LRANGE", verbs.keys.queue, "0", "-1", NULL);
    assert_int_equal(reply->n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(reply->items[i].length, records[i].n);
        assert_memory_equal(reply->items[i].bytes, records[i].bytes, records[i].n);
    }
    skep_conn_free(put.conn);
}

/* ---- refuses ---- */

/* A push without a name, with one that is too long, or for no queue. */
static void test_put__refuses_bad_names(void **state)
{
    static char name[300];
    struct skep_put put;
    struct skep_error err = {0};

    (void)state;
    memset(name, 'x', sizeof name - 1);
    assert_int_equal(skep_put_init(&put, verbs.watcher, "q", "", NULL), SKEP_E_USAGE);
    check_failure(skep_put_init(&put, verbs.watcher, "q", name, &err), SKEP_E_USAGE, &err, "256 bytes");
    name[256] = '\0';
    assert_int_equal(skep_put_init(&put, verbs.watcher, "q", name, NULL), SKEP_OK);
    assert_int_equal(skep_put_init(&put, verbs.watcher, "a queue", "batch", NULL), SKEP_E_USAGE);
}

/* A queue that has reached its limit takes no piece that goes over it; what was sent behind one is not in
 * either, and when there is room all goes on from the server's count. */
static void test_put__a_full_queue(void **state)
{
    struct skep_put put;
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(skep_queue_set_limit(verbs.watcher, &verbs.keys, SKEP_LIMIT_DEPTH, 25, NULL), SKEP_OK);
    open_push(&put, "batch");
    for (int i = 0; i < 4; i++) {
        put_some(&put, 10);
    }
    check_failure(skep_put_drain(&put, &err), SKEP_E_FULL, &err,
                  "holds 20 tasks, and its limit has no room for 10 more");
    assert_int_equal(put.offset, 20);
    assert_int_equal(skep_put_resume(&put, NULL), SKEP_OK);
    assert_int_equal(put.offset, 20);
    put_some(&put, 5); /* exactly to the limit */
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_OK);
    put_some(&put, 1);
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_E_FULL);
    say("LTRIM", verbs.keys.queue, "0", "9", NULL);
    assert_int_equal(skep_put_resume(&put, NULL), SKEP_OK);
    assert_int_equal(put.offset, 25);
    assert_int_equal(stat_of("put"), 25);
    skep_conn_free(put.conn);
}

/* The limit met in the middle of a long push is told by the piece that cannot be sent any more. */
static void test_put__a_queue_that_fills_up_meanwhile(void **state)
{
    struct skep_put put;
    skep_status st = SKEP_OK;
    int n = 0;

    (void)state;
    assert_int_equal(skep_queue_set_limit(verbs.watcher, &verbs.keys, SKEP_LIMIT_DEPTH, 35, NULL), SKEP_OK);
    open_push(&put, "batch");
    while (st == SKEP_OK && n < 100) {
        st = skep_put_send(&put, records_from(put.n_sent, 10), 10, NULL);
        n++;
    }
    assert_int_equal(st, SKEP_E_FULL);
    assert_int_equal(n, 3 + SKEP_PUT_WINDOW + 1);
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_E_FULL);
    check_queue(30);
    skep_conn_free(put.conn);
}

/* A server that has fewer records than it said, and somebody else who pushes under the same name. */
static void test_put__a_conflict(void **state)
{
    struct skep_put put, other;
    struct skep_error err = {0};

    (void)state;
    open_push(&put, "batch");
    put_some(&put, 10);
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_OK);
    say("HSET", verbs.keys.puts, "batch", "4", NULL);
    put_some(&put, 10);
    check_failure(skep_put_drain(&put, &err), SKEP_E_CONFLICT, &err, "forgotten records of this push");
    say("HSET", verbs.keys.puts, "batch", "10", NULL);
    open_push(&other, "batch");
    put_some(&other, 3);
    assert_int_equal(skep_put_drain(&other, NULL), SKEP_OK);
    assert_int_equal(skep_put_resume(&put, NULL), SKEP_OK);
    assert_int_equal(put.offset, 13);
    check_queue(13);
    skep_conn_free(put.conn);
    skep_conn_free(other.conn);
}

/* A key of another type stops a piece before it has changed anything. */
static void test_put__a_key_of_another_type_changes_nothing(void **state)
{
    const struct skep_keys *k = &verbs.keys;
    const char *const keys[] = {k->queue, k->puts, k->stat, k->conf, k->jobs, k->cancel};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct skep_error err = {0};
        struct digest before;
        struct skep_put put;
        say("FLUSHALL", NULL);
        open_push(&put, "batch");
        say("SET", keys[i], "something else", NULL);
        before = state_digest();
        put_some(&put, 3);
        check_failure(skep_put_drain(&put, &err), SKEP_E_REFUSED, &err, "WRONGTYPE");
        check_unchanged(&before);
        skep_conn_free(put.conn);
    }
}

/* ---- breaks ---- */

/* The answers to what was under way are lost: the server is asked what it has, and nothing goes in twice. */
static void test_put__lost_answers(void **state)
{
    struct skep_put put;

    (void)state;
    open_push(&put, "batch");
    test_redis_pause(verbs.redis);
    put_some(&put, 10);
    put_some(&put, 10);
    assert_int_equal(shutdown(skep_conn_fd(put.conn), SHUT_RD), 0);
    test_redis_resume(verbs.redis);
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_E_UNREACHABLE);
    assert_int_equal(skep_put_resume(&put, NULL), SKEP_OK);
    assert_in_range(put.offset, 10, 20); /* the second one may have been dropped with the line */
    while (put.offset < 30) {
        put_some(&put, 10);
        assert_int_equal(skep_put_drain(&put, NULL), SKEP_OK);
    }
    check_queue(30);
    skep_conn_free(put.conn);
}

/* The same piece once more is known, and answered without being put in. */
static void test_put__a_piece_that_comes_twice(void **state)
{
    struct skep_put put;

    (void)state;
    open_push(&put, "batch");
    put_some(&put, 10);
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_OK);
    put.offset = put.n_sent = 4;
    put_some(&put, 6);
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_OK);
    assert_int_equal(put.offset, 10);
    check_queue(10);
    assert_int_equal(stat_of("put"), 10);
    skep_conn_free(put.conn);
}

/* A server that loses its scripts in the middle of a pipeline, or is full, takes nothing in out of order. */
static void test_put__a_server_that_forgets_or_is_full(void **state)
{
    struct skep_put put;
    struct skep_error err = {0};

    (void)state;
    open_push(&put, "batch");
    put_some(&put, 10);
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_OK);
    say("SCRIPT", "FLUSH", NULL);
    put_some(&put, 10);
    put_some(&put, 10);
    check_failure(skep_put_drain(&put, &err), SKEP_E_UNWELL, &err, "NOSCRIPT");
    assert_int_equal(skep_put_resume(&put, NULL), SKEP_OK);
    assert_int_equal(put.offset, 10);
    say("CONFIG", "SET", "maxmemory", "1", NULL);
    put_some(&put, 10);
    put_some(&put, 10);
    skep_error_clear(&err);
    check_failure(skep_put_drain(&put, &err), SKEP_E_UNWELL, &err, "OOM");
    say("CONFIG", "SET", "maxmemory", "0", NULL);
    assert_int_equal(skep_put_resume(&put, NULL), SKEP_OK);
    assert_int_equal(put.offset, 10);
    put_some(&put, 10);
    assert_int_equal(skep_put_drain(&put, NULL), SKEP_OK);
    check_queue(20);
    skep_conn_free(put.conn);
}

/* With appendfsync always, a server that is killed while pieces are under way has each record once in the
 * end. */
static void test_put__a_killed_server(void **state)
{
    struct test_redis *redis =
        test_redis_start(&(struct test_redis_options){.config = "appendonly yes\nappendfsync always\n"});
    struct skep_conn *conn = open_conn(redis->url, (struct skep_conn_options){0});
    struct skep_put put;
    struct skep_reply *reply;

    (void)state;
    assert_int_equal(skep_put_init(&put, conn, "q", "batch", NULL), SKEP_OK);
    assert_int_equal(skep_put_resume(&put, NULL), SKEP_OK);
    for (int round = 0; round < 5; round++) {
        uint64_t known = put.offset;
        for (int i = 0; i < SKEP_PUT_WINDOW; i++) {
            assert_int_equal(skep_put_send(&put, records_from(put.n_sent, 50), 50, NULL), SKEP_OK);
        }
        test_redis_kill(redis); /* some of it is in, perhaps */
        if (skep_put_drain(&put, NULL) == SKEP_OK) {
            known += (uint64_t)SKEP_PUT_WINDOW * 50;
        }
        test_redis_restart(redis);
        skep_conn_close(conn);
        assert_int_equal(skep_put_resume(&put, NULL), SKEP_OK);
        assert_true(put.offset >= known && put.offset % 50 == 0);
    }
    while (put.offset < 1000) {
        assert_int_equal(skep_put_send(&put, records_from(put.n_sent, 50), 50, NULL), SKEP_OK);
        assert_int_equal(skep_put_drain(&put, NULL), SKEP_OK);
    }
    reply = ask(conn, "LRANGE skep:q 0 -1");
    assert_int_equal(reply->n, put.offset);
    for (size_t i = 0; i < reply->n; i++) {
        check_text(&reply->items[i], records_from(i, 1)->bytes);
    }
    skep_conn_free(conn);
    test_redis_stop(redis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_put__puts_in_order, verbs_clear),
        cmocka_unit_test_setup(test_put__a_name_goes_on, verbs_clear),
        cmocka_unit_test_setup(test_put__bytes_are_bytes, verbs_clear),
        cmocka_unit_test_setup(test_put__refuses_bad_names, verbs_clear),
        cmocka_unit_test_setup(test_put__a_full_queue, verbs_clear),
        cmocka_unit_test_setup(test_put__a_queue_that_fills_up_meanwhile, verbs_clear),
        cmocka_unit_test_setup(test_put__a_conflict, verbs_clear),
        cmocka_unit_test_setup(test_put__a_key_of_another_type_changes_nothing, verbs_clear),
        cmocka_unit_test_setup(test_put__lost_answers, verbs_clear),
        cmocka_unit_test_setup(test_put__a_piece_that_comes_twice, verbs_clear),
        cmocka_unit_test_setup(test_put__a_server_that_forgets_or_is_full, verbs_clear),
        cmocka_unit_test_setup(test_put__a_killed_server, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
