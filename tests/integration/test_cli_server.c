/* SPDX-License-Identifier: MIT */
/* What a user is told when the server is not there, refuses, or is not who it should be; and where passwords
 * may be seen: nowhere. */
#include "integration/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "support/tls.h"

/* Commands that need a server, all of them, with the least that they want. */
static const char *const commands[][5] = {
    {"status"},
    {"queues"},
    {"audit", "-q", "s"},
    {"pause", "-q", "s"},
    {"resume", "-q", "s"},
    {"limits", "-q", "s"},
    {"results", "-q", "s"},
    {"push", "-q", "s", "a.jsonl"},
    {"dead", "ls", "-q", "s"},
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static struct test_process *start(struct cli *cli, const char *const command[5], const char *const *env,
                                  const char *option, const char *value)
{
    const char *args[10] = {CLI_PROGRAM};
    size_t n = 1;

    for (size_t i = 0; i < 5 && command[i] != NULL; i++) {
        args[n++] = command[i];
    }
    if (option != NULL) {
        args[n++] = option;
        args[n++] = value;
    }
    cli_write_tasks(cli, "a.jsonl", 1);
    return test_process_start(
        &(struct test_process_options){.args = args, .env = env, .folder = cli->folder});
}

/* Every command says how to name a server when none was. */
static void test_cli_server__asks_for_a_server(void **state)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        cli_expect(start(*state, commands[i], NULL, NULL, NULL), 2, "",
                   "skep: no server: give --redis URL or set SKEP_REDIS (`skep run` needs none)\n");
    }
}

/* Nobody answers: address and reason, what to look at, exit code 3; with --wait 0 at once. */
static void test_cli_server__tells_of_a_server_out_of_reach(void **state)
{
    struct cli *cli = *state;
    const char *const env[] = {cli->env, NULL};

    test_redis_kill(cli->redis);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        cli_expect(start(cli, commands[i], env, "--wait", "0"), 3, "", cli->redis->url);
        cli_expect(start(cli, commands[i], env, "--wait", "0"), 3, "", "is a Redis server running there?");
    }
    cli_run(cli, 3, "", "trying again for 0.1 s (--wait)", "status", "--wait", "0.1");
    cli_run(cli, 3, "", "redis://localhost.invalid:6379: cannot find the host", "status", "--wait", "0",
            "--redis", "redis://localhost.invalid");
}

/* A server that comes up while somebody waits is used. */
static void test_cli_server__waits_for_a_server(void **state)
{
    struct cli *cli = *state;
    struct test_process *status;

    test_redis_kill(cli->redis);
    status = cli_start(cli, NULL, "status", NULL);
    cli_until(status, "trying again for 30 s");
    test_redis_restart(cli->redis);
    cli_expect(status, 0, "no queues yet", NULL);
}

/* Ctrl-C ends the waiting. */
static void test_cli_server__stops_waiting(void **state)
{
    struct cli *cli = *state;
    struct test_process *status;

    test_redis_kill(cli->redis);
    status = cli_start(cli, NULL, "status", NULL);
    cli_until(status, "trying again for 30 s");
    test_process_signal(status, SIGINT);
    cli_expect(status, 130, "", NULL);
}

/* A URL that is none is usage, and nothing of it is repeated: any part may be a piece of a password. */
static void test_cli_server__refuses_urls(void **state)
{
    struct cli *cli = *state;
    struct test_process *status = cli_start(cli, NULL, "status", "--redis", "http://me:secret@host", NULL);

    assert_int_equal(test_process_wait(status, CLI_MS), 2);
    assert_true(test_process_said(status, "redis://[user:password@]host[:port][/db]"));
    assert_false(test_process_said(status, "secret"));
    test_process_free(status);
    cli_run(cli, 2, "", "the password file none: No such file", "status", "--password-file", "none");
}

/* Passwords: from the URL, from the environment, from a file; a wrong one and a missing one are told, at
 * once, with exit code 3, and never shown. */
static void test_cli_server__takes_passwords(void **state)
{
    struct cli *cli = *state;
    char url[320];
    struct test_process *status;
    const char *env[] = {cli->env, "SKEP_REDIS_PASSWORD=secret word", NULL};

    skep_conn_free(cli->conn);
    cli->conn = NULL;
    test_redis_stop(cli->redis);
    cli->redis = test_redis_start(&(struct test_redis_options){.config = "requirepass \"secret word\""});
    snprintf(cli->env, sizeof cli->env, "SKEP_REDIS=%s", cli->redis->url);
    cli_run(cli, 3, "", "password", "status");
    cli_write(cli, "password", "secret word\nnot this\n");
    cli_run(cli, 0, "no queues yet", "", "status", "--password-file", "password");
    cli_expect(cli_start(cli, &(struct test_process_options){.env = env}, "status", NULL), 0, "no queues yet",
               "");
    snprintf(url, sizeof url, "unix://:secret%%20word@%s", cli->redis->socket);
    cli_run(cli, 0, "no queues yet", "", "status", "--redis", url);
    snprintf(url, sizeof url, "unix://:wrongsecret@%s", cli->redis->socket);
    status = cli_start(cli, NULL, "status", "--redis", url, NULL);
    assert_int_equal(test_process_wait(status, CLI_MS), 3);
    assert_true(test_process_said(status, "password"));
    assert_false(test_process_said(status, "secret"));
    assert_false(test_process_said(status, "trying again"));
    test_process_free(status);
}

/* The process list does not show the password of a URL, and neither does a message. */
static void test_cli_server__hides_passwords(void **state)
{
    struct cli *cli = *state;
    char url[320], path[64], seen[4096];
    struct test_process *results;
    ssize_t n;
    int fd;

    ask(cli->conn, "ACL SETUSER me on >p@ss:word ~* +@all");
    snprintf(url, sizeof url, "--redis=unix://me:p%%40ss%%3Aword@%s", cli->redis->socket);
    results = cli_start(cli, NULL, "results", "-q", "s", "--follow", url, NULL);
    cli_push_results(cli, "{skep:s}:out", 0, 1);
    cli_until(results, "\"id\":\"t0\"");
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)results->pid);
    fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    n = read(fd, seen, sizeof seen);
    close(fd);
    assert_true(n > 0);
    assert_non_null(memmem(seen, (size_t)n, "unix://me:***", 13));
    assert_null(memmem(seen, (size_t)n, "ss%3A", 5));
    test_process_signal(results, SIGINT);
    cli_expect(results, 0, NULL, NULL);
}

/* A user without a right is told which one, once, and nothing is tried again. */
static void test_cli_server__names_a_missing_right(void **state)
{
    struct cli *cli = *state;
    char url[320];
    struct test_process *push;

    ask(cli->conn, "ACL SETUSER poor on >pw ~skep:* +@connection +sadd");
    cli_write_tasks(cli, "a.jsonl", 1);
    snprintf(url, sizeof url, "unix://poor:pw@%s", cli->redis->socket);
    push = cli_start(cli, NULL, "push", "-q", "s", "--redis", url, "a.jsonl", NULL);
    assert_int_equal(test_process_wait(push, CLI_MS), 3);
    assert_true(test_process_said(push, "NOPERM"));
    assert_false(test_process_said(push, "trying again"));
    test_process_free(push);
    assert_int_equal(cli_count(cli, "EXISTS", "skep:s"), 0);
}

/* A key that is not what it should be is told, and nothing is pushed. */
static void test_cli_server__tells_of_a_strange_key(void **state)
{
    struct cli *cli = *state;

    ask(cli->conn, "SET skep:s text");
    cli_write_tasks(cli, "a.jsonl", 1);
    cli_run(cli, 3, "", "WRONGTYPE", "push", "-q", "s", "a.jsonl");
}

/* TLS: with the authority named it works; without, and with another one, the reason is told. */
static void test_cli_server__speaks_tls(void **state)
{
    struct cli *cli = *state;
    char *certificates = test_make_certificates();
    char *ca = test_path(certificates, "ca.crt");
    char *stranger = test_path(certificates, "stranger.crt");
    char url[64];

    skep_conn_free(cli->conn);
    cli->conn = NULL;
    test_redis_stop(cli->redis);
    cli->redis = test_redis_start(&(struct test_redis_options){.tls_folder = certificates});
    snprintf(url, sizeof url, "rediss://localhost:%d", cli->redis->tls_port);
    cli_run(cli, 0, "no queues yet", "", "status", "--redis", url, "--tls-ca", ca);
    cli_run(cli, 3, "", "certificate", "status", "--redis", url);
    cli_run(cli, 2, "", "none.crt", "status", "--redis", url, "--tls-ca", "none.crt");
    cli_run(cli, 3, "", "certificate", "status", "--redis", url, "--tls-ca", stranger);
    free(ca);
    free(stranger);
    test_remove_folder(certificates);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_server__##name, cli_setup, cli_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(asks_for_a_server),      TEST(tells_of_a_server_out_of_reach),
        TEST(waits_for_a_server),     TEST(stops_waiting),
        TEST(refuses_urls),           TEST(takes_passwords),
        TEST(hides_passwords),        TEST(names_a_missing_right),
        TEST(tells_of_a_strange_key), TEST(speaks_tls),
    };

    return cmocka_run_group_tests_name("skep and its server", tests, NULL, NULL);
}
