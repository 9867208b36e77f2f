/* SPDX-License-Identifier: MIT */
/* A worker and its Redis server: one that comes late, dies, forgets, refuses, and is left in peace. */
#include "support/test.h"
#include "support/files.h"
#include "support/until.h"
#include "hive.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct hive *hive;

static int set_up(void **state)
{
    (void)state;
    hive = hive_open("appendonly yes\nappendfsync always\nauto-aof-rewrite-percentage 0");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hive_close(hive);
    return 0;
}

static const char *const one_slot[] = {"--slots", "1", NULL};
static const char *const two_slots[] = {"--slots", "2", NULL};

/* N results of the tasks 0 to N - 1, each once and a success. */
static void check_each_once(int n)
{
    const struct hive_result *results = hive_results(hive, (size_t)n, 30000);
    bool *seen = calloc((size_t)n, sizeof *seen);

    for (int i = 0; i < n; i++) {
        long id = strtol(results[i].id, NULL, 10);
        assert_true(results[i].is_ok && id >= 0 && id < n && !seen[id]);
        seen[id] = true;
    }
    free(seen);
    hive_check_done(hive, n, 0);
}

/* ---- works ---- */

/* A worker that is there before its server waits for it. */
static void test_worker_server__a_server_may_come_late(void **state)
{
    struct test_process *worker;

    (void)state;
    test_redis_kill(hive->redis);
    worker = hive_start_worker(hive, one_slot);
    hive_await_slots(hive, worker, 1);
    test_redis_restart(hive->redis);
    hive_push_many(hive, 10, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    check_each_once(10);
}

static int64_t n_wanted;

static bool are_there(struct hive *any)
{
    return hive_length(any, any->keys.out) >= n_wanted;
}

/* The server is killed again and again under load. What it has acknowledged it has on disk, so every task is
 * done once: cycles whose replies were lost are sent again and recognised. */
static void test_worker_server__a_killed_server_loses_nothing(void **state)
{
    enum { N = 6000, N_KILLS = 4 };

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}");
    hive_start_worker(hive, two_slots);
    hive_start_worker(hive, one_slot);
    for (int i = 1; i <= N_KILLS; i++) {
        n_wanted = i * N / 10;
        hive_until(hive, are_there, "some more results", 20000);
        skep_conn_close(hive->conn);
        test_redis_restart(hive->redis);
    }
    check_each_once(N);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    assert_int_equal(hive_stat(hive, "reaped"), 0);
    assert_int_equal(hive_stat(hive, "fenced"), 0);
    assert_int_equal(hive_stat(hive, "out_of_step"), 0);
}

/* A slot that dies while its server is away: its agent remembers which task it ran until it can say so. */
static void test_worker_server__a_death_is_told_when_the_server_is_back(void **state)
{
    pid_t slot;

    (void)state;
    hive_push_many(hive, 3, "{\"id\":\"%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.7}}");
    hive_start_worker(hive, one_slot);
    slot = hive_await_title(hive, "sleep 0");
    skep_conn_close(hive->conn);
    test_redis_kill(hive->redis);
    assert_int_equal(kill(slot, SIGKILL), 0);
    hive_await_gone(hive, &slot, 1, 5000);
    test_redis_restart(hive->redis);
    check_each_once(3);
    assert_int_equal(hive_stat(hive, "crashes"), 1);
    assert_int_equal(hive_stat(hive, "reaped"), 1);
    assert_int_equal(hive_ask(hive, "HLEN", hive->keys.crashes, NULL)->integer, 0);
}

/* A server that lost its scripts is taught them again. */
static void test_worker_server__forgotten_scripts_are_taught_again(void **state)
{
    enum { N = 1000 };

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}");
    hive_start_worker(hive, two_slots);
    for (int i = 1; i < 5; i++) {
        n_wanted = i * N / 5;
        hive_until(hive, are_there, "some more results", 20000);
        hive_ask(hive, "SCRIPT", "FLUSH", NULL);
    }
    check_each_once(N);
}

/* A server that lost everything: the slots register anew and work on what is pushed then. */
static void test_worker_server__a_forgetful_server_is_worked_for_again(void **state)
{
    struct test_process *worker;

    (void)state;
    worker = hive_start_worker(hive, two_slots);
    hive_await_slots(hive, worker, 2);
    hive_push_many(hive, 10, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    check_each_once(10);
    hive_ask(hive, "FLUSHALL", NULL);
    hive_push_many(hive, 10, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    check_each_once(10);
}

/* A server without memory for new tasks is drained all the same. */
static void test_worker_server__a_full_server_is_drained(void **state)
{
    enum { N = 500 };

    (void)state;
    hive_push_many(hive, N, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    hive_ask(hive, "CONFIG", "SET", "maxmemory", "1", NULL);
    hive_start_worker(hive, two_slots);
    check_each_once(N);
}

/* ---- an idle second ---- */

static struct test_process *monitor;

/* Lines of the monitor with WORD in them. */
static int count_lines(const char *word)
{
    char *out = test_process_out(monitor, NULL), *rest = out, *line;
    int n = 0;

    while ((line = strsep(&rest, "\n")) != NULL) {
        n += strstr(line, word) != NULL;
    }
    free(out);
    return n;
}

static bool has_monitor(void *context)
{
    (void)context;
    return count_lines("OK") > 0;
}

static bool has_four_beats(void *context)
{
    (void)context;
    return count_lines("\"EVALSHA\"") >= 4;
}

/* An idle worker sends one request a second, for all of its slots, and nothing else. */
static void test_worker_server__an_idle_second_costs_a_beat(void **state)
{
    const char *args[] = {"redis-cli", "-s", hive->redis->socket, "MONITOR", NULL};
    struct test_process *worker = hive_start_worker(hive, two_slots);
    int64_t began_ms, spent_ms;
    char *out, *rest, *line;

    (void)state;
    hive_push_many(hive, 10, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    check_each_once(10);
    hive_await_slots(hive, worker, 2);
    (void)hive_await_title(hive, "slot 0 q idle");
    (void)hive_await_title(hive, "slot 1 q idle");
    monitor = test_process_start(&(struct test_process_options){.args = args});
    assert_true(test_until(has_monitor, NULL, 10000));
    began_ms = test_now_ms();
    assert_true(test_until(has_four_beats, NULL, 20000));
    spent_ms = test_now_ms() - began_ms;
    assert_true(spent_ms > 2900);
    out = rest = test_process_out(monitor, NULL);
    while ((line = strsep(&rest, "\n")) != NULL) {
        bool is_ours = strstr(line, "lua]") == NULL && strchr(line, '[') != NULL;
        if (is_ours && strstr(line, "\"EVALSHA\"") == NULL && strstr(line, ":info:") == NULL) {
            hive_fail(hive, "more than a beat: %s", line);
        }
    }
    free(out);
    test_process_free(monitor);
}

/* ---- refuses ---- */

static void make_user(const char *rights)
{
    hive_ask(hive, "ACL", "SETUSER", "w", "reset", "on", ">top-secret", "~*", "&*", "+@all", rights, NULL);
}

/* "unix://USER@/...", in memory of the test. */
static const char *url_for(const char *user)
{
    static char url[256];

    snprintf(url, sizeof url, "unix://%s@%s", user, hive->redis->socket);
    return url;
}

/* A worker with this URL ends with status 3 and says WORDS, and never the password. */
static void check_refused(const char *url, const char *words)
{
    struct test_process *worker =
        hive_start_worker(hive, (const char *const[]){"--slots", "2", "--redis", url, NULL});

    hive_await_end(hive, worker, 3, 10000);
    if (!test_process_said(worker, words)) {
        hive_fail(hive, "it did not say: %s", words);
    }
    assert_false(test_process_said(worker, "top-secret"));
    assert_false(test_process_said(worker, "wrong-secret"));
}

/* A wrong password ends the program. */
static void test_worker_server__a_wrong_password_ends_it(void **state)
{
    (void)state;
    make_user("+@all");
    check_refused(url_for("w:wrong-secret"), "wrong user or password");
    check_refused(url_for("nobody:wrong-secret"), "wrong user or password");
    hive_ask(hive, "CONFIG", "SET", "requirepass", "top-secret", NULL);
    check_refused(hive->redis->url, "the server wants a password");
}

/* A missing right ends it, and is named. */
static void test_worker_server__a_missing_right_is_named(void **state)
{
    (void)state;
    make_user("-evalsha");
    check_refused(url_for("w:top-secret"), "'evalsha'");
    make_user("-blmove");
    check_refused(url_for("w:top-secret"), "'blmove'");
    make_user("-lpop");
    hive_push_many(hive, 3, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    check_refused(url_for("w:top-secret"), "the user lacks rights that a worker needs (ACL SETUSER): 'lpop'");
    assert_int_equal(hive_length(hive, hive->keys.queue), 3);
}

/* What ps shows of a process, every byte of it. */
static void check_command_line(pid_t pid)
{
    char path[64], bytes[4096];
    size_t n;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    f = fopen(path, "re");
    assert_non_null(f);
    n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    assert_true(n > 0);
    assert_null(memmem(bytes, n, "top-secret", 10));
}

/* The password of a URL is not in the process list, nor in the log, and the slots have it all the same. */
static void test_worker_server__the_password_does_not_show(void **state)
{
    struct test_process *worker;
    pid_t slots[HIVE_MAX_SLOTS];

    (void)state;
    make_user("+@all");
    worker = hive_start_worker(
        hive, (const char *const[]){"--slots", "2", "--redis", url_for("w:top-secret"), NULL});
    hive_push_many(hive, 10, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    check_each_once(10);
    hive_await_slots(hive, worker, 2);
    assert_int_equal(hive_slots(worker, slots), 2);
    check_command_line(worker->pid);
    check_command_line(slots[0]);
    check_command_line(slots[1]);
    assert_false(test_process_said(worker, "top-secret"));
}

/* The same where the environment has it. */
static void test_worker_server__a_password_from_the_environment(void **state)
{
    struct test_process *worker;

    (void)state;
    make_user("+@all");
    worker = hive_start_worker_env(hive, (const char *const[]){"--slots", "1", "--redis", url_for("w"), NULL},
                                   (const char *const[]){"SKEP_REDIS_PASSWORD=top-secret", NULL});
    hive_push_many(hive, 10, "{\"id\":\"%d\",\"kernel\":\"echo\"}");
    check_each_once(10);
    check_command_line(worker->pid);
    assert_false(test_process_said(worker, "top-secret"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_server__a_server_may_come_late, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_server__a_killed_server_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_server__a_death_is_told_when_the_server_is_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_server__forgotten_scripts_are_taught_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_server__a_forgetful_server_is_worked_for_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_worker_server__a_full_server_is_drained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_server__an_idle_second_costs_a_beat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_server__a_wrong_password_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_server__a_missing_right_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_server__the_password_does_not_show, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_worker_server__a_password_from_the_environment, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
