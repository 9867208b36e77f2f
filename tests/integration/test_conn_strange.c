/* SPDX-License-Identifier: MIT */
/* Servers of our own, which do what Redis does not: they talk nonsense, or stop listening while they talk. */
#include "support/test.h"
#include "support/files.h"
#include "ask.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char hello_reply[] = "*2\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n";

/* A server in a thread, for one connection. */
struct stranger {
    char *folder;
    char url[256];
    int fd; /* listens */
    pthread_t thread;
    const char *bytes; /* what a parrot says */
    size_t n;
};

static void stranger_start(struct stranger *stranger, void *(*run)(void *stranger))
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    stranger->folder = test_make_folder();
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s", stranger->folder);
    snprintf(stranger->url, sizeof stranger->url, "unix://u:secret@%s", address.sun_path);
    stranger->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(stranger->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(stranger->fd, 1), 0);
    assert_int_equal(pthread_create(&stranger->thread, NULL, run, stranger), 0);
}

static void stranger_stop(struct stranger *stranger)
{
    pthread_join(stranger->thread, NULL);
    close(stranger->fd);
    test_remove_folder(stranger->folder);
}

static bool write_all(int fd, const char *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t done = send(fd, bytes + at, n - at, MSG_NOSIGNAL);
        if (done <= 0) {
            return false;
        }
        at += (size_t)done;
    }
    return true;
}

/* Says what it is told to, whatever it hears, and hangs up. */
static void *parrot(void *context)
{
    struct stranger *stranger = context;
    char heard[1024];
    int fd = accept(stranger->fd, NULL, NULL);

    if (fd >= 0) {
        (void)!read(fd, heard, sizeof heard);
        (void)write_all(fd, stranger->bytes, stranger->n);
        close(fd);
    }
    return NULL;
}

/* Answers every PING with kilobytes, and hears nothing until they are taken. */
enum { PING_BYTES = 14, ANSWER_BYTES = 1007 };

static void *stubborn(void *context)
{
    struct stranger *stranger = context;
    char heard[4096], answer[ANSWER_BYTES];
    int fd = accept(stranger->fd, NULL, NULL);
    size_t n_heard = 0, n_answered = 0;
    ssize_t n = read(fd, heard, sizeof heard);

    memset(answer, 'x', sizeof answer);
    memcpy(answer, "$999\r\n", 6);
    memcpy(answer + 1005, "\r\n", 2);
    if (n > 0 && write_all(fd, hello_reply, sizeof hello_reply - 1)) {
        while ((n = read(fd, heard, sizeof heard)) > 0) {
            n_heard += (size_t)n;
            while (n_answered < n_heard / PING_BYTES && write_all(fd, answer, sizeof answer)) {
                n_answered++;
            }
        }
    }
    close(fd);
    return NULL;
}

/* A server that does not read while it cannot write: the sender takes what comes and goes on, where two that
 * only write would wait for each other for ever. */
static void test_conn_strange__a_stubborn_server_cannot_deadlock(void **state)
{
    enum { N_REQUESTS = 100000 };
    struct stranger stranger = {0};
    struct skep_conn *conn;
    struct skep_reply *reply;
    struct skep_error err = {0};

    (void)state;
    stranger_start(&stranger, stubborn);
    conn = open_conn(stranger.url, (struct skep_conn_options){.read_timeout_ms = 2000});
    for (int i = 0; i < N_REQUESTS; i++) {
        build(conn, "PING");
    }
    if (skep_conn_flush(conn, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    for (int i = 0; i < N_REQUESTS; i++) {
        if (skep_conn_reply(conn, -1, &reply, &err) != SKEP_OK) {
            fail_msg("%d: %s", i, err.text);
        }
        assert_int_equal(reply->length, 999);
    }
    skep_conn_free(conn);
    stranger_stop(&stranger);
}

/* Whatever answers at the port: each is told from the others, and none shows the password that it may repeat.
 */
static void test_conn_strange__tells_them_apart(void **state)
{
    static const struct {
        const char *bytes;
        skep_status status;
        const char *words;
    } rows[] = {
        {"", SKEP_E_UNREACHABLE, "closed the connection"},
        {"HTTP/1.1 400 Bad Request\r\n\r\n", SKEP_E_PROTOCOL, "no Redis server"},
        {"\x15\x03\x03", SKEP_E_PROTOCOL, "rediss://"},
        {"+OK\r\n", SKEP_E_PROTOCOL, "HELLO"},
        {"*1\r\n", SKEP_E_UNREACHABLE, "closed the connection"},
        {"-ERR unknown command `HELLO`, with args beginning with: `2`, `AUTH`, `u`, `secret`, \r\n",
         SKEP_E_REFUSED, "6.2"},
        {"-ERR max number of clients reached\r\n", SKEP_E_UNWELL, "maxclients"},
        {"-DENIED Redis is running in protected mode because ...\r\n", SKEP_E_REFUSED, "protected mode"},
        {"-LOADING Redis is loading the dataset in memory\r\n", SKEP_E_UNWELL, "reading its data"},
        {"*2\r\n$7\r\nversion\r\n$6\r\n5.0.14\r\n", SKEP_E_REFUSED, "5.0.14"},
        {"*9999999\r\n", SKEP_E_PROTOCOL, "elements"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stranger stranger = {.bytes = rows[i].bytes, .n = strlen(rows[i].bytes)};
        stranger_start(&stranger, parrot);
        check_refusal(stranger.url, NULL, rows[i].status, rows[i].words);
        stranger_stop(&stranger);
    }
}

/* A reply to no request means that the two have lost step. */
static void test_conn_strange__refuses_what_nobody_asked_for(void **state)
{
    static const char bytes[] = "*2\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n+SURPRISE\r\n";
    struct stranger stranger = {.bytes = bytes, .n = sizeof bytes - 1};
    struct skep_conn *conn;
    struct skep_reply *reply;
    struct skep_error err = {0};

    (void)state;
    stranger_start(&stranger, parrot);
    conn = open_conn(stranger.url, (struct skep_conn_options){0});
    assert_int_equal(skep_conn_wait(conn, -1, -1, NULL, NULL), SKEP_OK);
    check_failure(skep_conn_try_reply(conn, &reply, &err), SKEP_E_PROTOCOL, &err, "SURPRISE");
    assert_false(skep_conn_is_open(conn));
    skep_conn_free(conn);
    stranger_stop(&stranger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conn_strange__a_stubborn_server_cannot_deadlock),
        cmocka_unit_test(test_conn_strange__tells_them_apart),
        cmocka_unit_test(test_conn_strange__refuses_what_nobody_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
