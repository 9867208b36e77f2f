/* SPDX-License-Identifier: MIT */
/* The connection against a real server: that everything arrives, in order, whatever the amount, and what
 * happens while one waits. */
#include "support/test.h"
#include "transports.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* Seven digits. */
static void write_number(char *text, int number)
{
    char digits[16];

    snprintf(digits, sizeof digits, "%07d", number);
    memcpy(text, digits, 7);
}

/* 10^5 requests leave before the first reply is asked for, and the replies (100 MB) come in order. Neither
 * side can hold the half of that in its buffers, so that a sender that does not read would wait for ever. */
static void test_conn_traffic__a_long_pipeline_cannot_deadlock(void **state)
{
    enum { N_REQUESTS = 100000, N_BYTES = 1000 };
    static char text[N_BYTES];

    (void)state;
    memset(text, 'x', sizeof text);
    for (enum transport t = UNIX; t <= TCP; t++) {
        struct skep_conn *conn = connect_to(t);
        struct skep_reply *reply;
        struct skep_error err = {0};
        for (int i = 0; i < N_REQUESTS; i++) {
            write_number(text, i);
            skep_conn_begin(conn, 2);
            skep_conn_arg_text(conn, "ECHO");
            skep_conn_arg(conn, text, sizeof text);
        }
        if (skep_conn_flush(conn, &err) != SKEP_OK) {
            fail_msg("%s", err.text);
        }
        assert_int_equal(skep_conn_pending(conn), N_REQUESTS);
        for (int i = 0; i < N_REQUESTS; i++) {
            write_number(text, i);
            if (skep_conn_reply(conn, -1, &reply, &err) != SKEP_OK) {
                fail_msg("%d: %s", i, err.text);
            }
            if (reply->length != N_BYTES || memcmp(reply->bytes, text, N_BYTES) != 0) {
                fail_msg("reply %d is '%.20s'", i, reply->bytes);
            }
        }
        assert_int_equal(skep_conn_pending(conn), 0);
        skep_conn_free(conn);
    }
}

/* The same over TLS, with 100 MB one way and then the other. Not both at once, because Redis 7.0 itself
 * breaks a TLS connection ("bad length") when replies are added behind some that it could not write; see
 * valkey issue 1135. */
static void test_conn_traffic__a_long_pipeline_over_tls(void **state)
{
    enum { N_REQUESTS = 100000, N_BYTES = 1000 };
    static char text[N_BYTES];
    struct skep_conn *conn = connect_to(TLS);
    struct skep_reply *reply;
    struct skep_error err = {0};

    (void)state;
    ask(conn, "DEL long");
    memset(text, 'x', sizeof text);
    for (int i = 0; i < N_REQUESTS; i++) {
        write_number(text, i);
        skep_conn_begin(conn, 3);
        skep_conn_arg_text(conn, "RPUSH");
        skep_conn_arg_text(conn, "long");
        skep_conn_arg(conn, text, sizeof text);
    }
    for (int i = 0; i < N_REQUESTS; i++) {
        if (skep_conn_call(conn, -1, &reply, &err) != SKEP_OK || reply->integer != i + 1) {
            fail_msg("%d: %s", i, err.text);
        }
    }
    reply = ask(conn, "LRANGE long 0 -1");
    assert_int_equal(reply->n, N_REQUESTS);
    for (int i = 0; i < N_REQUESTS; i++) {
        write_number(text, i);
        assert_int_equal(reply->items[i].length, N_BYTES);
        assert_memory_equal(reply->items[i].bytes, text, N_BYTES);
    }
    ask(conn, "DEL long");
    skep_conn_free(conn);
}

/* One request of 10^5 elements, and one reply of as many. */
static void test_conn_traffic__a_wide_request_and_a_wide_reply(void **state)
{
    enum { N_ELEMENTS = 100000 };

    (void)state;
    for (enum transport t = UNIX, n = n_transports(); t < n; t++) {
        struct skep_conn *conn = connect_to(t);
        struct skep_reply *reply;
        ask(conn, "DEL wide");
        skep_conn_begin(conn, 2 + N_ELEMENTS);
        skep_conn_arg_text(conn, "RPUSH");
        skep_conn_arg_text(conn, "wide");
        for (int i = 0; i < N_ELEMENTS; i++) {
            skep_conn_arg_i64(conn, i);
        }
        assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_OK);
        assert_int_equal(reply->integer, N_ELEMENTS);
        reply = ask(conn, "LRANGE wide 0 -1");
        assert_int_equal(reply->n, N_ELEMENTS);
        for (int i = 0; i < N_ELEMENTS; i++) {
            assert_int_equal(strtol(reply->items[i].bytes, NULL, 10), i);
        }
        skep_conn_free(conn);
    }
}

/* Asking without waiting: empty until the reply is there, then the reply, then empty again. */
static void test_conn_traffic__try_reply_does_not_wait(void **state)
{
    struct skep_conn *conn = connect_to(UNIX);
    struct skep_reply *reply;
    struct pollfd entry = {.fd = skep_conn_fd(conn), .events = POLLIN};

    (void)state;
    assert_int_equal(skep_conn_try_reply(conn, &reply, NULL), SKEP_EMPTY);
    test_redis_pause(env.redis);
    skep_conn_begin(conn, 1);
    skep_conn_arg_text(conn, "PING");
    assert_int_equal(skep_conn_flush(conn, NULL), SKEP_OK);
    assert_int_equal(skep_conn_try_reply(conn, &reply, NULL), SKEP_EMPTY);
    assert_int_equal(skep_conn_pending(conn), 1);
    test_redis_resume(env.redis);
    assert_int_equal(poll(&entry, 1, 5000), 1);
    assert_int_equal(skep_conn_try_reply(conn, &reply, NULL), SKEP_OK);
    assert_true(skep_reply_is(reply, "PONG"));
    assert_int_equal(skep_conn_try_reply(conn, &reply, NULL), SKEP_EMPTY);
    skep_conn_free(conn);
}

/* A waiting slot: it blocks in BLMOVE, hears its pipe meanwhile, and still gets the reply when there is work.
 */
static void test_conn_traffic__waits_for_a_reply_and_a_pipe(void **state)
{
    static const enum transport transports[] = {UNIX, TLS};
    enum { TASK_BYTES = 4 * 1024 * 1024 }; /* more than the memory that is kept between replies */
    char *task = malloc(TASK_BYTES);
    int ends[2];
    char byte;

    (void)state;
    assert_non_null(task);
    memset(task, 't', TASK_BYTES);
    assert_int_equal(pipe(ends), 0);
    for (size_t t = 0; t < sizeof transports / sizeof transports[0]; t++) {
        struct skep_conn *conn = connect_to(transports[t]);
        struct skep_conn *producer = connect_to(transports[t]);
        struct skep_reply *reply;
        bool is_pipe = true;

        ask(producer, "DEL q");
        skep_conn_begin(conn, 6);
        skep_conn_arg_text(conn, "BLMOVE");
        skep_conn_arg_text(conn, "q");
        skep_conn_arg_text(conn, "q");
        skep_conn_arg_text(conn, "LEFT");
        skep_conn_arg_text(conn, "LEFT");
        skep_conn_arg_text(conn, "0");
        assert_int_equal(skep_conn_flush(conn, NULL), SKEP_OK);
        assert_int_equal(skep_conn_wait(conn, ends[0], 0, &is_pipe, NULL), SKEP_EMPTY);
        assert_false(is_pipe);
        assert_int_equal(skep_conn_wait(conn, ends[0], 20, &is_pipe, NULL), SKEP_EMPTY);
        assert_int_equal(write(ends[1], "x", 1), 1);
        assert_int_equal(skep_conn_wait(conn, ends[0], -1, &is_pipe, NULL), SKEP_OK);
        assert_true(is_pipe);
        assert_int_equal(skep_conn_try_reply(conn, &reply, NULL), SKEP_EMPTY);
        skep_conn_begin(producer, 3);
        skep_conn_arg_text(producer, "RPUSH");
        skep_conn_arg_text(producer, "q");
        skep_conn_arg(producer, task, TASK_BYTES);
        assert_int_equal(skep_conn_call(producer, -1, &reply, NULL), SKEP_OK);
        /* The byte is still in the pipe: both are ready now, and stay so until somebody takes them. */
        assert_int_equal(skep_conn_wait(conn, -1, 5000, &is_pipe, NULL), SKEP_OK);
        assert_false(is_pipe);
        assert_int_equal(skep_conn_wait(conn, ends[0], -1, &is_pipe, NULL), SKEP_OK);
        assert_true(is_pipe);
        assert_int_equal(read(ends[0], &byte, 1), 1);
        assert_int_equal(skep_conn_wait(conn, ends[0], -1, NULL, NULL), SKEP_OK);
        skep_conn_forget(conn); /* takes nothing that was not handed over */
        assert_int_equal(skep_conn_try_reply(conn, &reply, NULL), SKEP_OK);
        assert_int_equal(reply->length, TASK_BYTES);
        assert_int_equal(memcmp(reply->bytes, task, TASK_BYTES), 0); /* in the sight of the sanitizer */
        assert_int_equal(ask(producer, "LLEN q")->integer, 1);
        skep_conn_free(conn);
        skep_conn_free(producer);
    }
    free(task);
    close(ends[0]);
    close(ends[1]);
}

static void ignore_signal(int number)
{
    (void)number;
}

/* A signal ends a wait, so that the caller can look at its flags; it does not disturb a call. */
static void test_conn_traffic__a_signal_ends_a_wait_and_no_call(void **state)
{
    struct skep_conn *conn = connect_to(UNIX);
    struct sigaction action = {.sa_handler = ignore_signal}, before;
    struct itimerval every_2_ms = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    struct skep_reply *reply;
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &every_2_ms, NULL), 0);
    assert_int_equal(skep_conn_wait(conn, -1, 60000, NULL, NULL), SKEP_EMPTY);
    skep_conn_begin(conn, 3);
    skep_conn_arg_text(conn, "BLPOP");
    skep_conn_arg_text(conn, "nobody-pushes-here");
    skep_conn_arg_text(conn, "0.05");
    if (skep_conn_call(conn, -1, &reply, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(reply->kind, SKEP_REPLY_NIL);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
    skep_conn_free(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conn_traffic__a_long_pipeline_cannot_deadlock),
        cmocka_unit_test(test_conn_traffic__a_long_pipeline_over_tls),
        cmocka_unit_test(test_conn_traffic__a_wide_request_and_a_wide_reply),
        cmocka_unit_test(test_conn_traffic__try_reply_does_not_wait),
        cmocka_unit_test(test_conn_traffic__waits_for_a_reply_and_a_pipe),
        cmocka_unit_test(test_conn_traffic__a_signal_ends_a_wait_and_no_call),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
