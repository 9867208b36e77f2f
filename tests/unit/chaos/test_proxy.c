/* SPDX-License-Identifier: MIT */
/* The proxy between two ends that the test itself plays, so that every byte on both sides is looked at. */
#include "support/test.h"
#include "support/files.h"
#include "chaos/listen.h"
#include "chaos/proxy.h"
#include "queue/transport.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { LINE_S = 60 };

struct stage {
    char *folder;
    char *front, *back; /* sockets: of the proxy, of the server */
    int listen_fd;      /* the server's */
    struct skep_proxy *proxy;
};

static int set_up(void **state)
{
    static struct stage stage;
    struct skep_proxy_options options = {.seed = 1};

    stage.folder = test_make_folder();
    stage.front = test_path(stage.folder, "front");
    stage.back = test_path(stage.folder, "back");
    assert_int_equal(skep_listen(stage.back, NULL, &stage.listen_fd, &options.server, NULL), SKEP_OK);
    options.path = stage.front;
    assert_int_equal(skep_proxy_new(&options, &stage.proxy, NULL), SKEP_OK);
    *state = &stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;

    skep_proxy_free(stage->proxy);
    close(stage->listen_fd);
    free(stage->front);
    free(stage->back);
    test_remove_folder(stage->folder);
    return 0;
}

/* ---- both ends ---- */

static void wait_readable(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    assert_int_equal(poll(&ready, 1, LINE_S * 1000), 1);
}

struct ends {
    struct skep_transport client;
    int server_fd;
};

static struct ends connect_ends(struct stage *stage)
{
    struct ends ends;

    skep_transport_init(&ends.client);
    assert_int_equal(
        skep_transport_open(&ends.client, skep_proxy_get_url(stage->proxy), NULL, LINE_S * 1000, NULL),
        SKEP_OK);
    wait_readable(stage->listen_fd);
    ends.server_fd = skep_listen_accept(stage->listen_fd);
    assert_true(ends.server_fd >= 0);
    return ends;
}

static void close_ends(struct ends *ends)
{
    skep_transport_close(&ends->client);
    close(ends->server_fd);
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Exactly TEXT arrives. */
static void hear(int fd, const char *text)
{
    char bytes[1024];
    size_t n = 0, wanted = strlen(text);

    assert_true(wanted < sizeof bytes);
    while (n < wanted) {
        ssize_t got;
        wait_readable(fd);
        got = recv(fd, bytes + n, wanted - n, 0);
        assert_true(got > 0);
        n += (size_t)got;
    }
    assert_memory_equal(bytes, text, wanted);
}

/* TEXT arrives, and then the line is cut. */
static void hear_last(int fd, const char *text)
{
    char byte;

    hear(fd, text);
    wait_readable(fd);
    assert_true(recv(fd, &byte, 1, 0) <= 0);
}

static bool hears_nothing(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    return poll(&ready, 1, 0) == 0;
}

static void add_rule(struct stage *stage, struct skep_proxy_rule rule)
{
    assert_int_equal(skep_proxy_add_rule(stage->proxy, &rule, NULL), SKEP_OK);
}

static uint64_t count_of(struct stage *stage, enum skep_proxy_fault fault)
{
    return skep_proxy_get_counts(stage->proxy).faults[fault];
}

#define PING   "*1\r\n$4\r\nPING\r\n"
#define ECHO_X "*2\r\n$4\r\nECHO\r\n$1\r\nx\r\n"

/* ---- works ---- */

/* Without a rule both ends see each other's bytes, several requests in one write too. */
static void test_proxy__forwards(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage);
    struct skep_proxy_counts counts;

    say(ends.client.fd, PING ECHO_X);
    hear(ends.server_fd, PING ECHO_X);
    say(ends.server_fd, "+PONG\r\n$1\r\nx\r\n");
    hear(ends.client.fd, "+PONG\r\n$1\r\nx\r\n");
    counts = skep_proxy_get_counts(stage->proxy);
    assert_int_equal(counts.n_links, 1);
    assert_int_equal(counts.n_requests, 2);
    assert_int_equal(counts.n_replies, 2);
    close_ends(&ends);
}

/* It listens on a TCP port as well. */
static void test_proxy__listens_on_tcp(void **state)
{
    struct stage *stage = *state;
    struct skep_proxy_options options = {.server.kind = SKEP_URL_UNIX};
    struct skep_proxy *unix_proxy = stage->proxy;
    struct ends ends;

    memcpy(options.server.path, stage->back, strlen(stage->back) + 1);
    assert_int_equal(skep_proxy_new(&options, &stage->proxy, NULL), SKEP_OK);
    assert_int_equal(skep_proxy_get_url(stage->proxy)->kind, SKEP_URL_TCP);
    assert_true(skep_proxy_get_url(stage->proxy)->port > 0);
    ends = connect_ends(stage);
    say(ends.client.fd, PING);
    hear(ends.server_fd, PING);
    close_ends(&ends);
    skep_proxy_free(stage->proxy);
    stage->proxy = unix_proxy;
}

/* A lost request never reaches the server, what came before it does, and both ends are cut. */
static void test_proxy__loses_a_request(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage);

    add_rule(stage, (struct skep_proxy_rule){.fault = SKEP_PROXY_LOSE_REQUEST, .needle = "ECHO"});
    say(ends.client.fd, PING ECHO_X);
    hear_last(ends.server_fd, PING);
    hear_last(ends.client.fd, "");
    assert_int_equal(count_of(stage, SKEP_PROXY_LOSE_REQUEST), 1);
    close_ends(&ends);
}

/* Half a request arrives, and no more. */
static void test_proxy__halves_a_request(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage);

    add_rule(stage, (struct skep_proxy_rule){.fault = SKEP_PROXY_HALF_REQUEST});
    say(ends.client.fd, "*1\r\n$4\r\nPING\r\n");
    hear_last(ends.server_fd, "*1\r\n$4\r");
    hear_last(ends.client.fd, "");
    close_ends(&ends);
}

/* The server has done it, and the client never hears of it; that it was no error is counted. */
static void test_proxy__loses_a_reply(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage);

    add_rule(stage, (struct skep_proxy_rule){.fault = SKEP_PROXY_LOSE_REPLY, .needle = "ECHO"});
    say(ends.client.fd, PING ECHO_X);
    hear(ends.server_fd, PING ECHO_X);
    say(ends.server_fd, "+PONG\r\n$1\r\nx\r\n");
    hear_last(ends.client.fd, "+PONG\r\n");
    hear_last(ends.server_fd, "");
    close_ends(&ends);
    ends = connect_ends(stage);
    say(ends.client.fd, ECHO_X);
    hear(ends.server_fd, ECHO_X);
    say(ends.server_fd, "-ERR no\r\n");
    hear_last(ends.client.fd, "");
    assert_int_equal(count_of(stage, SKEP_PROXY_LOSE_REPLY), 2);
    assert_int_equal(skep_proxy_get_counts(stage->proxy).n_lost_good, 1);
    close_ends(&ends);
}

/* Half a reply arrives, and no more. */
static void test_proxy__halves_a_reply(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage);

    add_rule(stage, (struct skep_proxy_rule){.fault = SKEP_PROXY_HALF_REPLY});
    say(ends.client.fd, PING);
    hear(ends.server_fd, PING);
    say(ends.server_fd, "$6\r\nabcdef\r\n");
    hear_last(ends.client.fd, "$6\r\nab");
    close_ends(&ends);
}

/* A held line takes bytes and gives none, until its client gives up. */
static void test_proxy__holds(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage), other;

    skep_proxy_hold(stage->proxy);
    say(ends.client.fd, PING);
    other = connect_ends(stage); /* new lines work */
    say(other.client.fd, PING);
    hear(other.server_fd, PING);
    say(other.server_fd, "+PONG\r\n");
    hear(other.client.fd, "+PONG\r\n");
    assert_true(hears_nothing(ends.server_fd));
    assert_true(hears_nothing(ends.client.fd));
    skep_transport_close(&ends.client);
    hear_last(ends.server_fd, "");
    close_ends(&ends);
    close_ends(&other);
}

/* An answer of the proxy's own keeps its place among the server's. */
static void test_proxy__answers_by_itself(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage);

    add_rule(stage,
             (struct skep_proxy_rule){
                 .fault = SKEP_PROXY_ANSWER, .needle = "ECHO", .most = 1, .answer = "-MOVED 1 h:1\r\n"});
    say(ends.client.fd, PING ECHO_X ECHO_X);
    hear(ends.server_fd, PING ECHO_X);
    say(ends.server_fd, "+PONG\r\n$1\r\nx\r\n");
    hear(ends.client.fd, "+PONG\r\n-MOVED 1 h:1\r\n$1\r\nx\r\n");
    assert_int_equal(count_of(stage, SKEP_PROXY_ANSWER), 1);
    close_ends(&ends);
}

/* A delayed reply comes, and comes behind the one before it. */
static void test_proxy__delays(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage);

    add_rule(stage, (struct skep_proxy_rule){.fault = SKEP_PROXY_DELAY, .delay_ms = 50});
    say(ends.client.fd, PING ECHO_X);
    hear(ends.server_fd, PING ECHO_X);
    say(ends.server_fd, "+PONG\r\n$1\r\nx\r\n");
    hear(ends.client.fd, "+PONG\r\n$1\r\nx\r\n");
    assert_int_equal(count_of(stage, SKEP_PROXY_DELAY), 2);
    close_ends(&ends);
}

/* Through a stall nothing is lost. */
static void test_proxy__stalls_and_goes_on(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage);

    skep_proxy_stall(stage->proxy, true);
    say(ends.client.fd, PING);
    skep_proxy_stall(stage->proxy, true); /* a turn has passed */
    assert_true(hears_nothing(ends.server_fd));
    skep_proxy_stall(stage->proxy, false);
    hear(ends.server_fd, PING);
    close_ends(&ends);
}

/* Cut means all lines, and new ones work; cleared rules do nothing any more. */
static void test_proxy__cuts_all(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage), other = connect_ends(stage);

    add_rule(stage, (struct skep_proxy_rule){.fault = SKEP_PROXY_LOSE_REQUEST});
    skep_proxy_clear_rules(stage->proxy);
    skep_proxy_cut(stage->proxy);
    hear_last(ends.client.fd, "");
    hear_last(other.client.fd, "");
    close_ends(&ends);
    close_ends(&other);
    ends = connect_ends(stage);
    say(ends.client.fd, PING);
    hear(ends.server_fd, PING);
    close_ends(&ends);
}

/* Chance applies a rule to about the share that was asked for. */
static void test_proxy__draws_by_its_seed(void **state)
{
    enum { N = 400 };
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage);
    char pings[N * sizeof PING];

    add_rule(stage,
             (struct skep_proxy_rule){.fault = SKEP_PROXY_ANSWER, .chance = 0.25, .answer = "-LOADING\r\n"});
    for (int i = 0; i < N; i++) {
        memcpy(pings + (size_t)i * (sizeof PING - 1), PING, sizeof PING);
    }
    say(ends.client.fd, pings);
    while (skep_proxy_get_counts(stage->proxy).n_requests < N) {
        struct pollfd ready = {.fd = ends.server_fd, .events = POLLIN};
        char bytes[4096];
        if (poll(&ready, 1, 10) == 1) {
            assert_true(recv(ends.server_fd, bytes, sizeof bytes, 0) > 0);
        }
    }
    assert_in_range(count_of(stage, SKEP_PROXY_ANSWER), 70, 130);
    close_ends(&ends);
}

/* ---- breaks ---- */

/* Bytes that are no Redis protocol cut the line; a server that is not there refuses. */
static void test_proxy__cuts_what_it_does_not_understand(void **state)
{
    struct stage *stage = *state;
    struct ends ends = connect_ends(stage);
    struct skep_url nowhere = {.kind = SKEP_URL_UNIX, .path = "/nonexistent/socket"};

    say(ends.client.fd, "$nonsense\r\n");
    hear_last(ends.client.fd, "");
    close_ends(&ends);
    skep_proxy_set_server(stage->proxy, &nowhere);
    assert_int_equal(
        skep_transport_open(&ends.client, skep_proxy_get_url(stage->proxy), NULL, LINE_S * 1000, NULL),
        SKEP_OK);
    hear_last(ends.client.fd, "");
    assert_int_equal(skep_proxy_get_counts(stage->proxy).n_refused, 1);
    skep_transport_close(&ends.client);
}

/* Places where it cannot listen are told. */
static void test_proxy__refuses_bad_places(void **state)
{
    struct skep_proxy *proxy;
    char longest[300];

    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(skep_proxy_new(&(struct skep_proxy_options){.path = longest}, &proxy, NULL),
                     SKEP_E_USAGE);
    assert_int_equal(
        skep_proxy_new(&(struct skep_proxy_options){.path = "/nonexistent/socket"}, &proxy, NULL), SKEP_E_IO);
    assert_int_equal(skep_proxy_new(&(struct skep_proxy_options){.host = "no address"}, &proxy, NULL),
                     SKEP_E_USAGE);
    assert_null(proxy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_proxy__forwards, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__listens_on_tcp, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__loses_a_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__halves_a_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__loses_a_reply, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__halves_a_reply, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__answers_by_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__delays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__stalls_and_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__cuts_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__draws_by_its_seed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__cuts_what_it_does_not_understand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy__refuses_bad_places, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
