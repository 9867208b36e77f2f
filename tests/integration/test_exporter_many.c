/* SPDX-License-Identifier: MIT */
/* What the exporter asks of Redis does not grow with the depth of a queue, nor without bounds with their
 * number; and not at all with those who ask it. */
#include "support/test.h"
#include "exporter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "integration/ask.h"
#include "support/redis.h"
#include "support/until.h"

enum { WAIT_MS = 60000 };

static struct test_redis *redis;
static struct skep_conn *conn;
static struct exporter exporter;

static int set_up(void **state)
{
    (void)state;
    redis = test_redis_start(NULL);
    conn = open_conn(redis->url, (struct skep_conn_options){.read_timeout_ms = 60000});
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

static void run_script(const char *script)
{
    struct skep_reply *reply;
    struct skep_error err = {0};

    skep_conn_begin(conn, 3);
    skep_conn_arg_text(conn, "EVAL");
    skep_conn_arg_text(conn, script);
    skep_conn_arg_text(conn, "0");
    if (skep_conn_call(conn, -1, &reply, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
}

static void begin(const char *const *options)
{
    exporter_start(&exporter, redis->url, options);
    exporter_until(&exporter, "/metrics", 200, "\nskep_up 1\n", WAIT_MS);
}

/* The number behind NAME in a text. */
static int64_t number_of(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    assert_non_null(at);
    return strtoll(at + strlen(name), NULL, 10);
}

static int64_t metric(const char *name)
{
    struct test_http answer = exporter_get(&exporter, "/metrics");
    char line[128];
    int64_t number;

    snprintf(line, sizeof line, "\n%s ", name);
    number = number_of(answer.body, line);
    test_http_free(&answer);
    return number;
}

/* What the server has done so far: commands (those of scripts, too), bytes out; and how often it was read. */
struct effort {
    int64_t commands, bytes, readings;
};

static struct effort effort_now(void)
{
    struct effort effort = {.readings = metric("skep_readings_total")};
    const char *stats = ask(conn, "INFO stats")->bytes;

    effort.commands = number_of(stats, "total_commands_processed:");
    effort.bytes = number_of(stats, "total_net_output_bytes:");
    return effort;
}

static bool was_read(void *readings)
{
    return metric("skep_readings_total") >= *(int64_t *)readings;
}

/* The mean of some readings. */
static struct effort effort_of_a_reading(int64_t n)
{
    struct effort before, after;
    int64_t until;

    before = effort_now();
    until = before.readings + n;
    assert_true(test_until(was_read, &until, WAIT_MS));
    after = effort_now();
    n = after.readings - before.readings;
    return (struct effort){(after.commands - before.commands) / n, (after.bytes - before.bytes) / n, n};
}

/* A queue of a million records costs what one of ten does. */
static void test_exporter_many__depth_costs_nothing(void **state)
{
    struct effort shallow, deep;

    (void)state;
    run_script(
        "redis.call('SADD', 'skep:queues', 'q') "
        "for i = 1, 10 do redis.call('RPUSH', 'skep:q', '{\"kernel\":\"sleep\",\"args\":{\"s\":1}}') end");
    begin((const char *const[]){"--interval", "50ms", NULL});
    shallow = effort_of_a_reading(20);
    run_script("local t = {} for i = 1, 1000 do t[i] = '{\"kernel\":\"sleep\",\"args\":{\"s\":1}}' end "
               "for i = 1, 1000 do redis.call('RPUSH', 'skep:q', unpack(t)) end");
    exporter_until(&exporter, "/metrics", 200, "\nskep_queue_waiting_records{queue=\"q\"} 1000010\n",
                   WAIT_MS);
    deep = effort_of_a_reading(20);
    assert_true(deep.commands <= shallow.commands + 1);
    assert_true(deep.bytes <= shallow.bytes + 200);
}

/* However many ask, Redis is asked the same. */
static void test_exporter_many__readers_cost_nothing(void **state)
{
    struct effort before, after;

    (void)state;
    run_script("redis.call('SADD', 'skep:queues', 'q')");
    begin((const char *const[]){"--interval", "60s", NULL});
    before = effort_now();
    for (int i = 0; i < 100; i++) {
        struct test_http answer =
            exporter_get(&exporter, i % 2 == 0 ? "/metrics" : "/api/overview.json?queue=q");
        assert_int_equal(answer.status, 200);
        test_http_free(&answer);
    }
    after = effort_now();
    assert_int_equal(after.readings, before.readings);
    assert_true(after.commands - before.commands <= 1); /* our own INFO */
}

/* Of ten thousand queues the first thousand are shown, the rest is counted, and those in which nothing is are
 * asked seldom. */
static void test_exporter_many__queues_are_bounded(void **state)
{
    struct effort effort;
    struct test_http answer;

    (void)state;
    run_script("for i = 0, 9999 do redis.call('SADD', 'skep:queues', string.format('q%04d', i)) end");
    begin(NULL);
    assert_int_equal(metric("skep_queues"), 10000);
    assert_int_equal(metric("skep_queues_left_out"), 9000);
    effort = effort_of_a_reading(3);
    assert_true(effort.commands < 1000 * 10);
    answer = exporter_get(&exporter, "/api/overview.json?queue=q0999");
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "\"n_queues\":10000,\"n_left_out\":9000"));
    assert_non_null(strstr(answer.body, "\"queue\":{\"name\":\"q0999\""));
    test_http_free(&answer);
    exporter_until(&exporter, "/healthz", 200, "{\"ok\":true", WAIT_MS);
}

/* All of them, when somebody wants all of them. */
static void test_exporter_many__queues_may_be_all(void **state)
{
    struct test_http answer;
    int64_t began_ms;

    (void)state;
    run_script("for i = 0, 9999 do redis.call('SADD', 'skep:queues', string.format('q%04d', i)) end "
               "redis.call('RPUSH', 'skep:q9999', 'x')");
    begin((const char *const[]){"--max-queues", "10000", NULL});
    exporter_until(&exporter, "/metrics", 200, "\nskep_queue_waiting_records{queue=\"q9999\"} 1\n", WAIT_MS);
    assert_int_equal(metric("skep_queues_left_out"), 0);
    began_ms = test_now_ms();
    answer = exporter_get(&exporter, "/api/overview.json");
    assert_int_equal(answer.status, 200);
    assert_true(test_now_ms() - began_ms < 5000);
    test_http_free(&answer);
    exporter_until(&exporter, "/healthz", 503, "{\"queue\":\"q9999\",\"finding\":\"no-workers\"", WAIT_MS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_exporter_many__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(depth_costs_nothing),
        TEST(readers_cost_nothing),
        TEST(queues_are_bounded),
        TEST(queues_may_be_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
