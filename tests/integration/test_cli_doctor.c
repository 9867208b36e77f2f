/* SPDX-License-Identifier: MIT */
/* `skep doctor` of servers that are good and of such as are bad, each in one way. */
#include "cli.h"

#include <signal.h>

#include "queue/rights.h"

/* A server that keeps what it is given. */
static int good_setup(void **state)
{
    static struct cli cli;

    cli_begin(&cli, "appendonly yes\nappendfsync everysec\n");
    *state = &cli;
    return 0;
}

/* With a good server every check is made and good, in their order, and the exit code is 0. */
static void test_cli_doctor__a_good_server(void **state)
{
    static const char *const names[] = {"name",   "connect",  "auth",    "rights",  "version", "master",
                                        "memory", "eviction", "clients", "latency", "clock",   "queue",
                                        "roots",  "disk",     "limits",  "cores"};
    struct test_process *process = cli_start(*state, NULL, "doctor", "-q", "q", "--role", "worker", "--data",
                                             ".", "--output", ".", (char *)NULL);
    char *out, line[32];
    const char *at;

    assert_int_equal(test_process_wait(process, CLI_MS), 0);
    at = out = test_process_out(process, NULL);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(line, sizeof line, "ok    %s ", names[i]);
        at = strstr(at, line);
        if (at == NULL) {
            fail_msg("no '%s' where it should be in\n%s", line, out);
            return;
        }
    }
    assert_non_null(strstr(out, "warn  workers"));
    assert_null(strstr(out, "FAIL"));
    free(out);
    test_process_free(process);
}

/* Quiet, it says only what is not good; as JSON all of it, in one line. */
static void test_cli_doctor__quiet_and_json(void **state)
{
    cli_run(*state, 0, "", "", "doctor", "--quiet");
    cli_run(*state, 0, "warn  workers      nobody works on queue q\n", "", "doctor", "--quiet", "-q", "q");
    cli_run(*state, 0, "\"exit\":0,\"checks\":[{\"check\":\"name\",\"state\":\"ok\"", "", "doctor", "--json");
    cli_run(*state, 3, "\"check\":\"connect\",\"state\":\"not-asked\"", "", "doctor", "--json", "--redis",
            "unix:///nowhere/s");
}

/* What the server says of itself decides: each thing that is wrong is told, and the first failure ends it. */
static void test_cli_doctor__a_bad_server(void **state)
{
    struct cli *cli = *state;

    ask(cli->conn, "CONFIG SET maxmemory-policy allkeys-lru");
    cli_run(cli, 0, "warn  eviction", NULL, "doctor");
    ask(cli->conn, "CONFIG SET maxmemory 100mb");
    cli_run(cli, 1, "fix: CONFIG SET maxmemory-policy noeviction", NULL, "doctor");
    cli_run(cli, 1, "checks not made", NULL, "doctor");
    cli_run(cli, 1, "ok    cores", NULL, "doctor", "--all");
    ask(cli->conn, "CONFIG SET maxmemory-policy noeviction");
    ask(cli->conn, "CONFIG SET maxmemory 1");
    cli_run(cli, 1, "FAIL  memory       full", NULL, "doctor");
    ask(cli->conn, "CONFIG SET maxmemory 0");
    ask(cli->conn, "CONFIG SET appendonly no");
    cli_run(cli, 0, "warn  persistence  nothing is kept on disk", NULL, "doctor");
    ask(cli->conn, "CONFIG SET appendonly yes");
    ask(cli->conn, "CONFIG SET maxclients 33");
    cli_run(cli, 0, "of at most 33 connections", NULL, "doctor");
    ask(cli->conn, "REPLICAOF 127.0.0.1 1");
    cli_run(cli, 3, "FAIL  master       a replica", NULL, "doctor", "--role", "worker");
    cli_run(cli, 0, "warn  master       a replica", NULL, "doctor", "--role", "monitor");
    ask(cli->conn, "REPLICAOF NO ONE");
}

/* Every command that a worker needs, taken away alone, is missed by its name, and the line that is printed
 * gives it back. */
static void test_cli_doctor__each_right(void **state)
{
    char names[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES], words[64], url[192];
    size_t n = skep_rights_commands(SKEP_ROLE_WORKER, names);
    struct cli *cli = *state;

    ask(cli->conn, "ACL SETUSER w on >pass ~skep:q ~{skep:q}:* ~skep:queues +@all");
    snprintf(url, sizeof url, "unix://w:pass@%s", cli->redis->socket);
    cli_run(cli, 0, "user w has all rights that a worker needs on queue q", NULL, "doctor", "-q", "q",
            "--role", "worker", "--redis", url);
    for (size_t i = 1; i < n; i++) { /* EVALSHA below */
        char *space = strchr(names[i], ' ');
        for (char *c = names[i]; *c != '\0'; c++) {
            *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
        }
        if (space != NULL) {
            *space = '|';
        }
        snprintf(words, sizeof words, "ACL SETUSER w -%s", names[i]);
        ask(cli->conn, words);
        snprintf(words, sizeof words, "needs: %s\n                   fix: ACL SETUSER w +%s\n", names[i],
                 names[i]);
        cli_run(cli, 3, words, NULL, "doctor", "-q", "q", "--role", "worker", "--redis", url);
        snprintf(words, sizeof words, "ACL SETUSER w +%s", names[i]);
        ask(cli->conn, words);
    }
    ask(cli->conn, "ACL SETUSER w -evalsha");
    cli_run(cli, 3, "+evalsha +script|load", NULL, "doctor", "-q", "q", "--role", "worker", "--redis", url);
    ask(cli->conn, "ACL SETUSER w +evalsha resetkeys ~skep:q");
    cli_run(cli, 3, "fix: ACL SETUSER w ~{skep:q}:* ~skep:queues\n", NULL, "doctor", "-q", "q", "--role",
            "worker", "--redis", url);
    cli_run(cli, 3, "ACL SETUSER w ~skep:p ~{skep:p}:*", NULL, "doctor", "-q", "p", "--redis", url);
}

/* A user is told what he is good for. */
static void test_cli_doctor__what_a_user_is_good_for(void **state)
{
    struct cli *cli = *state;
    char url[192];

    ask(cli->conn, "ACL SETUSER few on >pass ~* +@read +evalsha +script|load +time");
    snprintf(url, sizeof url, "unix://few:pass@%s", cli->redis->socket);
    cli_run(cli, 0,
            "user few is good for a monitor on any queue (-q asks about yours); not for a worker, a producer",
            NULL, "doctor", "--redis", url);
    cli_run(cli, 0, "-     memory       not known: this user may not ask", NULL, "doctor", "--redis", url);
}

/* A wrong password is refused; a right one never shows, wherever it came from. */
static void test_cli_doctor__passwords_stay_secret(void **state)
{
    struct cli *cli = *state;
    char url[192];
    const char *const env[] = {cli->env, "SKEP_REDIS_PASSWORD=hush-hush-2", NULL};
    static const char *const hushed[] = {"hush-hush-1", "hush-hush-2", "hush-hush-3"};
    struct test_process *runs[5];

    ask(cli->conn, "ACL SETUSER u on >hush-hush-1 >hush-hush-2 ~* +@all");
    snprintf(url, sizeof url, "unix://u:hush-hush-1@%s", cli->redis->socket);
    runs[0] = cli_start(cli, NULL, "doctor", "--redis", url, (char *)NULL);
    runs[1] = cli_start(cli, NULL, "doctor", "--json", "--redis", url, (char *)NULL);
    runs[2] =
        cli_start(cli, &(struct test_process_options){.env = env}, "doctor", "--redis", url, (char *)NULL);
    snprintf(url, sizeof url, "unix://u:hush-hush-3@%s", cli->redis->socket);
    runs[3] = cli_start(cli, NULL, "doctor", "--redis", url, (char *)NULL);
    runs[4] = cli_start(cli, NULL, "doctor", "--json", "--all", "--redis", url, (char *)NULL);
    for (size_t i = 0; i < 5; i++) {
        int code = test_process_wait(runs[i], CLI_MS);
        char *out = test_process_out(runs[i], NULL), *err = test_process_err(runs[i]);
        assert_int_equal(code, i < 3 ? 0 : 3);
        assert_non_null(strstr(out, i < 3 ? "user u, database 0" : "wrong user or password"));
        for (size_t j = 0; j < 3; j++) {
            assert_null(strstr(out, hushed[j]));
            assert_null(strstr(err, hushed[j]));
        }
        free(out);
        free(err);
        test_process_free(runs[i]);
    }
    ask(cli->conn, "CONFIG SET requirepass needed");
    cli_run(cli, 3, "the server wants a password", NULL, "doctor");
}

/* A slot of the queue that tells INFO of itself. */
static void add_slot(struct cli *cli, const char *name, const char *info)
{
    struct skep_reply *reply;
    char key[96];

    skep_conn_begin(cli->conn, 4);
    skep_conn_arg_text(cli->conn, "ZADD");
    skep_conn_arg_text(cli->conn, "{skep:q}:workers");
    skep_conn_arg_text(cli->conn, "1");
    skep_conn_arg_text(cli->conn, name);
    assert_int_equal(skep_conn_call(cli->conn, -1, &reply, NULL), SKEP_OK);
    snprintf(key, sizeof key, "{skep:q}:info:%s", name);
    skep_conn_begin(cli->conn, 3);
    skep_conn_arg_text(cli->conn, "SET");
    skep_conn_arg_text(cli->conn, key);
    skep_conn_arg_text(cli->conn, info);
    assert_int_equal(skep_conn_call(cli->conn, -1, &reply, NULL), SKEP_OK);
}

/* Workers of another version are a warning, of another protocol a failure; what they write is harmless. */
static void test_cli_doctor__versions_of_workers(void **state)
{
    struct cli *cli = *state;

    add_slot(cli, "a:1:1:1", "{\"v\":2,\"version\":\"9\\u001b[2J\",\"protocol\":2}");
    cli_run(cli, 0, "1 slot on 1 machine, skep 9\\x1b[2J, protocol 2", NULL, "doctor", "-q", "q");
    add_slot(cli, "b:1:1:1", "{\"v\":2,\"version\":\"10\",\"protocol\":2}");
    cli_run(cli, 0, "warn  workers      workers of several versions", NULL, "doctor", "-q", "q");
    add_slot(cli, "c:1:1:1", "{\"v\":2,\"version\":\"11\",\"protocol\":3}");
    cli_run(cli, 1, "FAIL  workers      workers speak protocol 2 to 3, and this skep 2", NULL, "doctor", "-q",
            "q");
}

/* A queue in which tasks wait and nobody takes them is told in the words of `skep status`. */
static void test_cli_doctor__a_queue_without_workers(void **state)
{
    struct cli *cli = *state;

    cli_push_text(cli, "skep:q", "{\"kernel\":\"echo\"}");
    cli_run(cli, 1, "FAIL  queue        no-workers", NULL, "doctor", "-q", "q");
    cli_run(cli, 1, "fix: start `skep-worker` with this server and queue", NULL, "doctor", "-q", "q");
}

/* Again and again: it says what changes, and ends with the code of the last look. */
static void test_cli_doctor__watching(void **state)
{
    struct cli *cli = *state;
    struct test_process *process =
        cli_start(cli, NULL, "doctor", "--watch", "--interval", "100ms", (char *)NULL);

    cli_until(process, "ok    all");
    ask(cli->conn, "CONFIG SET maxmemory-policy allkeys-lru maxmemory 100mb");
    cli_until(process, "FAIL  eviction");
    ask(cli->conn, "CONFIG SET maxmemory 0 maxmemory-policy noeviction");
    cli_until(process, "ok    eviction");
    test_redis_kill(cli->redis);
    cli_until(process, "FAIL  ");
    cli_until(process, "cannot connect");
    test_redis_restart(cli->redis);
    cli_until(process, "ok    connect");
    ask((skep_conn_free(cli->conn), cli->conn = open_conn(cli->redis->url, (struct skep_conn_options){0})),
        "CONFIG SET maxmemory 1");
    cli_until(process, "FAIL  memory");
    test_process_signal(process, SIGTERM);
    cli_expect(process, 1, NULL, "");
}

/* A command line that makes no sense is told at once. */
static void test_cli_doctor__usage(void **state)
{
    cli_run(*state, 2, "", "is none of worker, producer", "doctor", "--role", "boss");
    cli_run(*state, 2, "", "too many", "doctor", "sweep");
    cli_run(*state, 2, "", "skep: ", "doctor", "--redis", "http://x");
    cli_run(*state, 2, "", "skep: ", "doctor", "-q", "a b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cli_doctor__a_good_server, good_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_doctor__quiet_and_json, good_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_doctor__a_bad_server, good_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_doctor__each_right, good_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_doctor__what_a_user_is_good_for, good_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_doctor__passwords_stay_secret, good_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_doctor__versions_of_workers, good_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_doctor__a_queue_without_workers, good_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_doctor__watching, good_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_doctor__usage, good_setup, cli_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
