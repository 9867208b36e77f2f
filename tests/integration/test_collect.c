/* SPDX-License-Identifier: MIT */
/* A consumer of results on a real server: nothing leaves the list before it has it. */
#include "support/test.h"
#include "support/until.h"
#include "verbs.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "queue/collect.h"

enum { HAND_MAX = 100 };

static struct skep_bytes hand[HAND_MAX];

static void open_collector(struct skep_collector *collector)
{
    struct skep_conn *conn = open_conn(verbs.redis->url, (struct skep_conn_options){0});

    assert_int_equal(skep_collector_init(collector, conn, "q", NULL), SKEP_OK);
}

static void close_collector(struct skep_collector *collector)
{
    skep_conn_free(collector->conn);
}

/* Confirm and read what must be "a b c". */
static void collect(struct skep_collector *collector, size_t n_stored, size_t want, const char *wanted)
{
    struct skep_error err = {0};
    char text[1024] = "";
    size_t n, length = 0;

    if (skep_collect(collector, n_stored, want, hand, &n, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < n; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%.*s", i > 0 ? " " : "",
                                   (int)hand[i].n, hand[i].bytes);
    }
    assert_string_equal(text, wanted);
    assert_int_equal(collector->n_taken, n);
}

static void publish(const char *a, const char *b, const char *c)
{
    say("RPUSH", verbs.keys.out, a, b, c, NULL);
}

/* What is read stays until it is confirmed, and comes again until then. */
static void test_collect__confirms_what_is_stored(void **state)
{
    struct skep_collector collector;

    (void)state;
    publish("a", "b", "c");
    publish("d", "e", "f");
    open_collector(&collector);
    collect(&collector, 0, 3, "a b c");
    assert_int_equal(collector.base, 0);
    assert_int_equal(collector.n_left, 6);
    collect(&collector, 0, 2, "a b");
    collect(&collector, 1, 4, "b c d e");
    assert_int_equal(collector.base, 1);
    assert_int_equal(collector.n_left, 5);
    collect(&collector, 4, 10, "f");
    collect(&collector, 1, 10, "");
    assert_int_equal(stat_of("collected"), 6);
    assert_int_equal(say_number("EXISTS", verbs.keys.out), 0);
    collect(&collector, 0, 10, "");
    close_collector(&collector);
}

/* One that dies with results in hand loses none: the next one sees them, once the mark of the first has
 * faded. */
static void test_collect__the_next_one_sees_them_again(void **state)
{
    struct skep_collector first, second;

    (void)state;
    publish("a", "b", "c");
    open_collector(&first);
    collect(&first, 0, 2, "a b");
    close_collector(&first);
    assert_in_range(say_number("PTTL", verbs.keys.reader), 1, SKEP_COLLECT_MARK_MS);
    say("DEL", verbs.keys.reader, NULL);
    open_collector(&second);
    collect(&second, 0, 3, "a b c");
    close_collector(&second);
}

/* Who leaves confirms the last, and lets another one in at once. */
static void test_collect__leaves(void **state)
{
    struct skep_collector first, second;

    (void)state;
    publish("a", "b", "c");
    open_collector(&first);
    open_collector(&second);
    collect(&first, 0, 2, "a b");
    assert_int_equal(skep_collect_leave(&first, 1, NULL), SKEP_OK);
    assert_int_equal(say_number("EXISTS", verbs.keys.reader), 0);
    collect(&second, 0, 3, "b c");
    close_collector(&first);
    close_collector(&second);
}

static bool somebody_waits(void *context)
{
    return strstr(ask(context, "INFO clients")->bytes, "blocked_clients:1\r") != NULL;
}

/* Waiting ends with the next result, takes nothing, and ends without one when its time is over. */
static void test_collect__waits_without_taking(void **state)
{
    struct skep_collector collector;
    int64_t began_ms = test_now_ms();
    pid_t publisher;
    int status;

    (void)state;
    open_collector(&collector);
    assert_int_equal(skep_collect_wait(&collector, 20, NULL), SKEP_EMPTY);
    assert_in_range(test_now_ms() - began_ms, 19, 20000);
    publisher = fork();
    assert_true(publisher >= 0);
    if (publisher == 0) {
        struct skep_conn *conn = open_conn(verbs.redis->url, (struct skep_conn_options){0});
        bool waits = test_until(somebody_waits, conn, 20000);
        ask(conn, "RPUSH {skep:q}:out result");
        _exit(waits ? 0 : 1);
    }
    assert_int_equal(skep_collect_wait(&collector, 50000, NULL), SKEP_OK);
    assert_int_equal(waitpid(publisher, &status, 0), publisher);
    assert_int_equal(status, 0);
    check_list(verbs.keys.out, "result");
    collect(&collector, 0, 1, "result");
    close_collector(&collector);
}

/* Results are bytes, and large ones come whole. */
static void test_collect__bytes_are_bytes(void **state)
{
    static char large[200 * 1000];
    struct skep_collector collector;
    struct skep_reply *reply;
    size_t n;

    (void)state;
    for (size_t i = 0; i < sizeof large; i++) {
        large[i] = (char)(i * 11 >> 1);
    }
    skep_conn_begin(verbs.watcher, 4);
    skep_conn_arg_text(verbs.watcher, "RPUSH");
    skep_conn_arg_text(verbs.watcher, verbs.keys.out);
    skep_conn_arg(verbs.watcher, "a\0b", 3);
    skep_conn_arg(verbs.watcher, large, sizeof large);
    assert_int_equal(skep_conn_call(verbs.watcher, -1, &reply, NULL), SKEP_OK);
    open_collector(&collector);
    assert_int_equal(skep_collect(&collector, 0, HAND_MAX, hand, &n, NULL), SKEP_OK);
    assert_int_equal(n, 2);
    assert_int_equal(hand[0].n, 3);
    assert_memory_equal(hand[0].bytes, "a\0b", 3);
    assert_int_equal(hand[1].n, sizeof large);
    assert_memory_equal(hand[1].bytes, large, sizeof large);
    close_collector(&collector);
}

/* ---- refuses ---- */

/* A second one is told who reads, and changes nothing. */
static void test_collect__one_at_a_time(void **state)
{
    struct skep_collector first, second;
    struct skep_error err = {0};
    struct digest before;
    size_t n;

    (void)state;
    publish("a", "b", "c");
    open_collector(&first);
    open_collector(&second);
    collect(&first, 0, 2, "a b");
    before = state_digest();
    check_failure(skep_collect(&second, 0, 2, hand, &n, &err), SKEP_E_CONFLICT, &err, first.token);
    assert_int_equal(n, 0);
    check_unchanged(&before);
    collect(&first, 2, 2, "c");
    close_collector(&first);
    close_collector(&second);
}

/* Its mark has faded and another one has read and collected exactly as many: what it confirms now is not what
 * the list begins with, and stays. */
static void test_collect__another_has_collected_as_many(void **state)
{
    struct skep_collector slow, quick;
    struct skep_error err = {0};
    size_t n;

    (void)state;
    publish("a", "b", "c");
    publish("d", "e", "f");
    open_collector(&slow);
    open_collector(&quick);
    collect(&slow, 0, 2, "a b");
    say("DEL", verbs.keys.reader, NULL);
    collect(&quick, 0, 2, "a b");
    assert_int_equal(skep_collect_leave(&quick, 2, NULL), SKEP_OK);
    check_failure(skep_collect(&slow, 2, 2, hand, &n, &err), SKEP_E_CONFLICT, &err,
                  "collected by somebody else");
    check_list(verbs.keys.out, "c d e f");
    assert_int_equal(stat_of("collected"), 2);
    close_collector(&slow);
    close_collector(&quick);
}

/* The server was restored to a time before the results in hand were published, and others stand in their
 * place: they stay, for nobody has seen them. */
static void test_collect__a_server_with_older_data(void **state)
{
    struct skep_collector collector;
    struct skep_error err = {0};
    const struct skep_reply *saved;
    char *stat;
    size_t n, n_stat;

    (void)state;
    publish("a", "b", "c");
    open_collector(&collector);
    collect(&collector, 0, 1, "a");
    collect(&collector, 1, 0, "");
    say("DEL", verbs.keys.out, NULL);
    saved = say("DUMP", verbs.keys.stat, NULL);
    n_stat = saved->length;
    stat = malloc(n_stat);
    assert_non_null(stat);
    memcpy(stat, saved->bytes, n_stat);
    publish("d", "e", "f");
    collect(&collector, 0, 3, "d e f");
    say("DEL", verbs.keys.out, verbs.keys.stat, NULL);
    skep_conn_begin(verbs.watcher, 4);
    skep_conn_arg_text(verbs.watcher, "RESTORE");
    skep_conn_arg_text(verbs.watcher, verbs.keys.stat);
    skep_conn_arg_text(verbs.watcher, "0");
    skep_conn_arg(verbs.watcher, stat, n_stat);
    assert_int_equal(skep_conn_call(verbs.watcher, -1, &(struct skep_reply *){NULL}, NULL), SKEP_OK);
    free(stat);
    publish("x", "y", "z");
    assert_int_equal(stat_of("collected"), collector.base); /* the count alone does not tell */
    check_failure(skep_collect(&collector, 3, 3, hand, &n, &err), SKEP_E_CONFLICT, &err, "forgotten");
    check_list(verbs.keys.out, "x y z");
    close_collector(&collector);
}

/* A key of another type stops a confirmation before it has changed anything. */
static void test_collect__a_key_of_another_type_changes_nothing(void **state)
{
    const char *const keys[] = {verbs.keys.out, verbs.keys.stat, verbs.keys.reader};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct skep_collector collector;
        struct skep_error err = {0};
        struct digest before;
        size_t n;
        say("FLUSHALL", NULL);
        publish("a", "b", "c");
        open_collector(&collector);
        collect(&collector, 0, 2, "a b");
        say("DEL", keys[i], NULL);
        say("SADD", keys[i], "something else", NULL);
        before = state_digest();
        check_failure(skep_collect(&collector, 2, 2, hand, &n, &err), SKEP_E_REFUSED, &err, "WRONGTYPE");
        check_unchanged(&before);
        close_collector(&collector);
    }
}

/* A right that is missing is named, for the script and for the reading behind it, and stops the consumer.
 * What was confirmed before the reading failed is not confirmed again by the next call. */
static void test_collect__names_the_missing_right(void **state)
{
    static const struct {
        const char *rule, *words;
    } missing[] = {{"-lrange", "'lrange'"}, {"-evalsha", "'evalsha'"}, {"-ltrim", "a script of skep needs"}};

    (void)state;
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        struct skep_collector collector;
        struct skep_error err = {0};
        size_t n;
        publish("a", "b", "c");
        open_collector(&collector);
        collect(&collector, 0, 2, "a b");
        say("ACL", "SETUSER", "limited", "reset", "on", "nopass", "~*", "+@all", missing[i].rule, NULL);
        ask(collector.conn, "AUTH limited any");
        check_failure(skep_collect(&collector, 2, 2, hand, &n, &err), SKEP_E_REFUSED, &err, missing[i].words);
        check_list(verbs.keys.out, i == 0 ? "c" : "a b c");
        say("ACL", "SETUSER", "limited", "+@all", NULL);
        collect(&collector, 2, 2, "c");
        say("ACL", "DELUSER", "limited", NULL);
        close_collector(&collector);
        say("DEL", verbs.keys.out, verbs.keys.reader, NULL);
    }
}

/* ---- breaks ---- */

/* The answer to a confirmation is lost: said again it counts once, and the same results come. */
static void test_collect__a_lost_answer(void **state)
{
    struct skep_collector collector;
    size_t n;

    (void)state;
    publish("a", "b", "c");
    publish("d", "e", "f");
    open_collector(&collector);
    collect(&collector, 0, 2, "a b");
    assert_int_equal(shutdown(skep_conn_fd(collector.conn), SHUT_RD), 0);
    assert_int_equal(skep_collect(&collector, 2, 2, hand, &n, NULL), SKEP_E_UNREACHABLE);
    ask(verbs.watcher, "PING");
    ask(verbs.watcher, "PING"); /* the first request has been executed by now */
    check_list(verbs.keys.out, "c d e f");
    collect(&collector, 2, 3, "c d e");
    assert_int_equal(stat_of("collected"), 2);
    assert_int_equal(shutdown(skep_conn_fd(collector.conn), SHUT_WR), 0);
    assert_int_equal(skep_collect(&collector, 3, 2, hand, &n, NULL), SKEP_E_UNREACHABLE);
    collect(&collector, 3, 2, "f"); /* this one had never arrived */
    assert_int_equal(stat_of("collected"), 5);
    close_collector(&collector);
}

/* A server without scripts is taught; one that is out of memory lets go of what is collected. */
static void test_collect__a_server_that_forgets_or_is_full(void **state)
{
    struct skep_collector collector;

    (void)state;
    publish("a", "b", "c");
    open_collector(&collector);
    say("SCRIPT", "FLUSH", NULL);
    collect(&collector, 0, 2, "a b");
    say("SCRIPT", "FLUSH", NULL);
    collect(&collector, 1, 1, "b");
    say("CONFIG", "SET", "maxmemory", "1", NULL);
    collect(&collector, 1, 1, "c");
    assert_int_equal(skep_collect_leave(&collector, 1, NULL), SKEP_OK);
    say("CONFIG", "SET", "maxmemory", "0", NULL);
    assert_int_equal(say_number("EXISTS", verbs.keys.out), 0);
    assert_int_equal(stat_of("collected"), 3);
    close_collector(&collector);
}

/* A server that is only a replica now, and one that still reads its data, are no reason to stop. */
static void test_collect__a_server_that_is_not_ready(void **state)
{
    struct skep_collector collector;
    struct skep_conn *loader = open_conn(verbs.redis->url, (struct skep_conn_options){0});
    struct skep_error err = {0};
    struct skep_reply *reply;
    skep_status st;
    size_t n;

    (void)state;
    publish("a", "b", "c");
    open_collector(&collector);
    collect(&collector, 0, 2, "a b");
    say("REPLICAOF", "127.0.0.1", "1", NULL);
    check_failure(skep_collect(&collector, 2, 2, hand, &n, &err), SKEP_E_UNWELL, &err, "READONLY");
    assert_false(skep_conn_is_open(collector.conn)); /* the address may lead elsewhere by now */
    say("REPLICAOF", "NO", "ONE", NULL);
    collect(&collector, 2, 2, "c");
    say("EVAL", "for i = 1, 300 do redis.call('SET', 'k' .. i, string.rep('x', 9000)) end", "0", NULL);
    say("CONFIG", "SET", "key-load-delay", "3000", "loading-process-events-interval-bytes", "1024", NULL);
    build(loader, "DEBUG RELOAD");
    assert_int_equal(skep_conn_flush(loader, NULL), SKEP_OK);
    do { /* the first one may come before the reading has begun */
        skep_error_clear(&err);
        st = skep_collect(&collector, 0, 1, hand, &n, &err);
    } while (st == SKEP_OK && skep_conn_try_reply(loader, &reply, NULL) == SKEP_EMPTY);
    check_failure(st, SKEP_E_UNWELL, &err, "LOADING");
    say("CONFIG", "SET", "key-load-delay", "0", NULL);
    assert_int_equal(skep_conn_reply(loader, 60000, &reply, NULL), SKEP_OK);
    collect(&collector, 0, 2, "c");
    skep_conn_free(loader);
    close_collector(&collector);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_collect__confirms_what_is_stored, verbs_clear),
        cmocka_unit_test_setup(test_collect__the_next_one_sees_them_again, verbs_clear),
        cmocka_unit_test_setup(test_collect__leaves, verbs_clear),
        cmocka_unit_test_setup(test_collect__waits_without_taking, verbs_clear),
        cmocka_unit_test_setup(test_collect__bytes_are_bytes, verbs_clear),
        cmocka_unit_test_setup(test_collect__one_at_a_time, verbs_clear),
        cmocka_unit_test_setup(test_collect__another_has_collected_as_many, verbs_clear),
        cmocka_unit_test_setup(test_collect__a_server_with_older_data, verbs_clear),
        cmocka_unit_test_setup(test_collect__a_key_of_another_type_changes_nothing, verbs_clear),
        cmocka_unit_test_setup(test_collect__names_the_missing_right, verbs_clear),
        cmocka_unit_test_setup(test_collect__a_lost_answer, verbs_clear),
        cmocka_unit_test_setup(test_collect__a_server_that_forgets_or_is_full, verbs_clear),
        cmocka_unit_test_setup(test_collect__a_server_that_is_not_ready, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
