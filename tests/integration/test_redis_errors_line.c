/* SPDX-License-Identifier: MIT */
/* A line to the server that ends, breaks, or is half open: everybody notices within 3 s of using it, connects
 * again, sends again, and nothing is lost or done twice. */
#include "support/test.h"
#include "support/files.h"
#include "support/until.h"
#include "trial.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chaos/proxy.h"

enum { NOTICE_MS = 3000, MARGIN_MS = 10000 }; /* a busy machine is given some time */

static struct hive *hive;
static struct skep_proxy *proxy;
static char url[SKEP_URL_TEXT_BYTES]; /* the server's, through the proxy */

static int set_up(void **state)
{
    struct skep_proxy_options options = {.seed = 1};

    (void)state;
    trial_forget();
    hive = hive_open("appendonly yes\nappendfsync always");
    assert_int_equal(skep_url_parse(hive->redis->url, &options.server, NULL), SKEP_OK);
    assert_int_equal(skep_proxy_new(&options, &proxy, NULL), SKEP_OK);
    skep_url_format(skep_proxy_get_url(proxy), url, sizeof url);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hive_close(hive);
    skep_proxy_free(proxy);
    return 0;
}

static struct test_process *start(const char *to)
{
    return hive_start_worker(hive, (const char *const[]){"--slots", "2", "--redis", to, NULL});
}

static struct test_process *start_busy(const char *to)
{
    struct test_process *worker = start(to);

    trial_push(hive, 400, "0.05");
    trial_await_progress(hive, 5);
    return worker;
}

static void hold(enum skep_proxy_fault fault, const char *needle)
{
    const struct skep_proxy_rule rule = {.fault = fault, .needle = needle, .most = 1};

    assert_int_equal(skep_proxy_add_rule(proxy, &rule, NULL), SKEP_OK);
}

/* ---- it ends ---- */

/* EOF: the server closes all lines. */
static void test_redis_errors_line__closed(void **state)
{
    struct test_process *worker = start_busy(hive->redis->url);

    (void)state;
    for (int i = 0; i < 5; i++) {
        hive_ask(hive, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes", NULL);
        trial_await_progress(hive, 5);
    }
    trial_await_log(hive, worker, "the server closed the connection");
    trial_check_all_done(hive, NULL);
    assert_false(test_process_is_over(worker));
}

/* Nobody listens for a while. */
static void test_redis_errors_line__refused(void **state)
{
    struct test_process *worker = start_busy(hive->redis->url);

    (void)state;
    skep_conn_close(hive->conn);
    test_redis_kill(hive->redis);
    trial_await_log(hive, worker, "cannot connect: Connection refused");
    trial_user_pushes(hive, NULL, "0.3", 3, "cannot connect: Connection refused");
    test_redis_restart(hive->redis);
    trial_user_pushes(hive, NULL, "60", 0, NULL);
    trial_check_all_done(hive, NULL);
    assert_false(test_process_is_over(worker));
}

/* UNBLOCKED: somebody ends the wait of an idle slot. */
static void test_redis_errors_line__unblocked(void **state)
{
    struct test_process *worker = start(hive->redis->url);
    const struct skep_reply *list;
    const char *at;
    int n = 0;

    (void)state;
    (void)hive_await_title(hive, "slot 0 q idle");
    (void)hive_await_title(hive, "slot 1 q idle");
    list = hive_ask(hive, "CLIENT", "LIST", "TYPE", "normal", NULL);
    at = list->bytes;
    while ((at = strstr(at, "id=")) != NULL) {
        char id[24];
        snprintf(id, sizeof id, "%.*s", (int)strspn(at + 3, "0123456789"), at + 3);
        at += strcspn(at, "\n");
        n++;
        skep_conn_begin(hive->conn, 4);
        skep_conn_arg_text(hive->conn, "CLIENT");
        skep_conn_arg_text(hive->conn, "UNBLOCK");
        skep_conn_arg_text(hive->conn, id);
        skep_conn_arg_text(hive->conn, "ERROR");
    }
    assert_int_equal(skep_conn_flush(hive->conn, NULL), SKEP_OK);
    for (struct skep_reply *reply; n > 0; n--) {
        assert_int_equal(skep_conn_reply(hive->conn, -1, &reply, NULL), SKEP_OK);
    }
    trial_await_log(hive, worker, "the server ended the wait");
    trial_push(hive, 10, "0.01");
    trial_check_all_done(hive, NULL);
    assert_false(test_process_is_over(worker));
}

/* ---- it is half open ---- */

/* Every line of a working worker goes dead at once, without a word. */
static void test_redis_errors_line__a_dead_line_of_a_busy_worker(void **state)
{
    struct test_process *worker = start_busy(url);
    int64_t began_ms;

    (void)state;
    skep_proxy_hold(proxy);
    began_ms = test_now_ms();
    trial_await_log(hive, worker, "read timed out after 3 s");
    trial_await_progress(hive, 5);
    assert_true(test_now_ms() - began_ms < NOTICE_MS + MARGIN_MS);
    trial_check_all_done_after_death(hive, NULL);
    assert_false(test_process_is_over(worker));
}

/* The lines of idle slots go dead: they wait, and would not hear of a new task. Their agent, which hears of
 * it, sends them to look. */
static void test_redis_errors_line__a_dead_line_of_an_idle_worker(void **state)
{
    struct test_process *worker = start(url);
    int64_t began_ms;

    (void)state;
    (void)hive_await_title(hive, "slot 0 q idle");
    (void)hive_await_title(hive, "slot 1 q idle");
    skep_proxy_hold(proxy);
    trial_push(hive, 10, "0.01");
    began_ms = test_now_ms();
    (void)hive_results(hive, 10, 60000);
    assert_true(test_now_ms() - began_ms < NOTICE_MS + 2 * 1000 + MARGIN_MS);
    trial_check_all_done_after_death(hive, NULL);
    assert_false(test_process_is_over(worker));
}

/* A push whose line dies with the records, and one whose line dies with the answer. */
static void test_redis_errors_line__a_dead_line_of_a_push(void **state)
{
    int64_t began_ms = test_now_ms();

    (void)state;
    hold(SKEP_PROXY_HOLD, hive->keys.puts);
    trial_user_pushes(hive, url, "60", 0, "read timed out after 3 s");
    hold(SKEP_PROXY_LOSE_REPLY, "\"kernel\"");
    trial_user_pushes(hive, url, "60", 0, "the server closed the connection");
    assert_true(test_now_ms() - began_ms < NOTICE_MS + MARGIN_MS);
    assert_int_equal(hive_length(hive, hive->keys.queue), 2);
    trial_check_all_done(hive, NULL);
}

/* Results whose reading, confirming and waiting each meet a dead line: every one comes once. */
static void test_redis_errors_line__a_dead_line_of_results(void **state)
{
    static const char *const needles[] = {"LRANGE", "BLMOVE", "EVALSHA"};
    char *folder = test_make_folder(), *path = test_path(folder, "results"), *text;
    int n = 0;

    (void)state;
    trial_push(hive, 60, "0.02");
    hive_start_worker(hive, (const char *const[]){"--slots", "2", NULL});
    for (size_t i = 0; i < sizeof needles / sizeof needles[0]; i++) {
        hold(SKEP_PROXY_HOLD, needles[i]);
        trial_user_runs(hive, url, 0, "read timed out after", "results", "-q", "q", "--count", "20", "-o",
                        path, "--wait", "60", NULL);
    }
    text = test_read_file(folder, "results", NULL);
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
        n++;
    }
    assert_int_equal(n, 60);
    hive_check_done(hive, 0, 0);
    free(text);
    free(path);
    test_remove_folder(folder);
}

/* A server that hangs for longer than a lease, and many lines with it: nobody is declared dead for it. */
static void test_redis_errors_line__a_server_that_hangs(void **state)
{
    struct test_process *worker = start_busy(hive->redis->url), *second = start(hive->redis->url);

    (void)state;
    hive_await_slots(hive, second, 2);
    test_redis_pause(hive->redis);
    trial_await_log(hive, worker, "read timed out after 3 s");
    trial_user_pushes(hive, NULL, "6", 3, "read timed out after 3 s");
    test_redis_resume(hive->redis);
    skep_conn_close(hive->conn);
    trial_await_progress(hive, 5);
    trial_check_all_done(hive, NULL);
    assert_false(test_process_is_over(worker));
    assert_false(test_process_is_over(second));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_redis_errors_line__closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_line__refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_line__unblocked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_line__a_dead_line_of_a_busy_worker, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_line__a_dead_line_of_an_idle_worker, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_line__a_dead_line_of_a_push, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_line__a_dead_line_of_results, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_line__a_server_that_hangs, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
