/* SPDX-License-Identifier: MIT */
/* What goes wrong between here and a server: each failure has its status and names its cause, the connection
 * is closed afterwards, and the same bytes can be sent again over a new one. */
#include "support/test.h"
#include "support/files.h"
#include "support/redis.h"
#include "ask.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Nobody there: refused, no such socket, no such host. */
static void test_conn_failures__no_server(void **state)
{
    struct test_redis *redis = test_redis_start(&(struct test_redis_options){.with_tcp = true});
    char tcp[64], unix_url[192];

    (void)state;
    snprintf(tcp, sizeof tcp, "redis://127.0.0.1:%d", redis->port);
    snprintf(unix_url, sizeof unix_url, "%s", redis->url);
    test_redis_kill(redis);
    check_refusal(tcp, NULL, SKEP_E_UNREACHABLE, "Connection refused");
    check_refusal(unix_url, NULL, SKEP_E_UNREACHABLE, "Connection refused");
    test_redis_stop(redis);
    check_refusal(unix_url, NULL, SKEP_E_UNREACHABLE, "No such file");
    check_refusal("redis://no%20such%20host", NULL, SKEP_E_UNREACHABLE, "cannot find the host");
}

/* A socket that listens and never accepts, with room for one in its queue. */
static int listen_deaf(int family, struct sockaddr_storage *address, socklen_t *size)
{
    int fd = socket(family, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)address, *size), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, size), 0);
    return fd;
}

/* A server that takes no connections any more, and one that takes them and says nothing: both time out. */
static void test_conn_failures__a_deaf_server_times_out(void **state)
{
    char *folder = test_make_folder(), *path = test_path(folder, "s");
    struct sockaddr_storage inet = {.ss_family = AF_INET}, local = {.ss_family = AF_UNIX};
    socklen_t inet_size = sizeof(struct sockaddr_in), local_size = sizeof(struct sockaddr_un);
    int fds[2], fillers[2][4];
    char urls[2][256];

    (void)state;
    ((struct sockaddr_in *)&inet)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memcpy(((struct sockaddr_un *)&local)->sun_path, path, strlen(path) + 1);
    fds[0] = listen_deaf(AF_INET, &inet, &inet_size);
    fds[1] = listen_deaf(AF_UNIX, &local, &local_size);
    snprintf(urls[0], sizeof urls[0], "redis://127.0.0.1:%d", ntohs(((struct sockaddr_in *)&inet)->sin_port));
    snprintf(urls[1], sizeof urls[1], "unix://%s", path);
    for (int i = 0; i < 2; i++) {
        check_refusal(urls[i], NULL, SKEP_E_UNREACHABLE, "read timed out after 0.2 s");
        /* Fill the queue of the connections that wait to be accepted. */
        for (int j = 0; j < 4; j++) {
            fillers[i][j] = socket(i == 0 ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
            (void)connect(fillers[i][j], (struct sockaddr *)(i == 0 ? &inet : &local),
                          i == 0 ? inet_size : local_size);
        }
        check_refusal(urls[i], NULL, SKEP_E_UNREACHABLE, "cannot connect: timed out after 0.2 s");
    }
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 4; j++) {
            close(fillers[i][j]);
        }
        close(fds[i]);
    }
    free(path);
    test_remove_folder(folder);
}

/* Passwords, users, rights, databases: each refusal is final and says what was refused, never the password.
 */
static void test_conn_failures__refused_by_name(void **state)
{
    static const char config[] = "requirepass secret\nuser worker on >secret2 ~* +ping +select\nuser poor on "
                                 ">secret3 ~* -@all\nuser off off >secret4 ~* +@all\ndatabases 4";
    struct test_redis *redis = test_redis_start(&(struct test_redis_options){.config = config});
    struct skep_reply *reply;
    struct skep_conn *conn;
    struct skep_error err = {0};
    char url[512];

    (void)state;
    check_refusal(redis->url, NULL, SKEP_E_REFUSED, "NOAUTH");
    check_refusal(redis->url, "secret!", SKEP_E_REFUSED, "WRONGPASS");
    snprintf(url, sizeof url, "unix://nobody:secret@%s", redis->socket);
    check_refusal(url, NULL, SKEP_E_REFUSED, "WRONGPASS");
    snprintf(url, sizeof url, "unix://off:secret4@%s", redis->socket);
    check_refusal(url, NULL, SKEP_E_REFUSED, "WRONGPASS");
    snprintf(url, sizeof url, "unix://:secret@%s?db=4", redis->socket);
    check_refusal(url, NULL, SKEP_E_REFUSED, "no database of this number");

    /* The option counts more than the URL. */
    snprintf(url, sizeof url, "unix://:wrong@%s?db=3", redis->socket);
    conn = make_conn(url, (struct skep_conn_options){.password = "secret"});
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);
    skep_conn_free(conn);

    /* A user of no rights at all may connect: HELLO needs none. */
    snprintf(url, sizeof url, "unix://poor:secret3@%s", redis->socket);
    conn = open_conn(url, (struct skep_conn_options){0});
    assert_true(skep_conn_server_version(conn) >= 60200);
    build(conn, "PING");
    check_failure(skep_conn_call(conn, -1, &reply, &err), SKEP_E_REFUSED, &err, "'ping'");
    assert_true(skep_conn_is_open(conn));
    skep_conn_free(conn);

    /* A missing right is named, and the connection is as good as before. */
    snprintf(url, sizeof url, "unix://worker:secret2@%s?db=1", redis->socket);
    conn = open_conn(url, (struct skep_conn_options){0});
    build(conn, "LMOVE a b LEFT LEFT");
    skep_error_clear(&err);
    check_failure(skep_conn_call(conn, -1, &reply, &err), SKEP_E_REFUSED, &err, "'lmove'");
    assert_true(skep_reply_is(ask(conn, "PING"), "PONG"));
    skep_conn_free(conn);
    test_redis_stop(redis);
}

/* Redis answers a user it does not know in the words of its own, so the length of a password is ours to
 * check. */
static void test_conn_failures__refuses_an_endless_password(void **state)
{
    char password[600];
    struct skep_conn_options options = {.password = password};
    struct skep_conn *conn;

    (void)state;
    memset(password, 'x', sizeof password - 1);
    password[sizeof password - 1] = '\0';
    assert_int_equal(skep_conn_new(&options, &conn, NULL), SKEP_E_USAGE);
    assert_null(conn);
}

/* A full server says so and hangs up; a replica does not take writes, and is left. */
static void test_conn_failures__an_unwell_server(void **state)
{
    struct test_redis *redis = test_redis_start(&(struct test_redis_options){.config = "maxclients 2"});
    struct skep_conn *first = open_conn(redis->url, (struct skep_conn_options){0}),
                     *second = open_conn(redis->url, (struct skep_conn_options){0});
    struct skep_reply *reply;
    struct skep_error err = {0};

    (void)state;
    check_refusal(redis->url, NULL, SKEP_E_UNWELL, "maxclients");
    skep_conn_free(second);
    ask(first, "CONFIG SET maxmemory 1");
    build(first, "SET a b");
    check_failure(skep_conn_call(first, -1, &reply, &err), SKEP_E_UNWELL, &err, "maxmemory");
    assert_true(skep_conn_is_open(first));
    ask(first, "CONFIG SET maxmemory 0");
    ask(first, "REPLICAOF 127.0.0.1 1");
    build(first, "SET a b");
    skep_error_clear(&err);
    check_failure(skep_conn_call(first, -1, &reply, &err), SKEP_E_UNWELL, &err, "READONLY");
    assert_false(skep_conn_is_open(first));
    skep_conn_free(first);
    test_redis_stop(redis);
}

/* A process that hangs: what is due is given up after the time-out, whichever way it goes. */
static void test_conn_failures__a_paused_server_times_out(void **state)
{
    struct test_redis *redis = test_redis_start(NULL);
    struct skep_conn *conn = open_conn(redis->url, (struct skep_conn_options){.read_timeout_ms = 100});
    size_t n = 32 * 1024 * 1024;
    char *bytes = calloc(1, n);
    struct skep_reply *reply;
    struct skep_error err = {0};

    (void)state;
    assert_non_null(bytes);
    test_redis_pause(redis);
    build(conn, "PING");
    check_failure(skep_conn_call(conn, -1, &reply, &err), SKEP_E_UNREACHABLE, &err,
                  "read timed out after 0.1 s");
    assert_false(skep_conn_is_open(conn));
    check_refusal(redis->url, NULL, SKEP_E_UNREACHABLE, "timed out");
    test_redis_resume(redis);
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);

    test_redis_pause(redis);
    skep_conn_begin(conn, 2);
    skep_conn_arg_text(conn, "ECHO");
    skep_conn_arg(conn, bytes, n);
    skep_error_clear(&err);
    check_failure(skep_conn_flush(conn, &err), SKEP_E_UNREACHABLE, &err, "write timed out after 0.1 s");
    assert_false(skep_conn_is_open(conn));
    test_redis_resume(redis);

    /* Asked for longer than the time-out, a silent server is waited for. */
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);
    build(conn, "BLPOP nothing 0.2");
    assert_int_equal(skep_conn_call(conn, 5000, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->kind, SKEP_REPLY_NIL);
    skep_conn_free(conn);
    free(bytes);
    test_redis_stop(redis);
}

/* After a loss the same bytes go out again over a new connection, all of what was built since the last flush.
 */
static void test_conn_failures__resends_after_a_loss(void **state)
{
    struct test_redis *redis = test_redis_start(&(struct test_redis_options){.with_tcp = true});
    struct skep_conn *conn, *killer = open_conn(redis->url, (struct skep_conn_options){0});
    struct skep_reply *reply;
    struct skep_error err = {0};
    char url[64];

    (void)state;
    snprintf(url, sizeof url, "redis://127.0.0.1:%d/2", redis->port);
    conn = open_conn(url, (struct skep_conn_options){0});
    ask(conn, "SET before x");
    ask(killer, "CLIENT KILL TYPE normal SKIPME yes");
    build(conn, "APPEND log a");
    build(conn, "APPEND log b");
    build(conn, "APPEND log c");
    check_failure(skep_conn_call(conn, -1, &reply, &err), SKEP_E_UNREACHABLE, &err, url);
    assert_false(skep_conn_is_open(conn));
    assert_int_equal(skep_conn_pending(conn), 0);
    skep_error_clear(&err);
    check_failure(skep_conn_reply(conn, -1, &reply, &err), SKEP_E_UNREACHABLE, &err, "not connected");
    skep_error_clear(&err);
    check_failure(skep_conn_resend_last(conn, &err), SKEP_E_UNREACHABLE, &err, "not connected");
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);
    assert_int_equal(skep_conn_resend_last(conn, NULL), SKEP_OK);
    for (int64_t length = 1; length <= 3; length++) {
        assert_int_equal(skep_conn_reply(conn, -1, &reply, NULL), SKEP_OK);
        assert_int_equal(reply->integer, length);
    }
    assert_string_equal(ask(conn, "GET log")->bytes, "abc");
    /* Of replies that came before the loss and were not asked for nothing is left. */
    for (int i = 0; i < 3; i++) {
        build(conn, "SETRANGE long 100000 x");
        build(conn, "GET long");
    }
    assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(skep_conn_reply(conn, -1, &reply, NULL), SKEP_OK);
    skep_conn_close(conn);
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);
    assert_string_equal(ask(conn, "GET log")->bytes, "abc");
    /* What is begun after a failure takes the place of what was lost. */
    ask(killer, "CLIENT KILL TYPE normal SKIPME yes");
    build(conn, "APPEND log d");
    assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_E_UNREACHABLE);
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);
    assert_string_equal(ask(conn, "GET log")->bytes, "abc");
    skep_conn_free(conn);
    skep_conn_free(killer);
    test_redis_stop(redis);
}

/* The server crashes under a caller and under a waiter, and is back: the same object connects again. */
static void test_conn_failures__survives_a_restart(void **state)
{
    struct test_redis *redis =
        test_redis_start(&(struct test_redis_options){.config = "appendonly yes\nappendfsync always"});
    struct skep_conn *conn = open_conn(redis->url, (struct skep_conn_options){0}),
                     *waiter = open_conn(redis->url, (struct skep_conn_options){0});
    struct skep_reply *reply;
    struct skep_error err = {0};
    bool is_pipe = true;

    (void)state;
    ask(conn, "RPUSH list a");
    build(waiter, "BLPOP nothing 0");
    assert_int_equal(skep_conn_flush(waiter, NULL), SKEP_OK);
    test_redis_kill(redis);
    check_failure(skep_conn_wait(waiter, -1, -1, &is_pipe, &err), SKEP_E_UNREACHABLE, &err, "connection");
    assert_false(is_pipe);
    build(conn, "RPUSH list b");
    assert_int_equal(skep_conn_call(conn, -1, &reply, NULL), SKEP_E_UNREACHABLE); /* and no SIGPIPE */
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_E_UNREACHABLE);
    test_redis_restart(redis);
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);
    assert_int_equal(skep_conn_resend_last(conn, NULL), SKEP_OK);
    assert_int_equal(skep_conn_reply(conn, -1, &reply, NULL), SKEP_OK);
    assert_int_equal(reply->integer, 2);
    /* One who only looks notices too. */
    test_redis_shut_down(redis);
    assert_int_equal(skep_conn_try_reply(conn, &reply, NULL), SKEP_E_UNREACHABLE);
    assert_false(skep_conn_is_open(conn));
    skep_conn_free(conn);
    skep_conn_free(waiter);
    test_redis_stop(redis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conn_failures__no_server),
        cmocka_unit_test(test_conn_failures__a_deaf_server_times_out),
        cmocka_unit_test(test_conn_failures__refused_by_name),
        cmocka_unit_test(test_conn_failures__refuses_an_endless_password),
        cmocka_unit_test(test_conn_failures__an_unwell_server),
        cmocka_unit_test(test_conn_failures__a_paused_server_times_out),
        cmocka_unit_test(test_conn_failures__resends_after_a_loss),
        cmocka_unit_test(test_conn_failures__survives_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
