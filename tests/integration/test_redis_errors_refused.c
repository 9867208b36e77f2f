/* SPDX-License-Identifier: MIT */
/* The rows of docs/redis-errors.md that somebody must do something about: the worker names what is wrong and
 * ends with code 3, and whoever comes after it finds every task. */
#include "support/test.h"
#include "queue/rights.h"
#include "support/files.h"
#include "trial.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chaos/proxy.h"

static struct hive *hive;
static char user_url[256]; /* of the user "w" */

static int set_up_with(const char *config)
{
    trial_forget();
    hive = hive_open(config);
    snprintf(user_url, sizeof user_url, "unix://w:secret@%s", hive->redis->socket);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    return set_up_with(NULL);
}

static int tear_down(void **state)
{
    (void)state;
    hive_close(hive);
    return 0;
}

static struct test_process *start(const char *url)
{
    return hive_start_worker(hive, (const char *const[]){"--slots", "2", "--redis", url, NULL});
}

/* A worker over URL that is at work. */
static struct test_process *start_busy(const char *url)
{
    struct test_process *worker = start(url);

    trial_push(hive, 200, "0.05");
    trial_await_progress(hive, 5);
    return worker;
}

/* It ends with code 3 and names the reason. */
static void check_ends(struct test_process *worker, const char *words)
{
    hive_await_end(hive, worker, 3, 60000);
    if (!test_process_said(worker, words)) {
        hive_fail(hive, "it did not say: %s", words);
    }
    assert_false(test_process_said(worker, "secret"));
}

static void make_user(const char *right)
{
    hive_ask(hive, "ACL", "SETUSER", "w", "reset", "on", ">secret", "~*", "&*", "+@all", right, NULL);
}

/* ---- who are you ---- */

/* NOAUTH: from now on the server wants a password, and has closed all lines. */
static void test_redis_errors_refused__noauth(void **state)
{
    struct test_process *worker = start_busy(hive->redis->url);

    (void)state;
    hive_ask(hive, "CONFIG", "SET", "requirepass", "pass", NULL);
    hive_ask(hive, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes", NULL);
    check_ends(worker, "the server wants a password (in the URL, SKEP_REDIS_PASSWORD");
    trial_user_pushes(hive, NULL, "30", 3, "the server wants a password");
    hive_ask(hive, "CONFIG", "SET", "requirepass", "", NULL);
    trial_check_all_done_after_death(hive, NULL);
}

/* WRONGPASS: the user has another password now. */
static void test_redis_errors_refused__wrongpass(void **state)
{
    struct test_process *worker;

    (void)state;
    make_user("+@all");
    worker = start_busy(user_url);
    hive_ask(hive, "ACL", "SETUSER", "w", "resetpass", ">other", NULL);
    hive_ask(hive, "CLIENT", "KILL", "USER", "w", NULL);
    check_ends(worker, "wrong user or password");
    trial_user_pushes(hive, user_url, "30", 3, "wrong user or password");
    trial_check_all_done_after_death(hive, NULL);
}

/* ---- what may you ---- */

/* NOPERM: a right is taken away while the worker works. It cannot even give back what it holds; its lease
 * brings that back. */
static void test_redis_errors_refused__noperm(void **state)
{
    struct test_process *worker;

    (void)state;
    make_user("+@all");
    worker = start_busy(user_url);
    hive_ask(hive, "ACL", "SETUSER", "w", "-evalsha", NULL);
    check_ends(worker, "the user lacks a right (ACL SETUSER; docs/redis-errors.md): NOPERM");
    trial_user_pushes(hive, user_url, "30", 3, "'evalsha'");
    trial_check_all_done_after_death(hive, NULL);
}

/* "+rpush" or "-script|load". */
static void write_right(char *text, size_t size, char sign, const char *command)
{
    snprintf(text, size, "%c%.40s", sign, command);
    for (char *c = text + 1; *c != '\0'; c++) {
        *c = (char)(*c == ' ' ? '|' : tolower((unsigned char)*c));
    }
}

/* Whichever single right of a role is missing, that one is named, and nothing was done. */
static void test_redis_errors_refused__every_missing_right_is_named(void **state)
{
    struct skep_conn_options options = {0};
    struct skep_conn *conn;

    (void)state;
    make_user("+@all");
    assert_int_equal(skep_url_parse(user_url, &options.url, NULL), SKEP_OK);
    assert_int_equal(skep_conn_new(&options, &conn, NULL), SKEP_OK);
    assert_int_equal(skep_conn_connect(conn, NULL), SKEP_OK);
    for (int k = 0; k < SKEP_ROLE_COUNT; k++) {
        enum skep_role role = (enum skep_role)k;
        char names[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES];
        size_t n = skep_rights_commands(role, names);
        assert_int_equal(skep_rights_check(conn, &hive->keys, role, NULL), SKEP_OK);
        for (size_t i = 0; i < n; i++) {
            struct skep_error err = {0};
            char without[64], with[64], named[72];
            write_right(without, sizeof without, '-', names[i]);
            write_right(with, sizeof with, '+', names[i]);
            snprintf(named, sizeof named, "'%s'", with + 1);
            hive_ask(hive, "ACL", "SETUSER", "w", without, NULL);
            hive_ask(hive, "SCRIPT", "FLUSH", NULL);
            assert_int_equal(skep_rights_check(conn, &hive->keys, role, &err), SKEP_E_REFUSED);
            if (strstr(err.text, named) == NULL) {
                fail_msg("without %s: %s", names[i], err.text);
            }
            hive_ask(hive, "ACL", "SETUSER", "w", with, NULL);
        }
    }
    assert_int_equal(hive_ask(hive, "DBSIZE", NULL)->integer, 0);
    skep_conn_free(conn);
}

/* A key that is out of reach is named too. */
static void test_redis_errors_refused__a_missing_key_is_named(void **state)
{
    (void)state;
    make_user("+@all");
    hive_ask(hive, "ACL", "SETUSER", "w", "resetkeys", "~skep:*", "~{skep:q}:held:*", "~{skep:q}:[^o]*",
             NULL);
    trial_push(hive, 3, "0.01");
    check_ends(start(user_url), "key '{skep:q}:out'");
    assert_int_equal(hive_length(hive, hive->keys.queue), 3);
    trial_check_all_done(hive, NULL);
}

static void grant(const char *user, enum skep_role role)
{
    char names[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES];
    size_t n = skep_rights_commands(role, names);

    hive_ask(hive, "ACL", "SETUSER", user, "reset", "on", ">secret", "~skep:*", "~{skep:*}:*", NULL);
    for (size_t i = 0; i < n; i++) {
        char right[64];
        write_right(right, sizeof right, '+', names[i]);
        hive_ask(hive, "ACL", "SETUSER", user, right, NULL);
    }
}

/* With the rights of docs/redis-errors.md and no others each role can do all of its work. */
static void test_redis_errors_refused__the_named_rights_suffice(void **state)
{
    char urls[SKEP_ROLE_COUNT][256];
    static const char task[] = "{\"kernel\":\"echo\"}\n";
    struct test_process *worker;
    char *tasks;

    (void)state;
    for (int role = 0; role < SKEP_ROLE_COUNT; role++) {
        char user[8];
        snprintf(user, sizeof user, "u%d", role);
        grant(user, (enum skep_role)role);
        snprintf(urls[role], sizeof urls[role], "unix://%s:secret@%s", user, hive->redis->socket);
    }
    trial_user_pushes(hive, urls[SKEP_ROLE_PRODUCER], "30", 0, NULL);
    worker = start(urls[SKEP_ROLE_WORKER]);
    hive_push(hive, "{\"id\":\"bad\",\"kernel\":\"nonsense\"}");
    hive_push(hive, "{\"id\":\"crash\",\"kernel\":\"fail\",\"args\":{\"how\":\"abort\"}}");
    hive_push(hive, "{\"id\":\"again\",\"kernel\":\"fail\",\"args\":{\"times\":2},\"backoff_s\":0.01}");
    (void)hive_results(hive, 4, 60000);
    trial_user_runs(hive, urls[SKEP_ROLE_OPERATOR], 0, "q", "status", "-q", "q", NULL);
    trial_user_runs(hive, urls[SKEP_ROLE_OPERATOR], 0, NULL, "dead", "requeue", "-q", "q", "--all", NULL);
    (void)hive_results(hive, 6, 60000);
    trial_user_runs(hive, urls[SKEP_ROLE_OPERATOR], 0, NULL, "dead", "purge", "-q", "q", "--all", NULL);
    trial_user_runs(hive, urls[SKEP_ROLE_OPERATOR], 0, NULL, "pause", "-q", "q", NULL);
    trial_user_runs(hive, urls[SKEP_ROLE_OPERATOR], 0, NULL, "audit", "-q", "q", NULL);
    trial_user_runs(hive, urls[SKEP_ROLE_OPERATOR], 0, NULL, "cancel", "-q", "q", "--id", "x", NULL);
    trial_user_runs(hive, urls[SKEP_ROLE_MONITOR], 0, "paused", "status", "-q", "q", NULL);
    trial_user_runs(hive, urls[SKEP_ROLE_MONITOR], 0, "paused", "status", NULL);
    trial_user_runs(hive, urls[SKEP_ROLE_MONITOR], 0, NULL, "dead", "ls", "-q", "q", NULL);
    trial_user_runs(hive, urls[SKEP_ROLE_MONITOR], 0, NULL, "audit", "-q", "q", NULL);
    trial_user_runs(hive, urls[SKEP_ROLE_CONSUMER], 1, "\"again\"", "results", "-q", "q", "--count", "6",
                    NULL);
    test_process_signal(worker, SIGTERM);
    hive_await_end(hive, worker, 0, 60000);
    assert_false(test_process_said(worker, "redis-retry"));
    tasks = test_path(hive->folder, "tasks.jsonl");
    test_write_file(hive->folder, "tasks.jsonl", task, sizeof task - 1);
    trial_user_runs(hive, urls[SKEP_ROLE_RUN], 0, NULL, "run", tasks, NULL);
    free(tasks);
}

/* ---- what is this ---- */

/* WRONGTYPE: somebody uses a name of the queue for something else. */
static void test_redis_errors_refused__wrongtype(void **state)
{
    struct test_process *worker = start_busy(hive->redis->url);

    (void)state;
    hive_ask(hive, "SET", hive->keys.delayed, "mine", NULL);
    check_ends(worker, "a key of this queue is used by something else (another name for the queue");
    hive_ask(hive, "DEL", hive->keys.delayed, NULL);
    trial_check_all_done_after_death(hive, NULL);
}

/* No such database. */
static void test_redis_errors_refused__no_such_database(void **state)
{
    char url[256];

    (void)state;
    snprintf(url, sizeof url, "%s?db=99", hive->redis->url);
    check_ends(start(url), "no database of this number (see its setting databases)");
    trial_user_pushes(hive, url, "30", 3, "no database of this number");
}

/* A server whose administrator has renamed what skep needs. */
static void test_redis_errors_refused__unknown_command(void **state)
{
    (void)state;
    tear_down(state);
    set_up_with("rename-command EVALSHA \"\"");
    check_ends(start(hive->redis->url), "the server lacks a command (skep needs Redis 6.2 or later");
    trial_user_pushes(hive, NULL, "30", 3, "the server lacks a command");
}

/* What a good server of today does not say, said by one between. */
static void test_redis_errors_refused__strange_answers(void **state)
{
    static const struct {
        const char *reply, *words;
    } strange[] = {
        {"-DENIED Redis is running in protected mode because\r\n", "in protected mode (set a password there"},
        {"-MOVED 3999 10.0.0.7:6381\r\n",
         "another node of the cluster (give the address at the end of this line)"},
        {"-CROSSSLOT Keys in request don't hash to the same slot\r\n",
         "several cluster slots in one command"},
        {"-EXECABORT Transaction discarded\r\n", "a transaction was given up"},
        {"-ERR Nonsense\r\n", "an error that skep does not know (please report it): ERR Nonsense"},
    };
    struct skep_proxy_options options = {.seed = 1};
    char url[SKEP_URL_TEXT_BYTES];

    (void)state;
    assert_int_equal(skep_url_parse(hive->redis->url, &options.server, NULL), SKEP_OK);
    trial_push(hive, 5, "0.01");
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        const struct skep_proxy_rule rule = {
            .fault = SKEP_PROXY_ANSWER, .needle = "EVALSHA", .answer = strange[i].reply};
        struct skep_proxy *proxy;
        struct test_process *worker;
        assert_int_equal(skep_proxy_new(&options, &proxy, NULL), SKEP_OK);
        skep_url_format(skep_proxy_get_url(proxy), url, sizeof url);
        assert_int_equal(skep_proxy_add_rule(proxy, &rule, NULL), SKEP_OK);
        worker = start(url);
        check_ends(worker, strange[i].words);
        hive->n_workers--;
        test_process_free(worker);
        trial_user_pushes(hive, url, "30", 3, strange[i].words);
        skep_proxy_free(proxy);
    }
    trial_check_all_done(hive, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_redis_errors_refused__noauth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_refused__wrongpass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_refused__noperm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_refused__every_missing_right_is_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_refused__a_missing_key_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_refused__the_named_rights_suffice, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_refused__wrongtype, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_refused__no_such_database, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_refused__unknown_command, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_redis_errors_refused__strange_answers, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
