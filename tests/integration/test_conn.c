/* SPDX-License-Identifier: MIT */
/* The connection against a real server: what it says, what it hears, and what it does without memory. */
#include "support/test.h"
#include "support/heap.h"
#include "transports.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>

/* Over every transport: the version is the server's, the name and the database are set, bytes come back
 * unchanged. */
static void test_conn__speaks_over_every_transport(void **state)
{
    static const char binary[] = "a\0b\r\nc\xff";

    (void)state;
    for (enum transport t = UNIX, n = n_transports(); t < n; t++) {
        struct skep_conn *conn = connect_to(t);
        struct skep_reply *reply = ask(conn, "INFO server");
        const char *version = strstr(reply->bytes, "redis_version:");
        char number[32];
        int v = skep_conn_server_version(conn);

        assert_true(skep_conn_is_open(conn));
        assert_true(skep_conn_fd(conn) >= 0);
        snprintf(number, sizeof number, "redis_version:%d.%d.%d\r", v / 10000, v / 100 % 100, v % 100);
        assert_non_null(version);
        assert_memory_equal(version, number, strlen(number));
        assert_string_equal(ask(conn, "CLIENT GETNAME")->bytes, "skep_test_1");
        assert_non_null(strstr(ask(conn, "CLIENT INFO")->bytes, " db=3 "));
        skep_conn_begin(conn, 2);
        skep_conn_arg_text(conn, "ECHO");
        skep_conn_arg(conn, binary, sizeof binary);
        assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_OK);
        assert_int_equal(reply->kind, SKEP_REPLY_TEXT);
        assert_int_equal(reply->length, sizeof binary);
        assert_memory_equal(reply->bytes, binary, sizeof binary);
        skep_conn_free(conn);
    }
}

/* A small request leaves at once, and a dead line is noticed in seconds, not in hours. */
static void test_conn__tunes_its_socket(void **state)
{
    static const struct {
        int level, name, least, most;
    } rows[] = {{IPPROTO_TCP, TCP_NODELAY, 1, 1},  {SOL_SOCKET, SO_KEEPALIVE, 1, 1},
                {IPPROTO_TCP, TCP_KEEPIDLE, 1, 5}, {IPPROTO_TCP, TCP_KEEPINTVL, 1, 3},
                {IPPROTO_TCP, TCP_KEEPCNT, 1, 5},  {IPPROTO_TCP, TCP_USER_TIMEOUT, 1000, 10000}};

    (void)state;
    for (enum transport t = TCP; t <= TLS; t++) {
        struct skep_conn *conn = connect_to(t);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            int value = -1;
            socklen_t size = sizeof value;
            assert_int_equal(getsockopt(skep_conn_fd(conn), rows[i].level, rows[i].name, &value, &size), 0);
            assert_in_range(value, rows[i].least, rows[i].most);
        }
        assert_true((fcntl(skep_conn_fd(conn), F_GETFD) & FD_CLOEXEC) != 0);
        skep_conn_free(conn);
    }
}

/* Numbers, empty arguments, nil, nested arrays: what the server makes of our requests. */
static void test_conn__every_kind_of_reply(void **state)
{
    struct skep_conn *conn = connect_to(UNIX);
    struct skep_reply *reply;

    (void)state;
    assert_int_equal(ask(conn, "GET no-such-key")->kind, SKEP_REPLY_NIL);
    skep_conn_begin(conn, 3);
    skep_conn_arg_text(conn, "SET");
    skep_conn_arg_text(conn, "number");
    skep_conn_arg_i64(conn, INT64_MIN);
    assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->kind, SKEP_REPLY_STATUS);
    assert_true(skep_reply_is(reply, "OK"));
    reply = ask(conn, "INCR number");
    assert_int_equal(reply->kind, SKEP_REPLY_INT);
    assert_true(reply->integer == INT64_MIN + 1);
    skep_conn_begin(conn, 2);
    skep_conn_arg_text(conn, "ECHO");
    skep_conn_arg(conn, "", 0);
    assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->length, 0);
    skep_conn_begin(conn, 4);
    skep_conn_arg_text(conn, "EVAL");
    skep_conn_arg_text(conn, "return {1,{'a',{}},false,ARGV[1]}");
    skep_conn_arg_u64(conn, 0);
    skep_conn_arg_u64(conn, UINT64_MAX);
    assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->n, 4);
    assert_int_equal(reply->items[0].integer, 1);
    assert_string_equal(reply->items[1].items[0].bytes, "a");
    assert_int_equal(reply->items[1].items[1].n, 0);
    assert_int_equal(reply->items[2].kind, SKEP_REPLY_NIL);
    assert_string_equal(reply->items[3].bytes, "18446744073709551615");
    skep_conn_forget(conn);
    skep_conn_free(conn);
}

/* An error reply is a reply to one who asks for replies, and a status to one who calls; the connection stays.
 */
static void test_conn__error_replies(void **state)
{
    struct skep_conn *conn = connect_to(UNIX);
    struct skep_reply *reply;
    struct skep_error err = {0};

    (void)state;
    ask(conn, "SET text x");
    skep_conn_begin(conn, 2);
    skep_conn_arg_text(conn, "LLEN");
    skep_conn_arg_text(conn, "text");
    assert_int_equal(skep_conn_flush(conn, NULL), SKEP_OK);
    assert_int_equal(skep_conn_flush(conn, NULL), SKEP_OK); /* nothing is left to send */
    assert_int_equal(skep_conn_pending(conn), 1);
    assert_int_equal(skep_conn_reply(conn, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->kind, SKEP_REPLY_ERROR);
    assert_non_null(strstr(reply->bytes, "WRONGTYPE"));
    skep_conn_begin(conn, 2);
    skep_conn_arg_text(conn, "LLEN");
    skep_conn_arg_text(conn, "text");
    assert_int_equal(skep_conn_call(conn, -1, &reply, &err), SKEP_E_REFUSED);
    assert_null(reply);
    assert_non_null(strstr(err.text, "WRONGTYPE"));
    assert_string_equal(ask(conn, "GET text")->bytes, "x");
    skep_conn_free(conn);
}

/* Requests that were built before the connection was opened go out with the first flush. */
static void test_conn__may_be_filled_before_it_opens(void **state)
{
    struct skep_conn *conn = make_conn(env.redis->url, (struct skep_conn_options){0});
    struct skep_reply *reply;

    (void)state;
    skep_conn_begin(conn, 1);
    skep_conn_arg_text(conn, "PING");
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);
    assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_OK);
    assert_true(skep_reply_is(reply, "PONG"));
    skep_conn_free(conn);
}

/* What is asked aside between a loss and the resending does not change what is sent again. */
static void test_conn__aside_leaves_the_requests(void **state)
{
    static const char *const load[] = {"SCRIPT", "LOAD", "return 1"}, *const wrong[] = {"LLEN", "text"};
    struct skep_conn *conn = connect_to(UNIX);
    struct skep_reply *reply;
    struct skep_error err = {0};

    (void)state;
    ask(conn, "SET text x");
    build(conn, "APPEND text y");
    assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_OK);
    skep_conn_close(conn);
    check_failure(skep_conn_aside(conn, 3, load, &err), SKEP_E_UNREACHABLE, &err, "not connected");
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);
    assert_int_equal(skep_conn_aside(conn, 3, load, NULL), SKEP_OK);
    skep_error_clear(&err);
    check_failure(skep_conn_aside(conn, 2, wrong, &err), SKEP_E_REFUSED, &err, "WRONGTYPE");
    assert_int_equal(skep_conn_resend_last(conn, NULL), SKEP_OK);
    assert_int_equal(skep_conn_reply(conn, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->integer, 3);
    assert_string_equal(ask(conn, "GET text")->bytes, "xyy");
    skep_conn_free(conn);
}

/* A request beyond the limit is refused without harm: nothing of it was sent. */
static void test_conn__refuses_a_request_that_is_too_large(void **state)
{
    struct skep_conn *conn = connect_to(UNIX);
    struct skep_error err = {0};

    (void)state;
    skep_conn_begin(conn, 2);
    skep_conn_arg_text(conn, "ECHO");
    skep_conn_arg(conn, "", (size_t)600 * 1024 * 1024); /* is not read */
    assert_int_equal(skep_conn_flush(conn, &err), SKEP_E_LIMIT);
    assert_non_null(strstr(err.text, "512 MiB"));
    assert_int_equal(skep_conn_pending(conn), 0);
    assert_true(skep_reply_is(ask(conn, "PING"), "PONG"));
    skep_conn_free(conn);
}

static skep_status live_and_die(void *context)
{
    const char *url = context;
    struct skep_conn_options options = {.client_name = "n", .ca_file = env.ca_file};
    struct skep_conn *conn = NULL;
    struct skep_reply *reply;
    skep_status st = skep_url_parse(url, &options.url, NULL);

    if (st == SKEP_OK) {
        st = skep_conn_new(&options, &conn, NULL);
    }
    if (st == SKEP_OK) {
        st = skep_conn_connect(conn, NULL);
    }
    if (st == SKEP_OK) {
        skep_conn_begin(conn, 2);
        skep_conn_arg_text(conn, "ECHO");
        skep_conn_arg_text(conn, "x");
        st = skep_conn_call(conn, -1, &reply, NULL);
    }
    skep_conn_free(conn);
    return st;
}

/* Whichever request for memory fails, it says so, and nothing leaks. */
static void test_conn__survives_a_failing_heap(void **state)
{
    char unix_url[256], tls_url[256];

    (void)state;
    snprintf(unix_url, sizeof unix_url, "%s", url_of(UNIX));
    snprintf(tls_url, sizeof tls_url, "%s", url_of(TLS));
    test_heap_torture(live_and_die, unix_url);
    test_heap_torture(live_and_die, tls_url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conn__speaks_over_every_transport),
        cmocka_unit_test(test_conn__tunes_its_socket),
        cmocka_unit_test(test_conn__every_kind_of_reply),
        cmocka_unit_test(test_conn__error_replies),
        cmocka_unit_test(test_conn__may_be_filled_before_it_opens),
        cmocka_unit_test(test_conn__aside_leaves_the_requests),
        cmocka_unit_test(test_conn__refuses_a_request_that_is_too_large),
        cmocka_unit_test(test_conn__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
