/* SPDX-License-Identifier: MIT */
/* skep-exporter over a real server: what it tells, whom it refuses, and what it does without Redis. */
#include "support/test.h"
#include "exporter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "integration/ask.h"
#include "queue/rights.h"
#include "support/redis.h"

enum { WAIT_MS = 30000, CROWD = 64 /* as many as are let in */ };

static struct test_redis *redis;
static struct skep_conn *conn;
static struct exporter exporter;

static int set_up(void **state)
{
    (void)state;
    redis = test_redis_start(NULL);
    conn = open_conn(redis->url, (struct skep_conn_options){0});
    exporter = (struct exporter){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    exporter_stop(&exporter);
    skep_conn_free(conn);
    test_redis_stop(redis);
    return 0;
}

static void begin(const char *const *options)
{
    exporter_start(&exporter, redis->url, options);
    exporter_until(&exporter, "/metrics", 200, "\nskep_up 1\n", WAIT_MS);
}

/* PATH is answered with STATUS, and its head and body hold WORDS. */
static void check(const char *path, int status, const char *words)
{
    struct test_http answer = exporter_get(&exporter, path);

    if (answer.status != status || strstr(answer.all, words) == NULL) {
        fail_msg("%.60s: wanted %d with '%s', got\n%.2000s", path, status, words, answer.all);
    }
    test_http_free(&answer);
}

static void check_request(const char *request, int status, const char *words)
{
    struct test_http answer = test_http_send(exporter.port, request, strlen(request));

    if (answer.status != status || strstr(answer.all, words) == NULL) {
        fail_msg("%.60s: wanted %d with '%s', got\n%.2000s", request, status, words, answer.all);
    }
    test_http_free(&answer);
}

/* ---- works ---- */

/* What is in a queue is told, in each of the documents, a second later at most. */
static void test_exporter__tells_of_queues(void **state)
{
    (void)state;
    begin(NULL);
    check("/healthz", 200, "{\"ok\":true,\"reasons\":[]}");
    check("/metrics", 200, "Content-Type: text/plain; version=0.0.4");
    check("/metrics", 200, "\nskep_queues 0\n");
    ask(conn, "SADD skep:queues a b");
    ask(conn, "RPUSH skep:a x y z");
    ask(conn, "RPUSH {skep:a}:dead d");
    exporter_until(&exporter, "/metrics", 200, "\nskep_queue_waiting_records{queue=\"a\"} 3\n", WAIT_MS);
    check("/metrics", 200, "\nskep_queue_dead_letters{queue=\"a\"} 1\n");
    check("/metrics", 200, "\nskep_queue_waiting_records{queue=\"b\"} 0\n");
    check("/healthz", 503, "\"finding\":\"no-workers\"");
    check("/api/overview.json", 200, "\"name\":\"a\",\"state\":\"no-workers\"");
    check("/api/overview.json?queue=a", 200, "\"queue\":{\"name\":\"a\",");
    check("/api/overview.json?queue=nobody", 200, "\"queue\":null");
    ask(conn, "DEL skep:a {skep:a}:dead");
    ask(conn, "SREM skep:queues a");
    exporter_until(&exporter, "/metrics", 200, "\nskep_queues 1\n", WAIT_MS);
    check("/healthz", 200, "{\"ok\":true");
}

/* The page is there, needs nothing from elsewhere, and may not load it either. */
static void test_exporter__serves_the_page(void **state)
{
    static const char *const forbidden[] = {"https:",  "src=\"http", "url(http",
                                            "@import", "innerHTML",  "eval("};
    struct test_http answer;

    (void)state;
    begin(NULL);
    check("/", 200, "Content-Type: text/html; charset=utf-8");
    check("/", 200, "Content-Security-Policy: default-src 'none';");
    check("/", 200, "Connection: close");
    answer = exporter_get(&exporter, "/");
    assert_non_null(strstr(answer.body, "<!doctype html>"));
    assert_non_null(strstr(answer.body, "</html>"));
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        assert_null(strstr(answer.body, forbidden[i]));
    }
    test_http_free(&answer);
}

/* Only those queues that are named are shown. */
static void test_exporter__shows_chosen_queues(void **state)
{
    (void)state;
    ask(conn, "SADD skep:queues a b c");
    begin((const char *const[]){"-q", "c", "-q", "new", "-q", "c", NULL});
    check("/metrics", 200, "\nskep_queue_up{queue=\"c\"} 1\n");
    check("/metrics", 200, "\nskep_queue_up{queue=\"new\"} 1\n");
    check("/metrics", 200, "\nskep_queues_left_out 1\n");
    check("/api/overview.json?queue=a", 200, "\"queue\":null");
}

/* A user with the rights of a monitor and no others is enough. */
static void test_exporter__needs_the_rights_of_a_monitor(void **state)
{
    char names[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES], url[256];
    size_t n = skep_rights_commands(SKEP_ROLE_MONITOR, names);
    const char *const env[] = {"SKEP_REDIS_PASSWORD=secret", NULL};
    const char *const args[] = {
        SKEP_BUILD_DIR "/skep-exporter", "--redis", url, "--listen", "127.0.0.1:0", NULL};

    (void)state;
    ask(conn, "SADD skep:queues a");
    ask(conn, "RPUSH skep:a x");
    ask(conn, "ACL SETUSER monitor on >secret ~skep:* ~{skep:* -@all +hello +auth +select +ping");
    for (size_t i = 0; i < n; i++) {
        char words[96], *space;
        snprintf(words, sizeof words, "ACL SETUSER monitor +%s", names[i]);
        space = strchr(words + sizeof "ACL SETUSER monitor", ' ');
        if (space != NULL) {
            *space = '|'; /* of a command's subcommand */
        }
        ask(conn, words);
    }
    snprintf(url, sizeof url, "unix://monitor@%s", redis->socket);
    exporter_start_as(&exporter, args, env);
    exporter_until(&exporter, "/metrics", 200, "\nskep_queue_waiting_records{queue=\"a\"} 1\n", WAIT_MS);
    check("/metrics", 200, "\nskep_up 1\n");
}

/* ---- refuses ---- */

/* What does not exist, what would change something, what is too long, what is no HTTP. */
static void test_exporter__refuses(void **state)
{
    static char path[60000] = "/";

    (void)state;
    begin(NULL);
    check("/nothing", 404, "There is no such page");
    check("/metrics/", 404, "");
    check("/api/overview.json/..", 404, "");
    check("/../../etc/passwd", 404, "");
    check("/<script>", 404, "There is no such page");
    check_request("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 405,
                  "Allow: GET, HEAD");
    check_request("DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", 405, "Allow: GET, HEAD");
    check_request("PUT /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n", 405, "");
    check_request("nonsense\r\n\r\n", 0, ""); /* the line is closed */
    memset(path + 1, 'a', 1200);
    check(path, 414, "");
    memset(path + 1, 'a', sizeof path - 2);
    check(path, 414, "");
    memcpy(path, "/api/overview.json?queue=", 25);
    path[1500] = '\0';
    check(path, 200, "\"queue\":null");
}

/* HEAD has the head alone. */
static void test_exporter__answers_head(void **state)
{
    static const char request[] = "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    struct test_http answer;

    (void)state;
    begin(NULL);
    answer = test_http_send(exporter.port, request, sizeof request - 1);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body_n, 0);
    assert_non_null(strstr(answer.all, "Content-Length: "));
    test_http_free(&answer);
}

/* Settings that are wrong end it with 2 and the reason. */
static void test_exporter__refuses_settings(void **state)
{
    static const char *const cases[][4] = {
        {"--listen", "nowhere", "is not ADDRESS:PORT", NULL},
        {"-q", "a/b", "is not the name of a queue", NULL},
        {"--max-queues", "0", "1 to 10000", NULL},
        {"--log-level", "loud", "--log-level must be", NULL},
        {"--redis", "http://x", "redis", NULL},
        {"--push", "x", "unknown option", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const args[] = {
            SKEP_BUILD_DIR "/skep-exporter", "--redis", redis->url, cases[i][0], cases[i][1], NULL};
        struct test_process *process =
            test_process_run(&(struct test_process_options){.args = args}, WAIT_MS);
        char *err = test_process_err(process);
        if (process->status != 2 || strstr(err, cases[i][2]) == NULL) {
            fail_msg("%s %s: ended with %d and\n%s", cases[i][0], cases[i][1], process->status, err);
        }
        free(err);
        test_process_free(process);
    }
}

/* ---- breaks ---- */

/* A crowd that keeps every place and says nothing, or half of something, is shown out; others are served. */
static void test_exporter__survives_a_silent_crowd(void **state)
{
    int fds[CROWD + 8];

    (void)state;
    begin(NULL);
    for (int i = 0; i < CROWD + 8; i++) {
        fds[i] = test_http_connect(exporter.port);
        if (i % 2 == 0) {
            assert_int_equal(write(fds[i], "GET /metr", 9), 9);
        }
    }
    check("/healthz", 200, "{\"ok\":true");
    for (int i = 0; i < CROWD + 8; i++) {
        close(fds[i]);
    }
}

/* Many who ask one after another, and some who go before they have heard the answer. */
static void test_exporter__serves_many(void **state)
{
    static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

    (void)state;
    begin(NULL);
    for (int i = 0; i < 300; i++) {
        int fd = test_http_connect(exporter.port);
        assert_int_equal(write(fd, request, sizeof request - 1), sizeof request - 1);
        close(fd);
        check("/metrics", 200, "\nskep_up 1\n");
    }
}

/* Redis goes and comes back: everything stays up and says so; nothing old is told as if it were true. */
static void test_exporter__survives_redis(void **state)
{
    struct test_http answer;

    (void)state;
    ask(conn, "SADD skep:queues a");
    begin(NULL);
    test_redis_kill(redis);
    exporter_until(&exporter, "/healthz", 503, "\"finding\":\"unread\"", WAIT_MS);
    exporter_until(&exporter, "/metrics", 200, "\nskep_up 0\n", WAIT_MS);
    answer = exporter_get(&exporter, "/metrics");
    assert_null(strstr(answer.body, "skep_queue_waiting_records{"));
    assert_non_null(strstr(answer.body, "\nskep_reading_errors_total{error=\"redis-unreachable\"} "));
    test_http_free(&answer);
    check("/api/overview.json", 200, "\"up\":false");
    check("/", 200, "</html>");
    test_redis_restart(redis);
    exporter_until(&exporter, "/metrics", 200, "\nskep_up 1\n", WAIT_MS);
    exporter_until(&exporter, "/healthz", 200, "{\"ok\":true", WAIT_MS);
}

/* A server that holds the line and does not answer is as bad as none; nobody waits for it. */
static void test_exporter__survives_a_redis_that_hangs(void **state)
{
    (void)state;
    begin((const char *const[]){"--read-timeout", "500ms", NULL});
    test_redis_pause(redis);
    exporter_until(&exporter, "/healthz", 503, "\"unread\"", WAIT_MS);
    test_redis_resume(redis);
    exporter_until(&exporter, "/healthz", 200, "{\"ok\":true", WAIT_MS);
}

/* It may be started before Redis. */
static void test_exporter__waits_for_redis(void **state)
{
    (void)state;
    test_redis_kill(redis);
    exporter_start(&exporter, redis->url, NULL);
    check("/healthz", 503, "\"ok\":false");
    check("/metrics", 200, "\nskep_up 0\n");
    test_redis_restart(redis);
    exporter_until(&exporter, "/healthz", 200, "{\"ok\":true", WAIT_MS);
}

/* One queue whose keys are of another type does not hide the others, and is told. */
static void test_exporter__survives_a_broken_queue(void **state)
{
    (void)state;
    ask(conn, "SADD skep:queues good bad");
    ask(conn, "SET skep:bad x");
    begin(NULL);
    check("/metrics", 200, "\nskep_queue_up{queue=\"good\"} 1\n");
    check("/metrics", 200, "\nskep_queue_up{queue=\"bad\"} 0\n");
    exporter_until(&exporter, "/healthz", 503, "{\"queue\":\"bad\",\"finding\":\"unread\"", WAIT_MS);
    check("/api/overview.json", 200, "\"name\":\"bad\",\"state\":\"unread\",\"read_age_s\":null");
    ask(conn, "DEL skep:bad");
    exporter_until(&exporter, "/healthz", 200, "{\"ok\":true", WAIT_MS);
}

/* Names that are none are not shown; what strangers wrote stays inside its quotes. */
static void test_exporter__survives_hostile_names(void **state)
{
    struct test_http answer;

    (void)state;
    ask(conn, "SADD skep:queues good x\"}\\n{ <script>");
    ask(conn, "HSET {skep:good}:jobs n:<script>\"\\\x1b[2J 5");
    ask(conn, "HSET {skep:good}:account done:te\"}_box 5 cause:\"}\n{ 3 done:sum zzz ns: -5 b99:x 7");
    ask(conn, "ZADD {skep:good}:workers 1 \"\x1b[2J:1:x:<b>");
    ask(conn, "SET {skep:good}:info:\"\x1b[2J:1:x:<b> {\"host\":\"<i>\\u001b\"}");
    begin(NULL);
    check("/metrics", 200, "\nskep_queues 1\n");
    answer = exporter_get(&exporter, "/api/overview.json?queue=good");
    assert_null(strchr(answer.body, '\x1b'));
    assert_int_equal(strncmp(answer.body, "{\"version\":1,", 13), 0);
    test_http_free(&answer);
    answer = exporter_get(&exporter, "/metrics");
    assert_null(strchr(answer.body, '\x1b'));
    assert_null(strstr(answer.body, "script"));
    test_http_free(&answer);
}

/* A password that is wrong is no reason to end: it says so, and goes on when that is mended. */
static void test_exporter__tells_of_a_missing_password(void **state)
{
    (void)state;
    ask(conn, "CONFIG SET requirepass secret");
    exporter_start(&exporter, redis->url, NULL);
    exporter_until(&exporter, "/metrics", 200, "skep_reading_errors_total{error=\"redis-refused\"}", WAIT_MS);
    check("/healthz", 503, "\"unread\"");
    ask(conn, "CONFIG SET requirepass ");
    exporter_until(&exporter, "/healthz", 200, "{\"ok\":true", WAIT_MS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_exporter__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_of_queues),
        TEST(serves_the_page),
        TEST(shows_chosen_queues),
        TEST(needs_the_rights_of_a_monitor),
        TEST(refuses),
        TEST(answers_head),
        TEST(refuses_settings),
        TEST(survives_a_silent_crowd),
        TEST(serves_many),
        TEST(survives_redis),
        TEST(survives_a_redis_that_hangs),
        TEST(waits_for_redis),
        TEST(survives_a_broken_queue),
        TEST(survives_hostile_names),
        TEST(tells_of_a_missing_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
