/* SPDX-License-Identifier: MIT */
/* skep logs, the real program, on what a real worker's tasks have printed. */
#include <signal.h>
#include <unistd.h>

#include "integration/runs.h"

#define Q "q"

struct shop {
    struct cli cli;
    struct test_process *worker;
};

static int shop_setup(void **state)
{
    static struct shop shop;
    static const char program[] = SKEP_BUILD_DIR "/skep-worker";
    const char *args[] = {program, "-q", Q, "--slots", "1", NULL};

    shop = (struct shop){0};
    cli_begin(&shop.cli, "appendonly yes\nappendfsync always");
    shop.worker = test_process_start(&(struct test_process_options){
        .args = args, .env = (const char *const[]){shop.cli.env, NULL}, .folder = shop.cli.folder});
    *state = &shop;
    return 0;
}

static int shop_teardown(void **state)
{
    struct shop *shop = *state;

    test_process_free(shop->worker);
    cli_end(&shop->cli);
    return 0;
}

/* Tasks through the front door, and all of them over: then everything they printed is kept. */
static void push(struct cli *cli, const char *job, const char *tasks)
{
    cli_feed(cli, tasks, strlen(tasks), 0, NULL, NULL, "push", "-q", Q, "--job", job, "--quiet");
    cli_run(cli, 0, NULL, NULL, "wait", "-q", Q, job, "--quiet");
}

static void push_two_jobs(struct cli *cli)
{
    push(cli, "one",
         "{\"id\":\"a\",\"kernel\":\"echo\",\"args\":{\"stdout\":\"first\\nsecond\\n\"}}\n"
         "{\"id\":\"b\",\"kernel\":\"fail\",\"backoff_s\":0.01,\"args\":{\"times\":1,\"stderr\":\"try\"}}\n");
    push(cli, "two", "{\"id\":\"c\",\"kernel\":\"echo\",\"args\":{\"stdout\":\"third\"}}\n");
}

/* `skep logs ARGS...` prints exactly this. */
#define check_logs(cli, words, ...)                                                                          \
    cli_check(cli_start(cli, NULL, "logs", "-q", Q, __VA_ARGS__, (char *)NULL), words)

static void cli_check(struct test_process *process, const char *words)
{
    int exit_code = test_process_wait(process, CLI_MS);
    char *out = test_process_out(process, NULL);

    assert_string_equal(out, words);
    assert_int_equal(exit_code, 0);
    free(out);
    test_process_free(process);
}

/* All that a queue keeps, or that of a job, of an index of it, of a task; or its last lines. */
static void test_cli_logs__shows_what_is_asked_for(void **state)
{
    struct cli *cli = &((struct shop *)*state)->cli;

    push_two_jobs(cli);
    check_logs(cli,
               "[a stdout] first\n[a stdout] second\n[b stderr] try\n[b stderr, attempt 2] try\n"
               "[c stdout] third\n",
               "--wait=0");
    check_logs(cli, "[a stdout] first\n[a stdout] second\n[b stderr] try\n[b stderr, attempt 2] try\n",
               "one");
    check_logs(cli, "[a stdout] first\n[a stdout] second\n", "one:0");
    check_logs(cli, "[c stdout] third\n", "--id", "c");
    check_logs(cli, "[b stderr, attempt 2] try\n[c stdout] third\n", "-n", "2");
    check_logs(cli, "[a stdout] second\n", "one:0", "-n", "1");
    check_logs(cli, "", "-n", "0");
}

/* For programs it is an object a line. */
static void test_cli_logs__speaks_json(void **state)
{
    struct cli *cli = &((struct shop *)*state)->cli;

    push_two_jobs(cli);
    cli_run(cli, 0, "{\"id\":\"c\",\"job\":\"two\",\"index\":0,\"attempt\":1,\"worker\":\"", NULL, "logs",
            "-q", Q, "--json");
    cli_run(cli, 0, "\"stream\":\"stdout\",\"text\":\"first\\nsecond\\n\",\"bytes\":13}\n", NULL, "logs",
            "-q", Q, "--json", "--id", "a");
}

/* Nothing is no success, and says what may be the reason. */
static void test_cli_logs__says_that_there_is_nothing(void **state)
{
    struct cli *cli = &((struct shop *)*state)->cli;

    cli_run(cli, 1, "", "nothing is kept that a task of this queue has printed", "logs", "-q", Q);
    push_two_jobs(cli);
    cli_run(cli, 1, "", "nothing is kept that this job (for one task: --id ID) has printed", "logs", "-q", Q,
            "a");
    cli_run(cli, 1, "", "nothing is kept that this task has printed", "logs", "-q", Q, "--id", "nobody");
    cli_run(cli, 1, "", NULL, "logs", "-q", Q, "one:7");
    cli_run(cli, 2, "", "queue", "logs");
    cli_run(cli, 2, "", "two", "logs", "-q", Q, "one", "two");
    cli_run(cli, 3, "", NULL, "logs", "-q", Q, "--redis", "redis://127.0.0.1:1", "--wait", "0");
}

/* Who follows sees what comes, while a task still runs, through a restart of the server, until Ctrl-C. */
static void test_cli_logs__follows(void **state)
{
    struct cli *cli = &((struct shop *)*state)->cli;
    struct test_process *follower;

    push_two_jobs(cli);
    follower = cli_start(cli, NULL, "logs", "-q", Q, "-f", "-n", "1", NULL);
    cli_until(follower, "[c stdout] third\n");
    push(cli, "three", "{\"id\":\"d\",\"kernel\":\"echo\",\"args\":{\"stdout\":\"fourth\"}}\n");
    cli_until(follower, "[d stdout] fourth\n");
    assert_false(test_process_said(follower, "first"));
    test_redis_kill(cli->redis);
    cli_until(follower, "trying again");
    test_redis_restart(cli->redis);
    skep_conn_close(cli->conn);
    assert_int_equal(skep_conn_connect(cli->conn, NULL), SKEP_OK);
    cli_push_text(cli, "skep:" Q,
                  "{\"id\":\"e\",\"kernel\":\"sleep\",\"args\":{\"s\":100,\"times\":100,"
                  "\"stdout\":\"tick\\n\"}}");
    cli_until(follower, "[e stdout] tick\n");
    assert_int_equal(cli_count(cli, "LLEN", "{skep:" Q "}:out"), 4);
    test_process_signal(follower, SIGINT);
    cli_expect(follower, 130, NULL, NULL);
}

/* Nothing that a task prints, and no name, drives a terminal. */
static void test_cli_logs__hostile_bytes_are_harmless(void **state)
{
    struct cli *cli = &((struct shop *)*state)->cli;

    push(cli, "one",
         "{\"id\":\"x\",\"kernel\":\"echo\",\"args\":{\"stdout\":\"\\u001b[2J\\u0007\\u202eevil\\u009b31m\"}}"
         "\n");
    check_logs(cli, "[x stdout] \\x1b[2J\\x07\\xe2\\x80\\xaeevil\\xc2\\x9b31m\n", "one");
    assert_int_equal(cli_count(cli, "DEL", "{skep:" Q "}:logs"), 1);
    skep_conn_begin(cli->conn, 7);
    skep_conn_arg_text(cli->conn, "XADD");
    skep_conn_arg_text(cli->conn, "{skep:" Q "}:logs");
    skep_conn_arg_text(cli->conn, "*");
    skep_conn_arg_text(cli->conn, "id");
    skep_conn_arg_text(cli->conn, "\x1b]0;owned\x07");
    skep_conn_arg_text(cli->conn, "text");
    skep_conn_arg(cli->conn, "\0\xff\x1b", 3);
    assert_int_equal(skep_conn_call(cli->conn, -1, &(struct skep_reply *){NULL}, NULL), SKEP_OK);
    check_logs(cli, "[\\x1b]0;owned\\x07 stdout] \\x00\\xff\\x1b\n", "--wait=0");
}

/* ---- runs with a server of their own ---- */

/* What tasks print is not lost with the private server: it is shown as it comes, and not with --quiet. */
static void test_cli_logs__private_runs_show_it(void **state)
{
    static const char task[] = "{\"id\":\"t\",\"kernel\":\"echo\",\"args\":{\"stderr\":\"a\\nb\"}}\n";
    struct cli *cli = &((struct shop *)*state)->cli;

    cli_write(cli, "tasks.jsonl", task);
    cli_run(cli, 0, NULL, "[t stderr] a\n[t stderr] b\n", "run", "--redis", "private", "tasks.jsonl", "-o",
            "out.jsonl");
    cli_run(cli, 0, NULL, "", "run", "--redis", "private", "tasks.jsonl", "-o", "quiet.jsonl", "--quiet",
            "--fresh");
    cli_run(cli, 0, NULL, ".2 stdout] index 2\n", "sweep", "--redis", "private", "sleep", "s=0",
            "stdout=index {i}", "--grid", "i=0:2:3", "-o", "a.npy");
}

/* More than a person can read is counted. */
static void test_cli_logs__private_runs_show_no_more_than_can_be_read(void **state)
{
    struct cli *cli = &((struct shop *)*state)->cli;

    cli_run(cli, 0, NULL, "more lines that tasks printed are not shown", "sweep", "--redis", "private",
            "sleep", "s=0", "stdout=index {i}", "--grid", "i=0:2999:3000", "-o", "b.npy");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_cli_logs__shows_what_is_asked_for),
        TEST(test_cli_logs__speaks_json),
        TEST(test_cli_logs__says_that_there_is_nothing),
        TEST(test_cli_logs__follows),
        TEST(test_cli_logs__hostile_bytes_are_harmless),
        TEST(test_cli_logs__private_runs_show_it),
        TEST(test_cli_logs__private_runs_show_no_more_than_can_be_read),
    };

    return cmocka_run_group_tests_name("cli/logs", tests, NULL, NULL);
}
