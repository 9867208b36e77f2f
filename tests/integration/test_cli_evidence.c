/* SPDX-License-Identifier: MIT */
/* `skep evidence` of tasks wherever they can be, with hostile bytes and secrets in them. */
#include "cli.h"

#include <sys/stat.h>

/* One command of the test's own; its words, then NULL. */
static void say(struct cli *cli, const char *word, ...)
{
    const char *words[16] = {word};
    struct skep_reply *reply;
    struct skep_error err = {0};
    size_t n = 1;
    va_list rest;

    va_start(rest, word);
    while ((words[n] = va_arg(rest, const char *)) != NULL) {
        assert_true(++n < 16);
    }
    va_end(rest);
    skep_conn_begin(cli->conn, n);
    for (size_t i = 0; i < n; i++) {
        skep_conn_arg_text(cli->conn, words[i]);
    }
    if (skep_conn_call(cli->conn, -1, &reply, &err) != SKEP_OK) {
        fail_msg("%s: %s", word, err.text);
    }
}

#define evidence(cli, exit_code, out, err, ...)                                                              \
    cli_run(cli, exit_code, out, err, "evidence", "-q", "q", __VA_ARGS__)

/* A task is found wherever it is, and its place is told in the words of docs/protocol.md. */
static void test_cli_evidence__every_place(void **state)
{
    struct cli *cli = *state;

    cli_push_text(cli, "skep:q", "{\"id\":\"first\",\"kernel\":\"echo\"}");
    cli_push_text(cli, "skep:q", "#skep i=3 q=1732190400000 j=monday\n{\"id\":\"t1\",\"kernel\":\"echo\"}");
    say(cli, "ZADD", "{skep:q}:workers", "1", "w:1:2:3", NULL);
    cli_push_text(cli, "{skep:q}:held:w:1:2:3", "{\"id\":\"runs\",\"kernel\":\"nobody_knows\"}");
    cli_push_text(cli, "{skep:q}:held:w:1:2:3", "{\"id\":\"behind\"}");
    cli_push_text(cli, "{skep:q}:suspect", "#skep id=twice\n{\"kernel\":\"echo\"}");
    say(cli, "ZADD", "{skep:q}:delayed", "1900000000000", "{\"id\":\"later\"}", NULL);
    evidence(cli, 0, "== queued ==\nwhere            1 records before it\n", "", "t1");
    evidence(cli, 0, "queued at        2024-11-21T12:00:00.000Z\n", "", "monday:3");
    evidence(cli, 0, "== held ==\nby               w:1:2:3\nwhere            at the head: it runs\n", "",
             "runs");
    evidence(cli, 0, "its kernel       nobody_knows, which is not known here\n", "", "runs");
    evidence(cli, 0, "(it has the task)", "", "runs");
    evidence(cli, 0, "where            behind 1 others\n", "", "behind");
    evidence(cli, 0, "== suspect ==\nwhere            crashed twice; 0 suspects before it", "", "twice");
    evidence(cli, 0, "== delayed ==\ndue              2030-03-17T17:46:40.000Z", "", "later");
}

/* What failed for good is told twice: the letter with its history, and the result. */
static void test_cli_evidence__a_dead_letter(void **state)
{
    struct cli *cli = *state;

    cli_push_text(cli, "{skep:q}:dead",
                  "#skep id=t1 try=2 k=sum cause=io at=1732190400000 e=1,1732190400000,io,w:1:2:3,no%20disk "
                  "e=2,1732190401000,io,w:1:2:3,still%20none\n{\"id\":\"t1\",\"kernel\":\"sum\"}");
    cli_push_text(cli, "{skep:q}:out", "{\"id\":\"t1\",\"ok\":false,\"error\":{\"cause\":\"io\"}}");
    evidence(cli, 0, "attempt          2, 2024-11-21T12:00:01.000Z, on w:1:2:3: io: still none\n", "", "t1");
    evidence(cli, 0, "== dead ==\nwhere            0 older dead letters\n", "", "t1");
    evidence(cli, 0, "== done: its result is there to be collected ==\n", "", "t1");
    evidence(cli, 0, "result of 45 bytes, as it came:\n{\"id\":\"t1\",\"ok\":false", "", "t1");
}

/* Of a range job the line is told that has its position. */
static void test_cli_evidence__a_range(void **state)
{
    struct cli *cli = *state;

    cli_push_text(cli, "skep:q", "#skep r=0:10 j=te q=1732190400000\n");
    cli_push_text(cli, "skep:q", "#skep r=40:50 j=te q=1732190400000\n");
    evidence(cli, 0, "positions        40 to 49 of its job\n", "", "te:45");
    evidence(cli, 1, "== nowhere ==\n", "has no task te:20", "te:20");
}

/* What is around it comes along: what is wrong, its job, what it printed, who works, server and machine. */
static void test_cli_evidence__what_is_around(void **state)
{
    static const char *const parts[] = {
        "== what is wrong ==\nno-workers       bad: ",
        "state            running\n",
        "tasks            2 announced, 2 put, 1 done",
        "wall_ns          12345\n",
        "stderr           2",
        ", attempt 2, on here: the last 5 of 700 bytes\noh no\n",
        "append-only      no, ",
        "== here, where this was made ==\nskep             ",
    };
    struct cli *cli = *state;
    struct test_process *process;
    char *out;

    cli_push_text(cli, "skep:q", "{\"id\":\"t1\",\"job\":\"monday\",\"kernel\":\"echo\"}");
    say(cli, "HSET", "{skep:q}:jobs", "n:monday", "2", "d:monday", "1", NULL);
    say(cli, "HSET", "{skep:q}:puts", "monday", "2", NULL);
    say(cli, "HSET", "{skep:q}:account:monday", "wall_ns", "12345", "b3", "77", "w:w:1:2:3", "88", NULL);
    say(cli, "XADD", "{skep:q}:logs", "*", "id", "other", "stream", "stdout", "text", "not-this", NULL);
    say(cli, "XADD", "{skep:q}:logs", "*", "id", "t1", "attempt", "2", "host", "here", "stream", "stderr",
        "total", "700", "text", "oh no", NULL);
    process = cli_start(cli, NULL, "evidence", "-q", "q", "t1", (char *)NULL);
    assert_int_equal(test_process_wait(process, CLI_MS), 0);
    out = test_process_out(process, NULL);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strstr(out, parts[i]) == NULL) {
            fail_msg("no '%s' in\n%s", parts[i], out);
        }
    }
    assert_null(strstr(out, "not-this"));
    assert_null(strstr(out, "\nb3 "));
    assert_null(strstr(out, "\nw:"));
    free(out);
    test_process_free(process);
}

/* A task that is nowhere is not found, and everything else is told all the same; where not everything was
 * looked through, that is said. */
static void test_cli_evidence__not_found(void **state)
{
    struct cli *cli = *state;

    cli_push_text(cli, "skep:q", "{\"id\":\"other\"}");
    evidence(cli, 1, "(1 records were looked through)", "skep: queue q has no task t1; ", "t1");
    evidence(cli, 1, "records          1 waiting", NULL, "t1");
    evidence(cli, 1, "not all, see --max", "in what was looked through (--max)", "t1", "--max", "0");
}

/* All that came out of PROCESS, and what it ended with. */
static char *everything(struct test_process *process, int exit_code)
{
    char *out, *err, *all;

    assert_int_equal(test_process_wait(process, CLI_MS), exit_code);
    out = test_process_out(process, NULL);
    err = test_process_err(process);
    assert_true(asprintf(&all, "%s%s", out, err) >= 0);
    free(out);
    free(err);
    test_process_free(process);
    return all;
}

/* Secrets of the URL, the environment, the record, its result and its outputs are in none of it. */
static void test_cli_evidence__without_secrets(void **state)
{
    static const char *const hushed[] = {"hush-url",  "hush-env", "hush-token",
                                         "hush-meta", "hush-dsn", "hush-print"};
    struct cli *cli = *state;
    char url[192];
    const char *const env[] = {"SKEP_QUEUE=q", "LAB_API_TOKEN=hush-token", "SKEP_SECRET_WORD=hush-env", NULL};
    char *all;

    ask(cli->conn, "ACL SETUSER u on >hush-url ~* +@all");
    snprintf(url, sizeof url, "unix://u:hush-url@%s", cli->redis->socket);
    cli_push_text(cli, "skep:q",
                  "{\"id\":\"t1\",\"meta\":{\"password\":\"hush-meta\",\"db\":\"pg://me:hush-dsn@db/"
                  "x\",\"said\":\"hush-url "
                  "hush-token\",\"colour\":\"blue\"}}");
    say(cli, "XADD", "{skep:q}:logs", "*", "id", "t1", "stream", "stderr", "text",
        "SECRET_KEY=hush-print hush-env", NULL);
    all = everything(cli_start(cli, &(struct test_process_options){.env = env}, "evidence", "t1", "--redis",
                               url, (char *)NULL),
                     0);
    for (size_t i = 0; i < sizeof hushed / sizeof hushed[0]; i++) {
        if (strstr(all, hushed[i]) != NULL) {
            fail_msg("%s in\n%s", hushed[i], all);
        }
    }
    assert_non_null(strstr(all, "\"colour\":\"blue\""));
    assert_non_null(strstr(all, "pg://me:[removed]@db/x"));
    assert_non_null(strstr(all, "SKEP_SECRET_WORD=[removed]"));
    free(all);
}

/* Bytes that drive terminals are shown as such; a huge record is cut. */
static void test_cli_evidence__harmless_and_bounded(void **state)
{
    static const char evil[] =
        "#skep id=evil cause=bad-record at=1732190400000 e=1,1,io,W%0a,%1b]0%3bx%07\n\033[2J\0\xff\r\n{";
    struct cli *cli = *state;
    size_t n = 3 << 20;
    char *all, *huge = malloc(n);

    memset(huge, 'a', n);
    memcpy(huge, "{\"id\":\"evil\",\"value\":\"", 22);
    memcpy(huge + n - 2, "\"}", 2);
    cli_push(cli, "{skep:q}:dead", evil, sizeof evil - 1);
    cli_push(cli, "{skep:q}:out", huge, n);
    free(huge);
    all = everything(cli_start(cli, NULL, "evidence", "-q", "q", "evil", (char *)NULL), 0);
    assert_null(strchr(all, '\033'));
    assert_null(strchr(all, '\r'));
    assert_null(strchr(all, '\a'));
    assert_non_null(strstr(all, "\\x1b[2J\\x00\\xff\\r\\n{"));
    assert_non_null(strstr(all, "result of 3145728 bytes"));
    assert_in_range(strlen(all), 1000, 64 * 1024);
    free(all);
}

/* In a file it is its user's alone, also where somebody made the file before. */
static void test_cli_evidence__a_file(void **state)
{
    struct cli *cli = *state;
    char *path = test_path(cli->folder, "t1.txt"), *text;
    struct stat info;

    cli_push_text(cli, "skep:q", "{\"id\":\"t1\"}");
    cli_write(cli, "t1.txt", "old");
    assert_int_equal(chmod(path, 0644), 0);
    evidence(cli, 0, "", "evidence in t1.txt: read it", "t1", "-o", "t1.txt");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    text = test_read_file(cli->folder, "t1.txt", NULL);
    assert_memory_equal(text, "evidence of task t1 of queue q\n", 31);
    assert_non_null(strstr(text, "== end: 0 secrets left out ==\n"));
    free(text);
    free(path);
    evidence(cli, 3, "", "skep: nowhere/t1.txt: ", "t1", "-o", "nowhere/t1.txt");
}

/* Who may not ask for everything gets what he may have. */
static void test_cli_evidence__few_rights(void **state)
{
    struct cli *cli = *state;
    char url[192];

    cli_push_text(cli, "skep:q", "{\"id\":\"t1\"}");
    ask(cli->conn, "ACL SETUSER few on >pass ~* +@read +evalsha +script|load +time -xread -lrange");
    snprintf(url, sizeof url, "unix://few:pass@%s", cli->redis->socket);
    evidence(cli, 3, "== where it is ==\nnot known        the user lacks a right", "may not look for tasks",
             "t1", "--redis", url);
    evidence(cli, 3, "== what it printed ==\nnot known        the user lacks a right", NULL, "t1", "--redis",
             url);
    evidence(cli, 3, "INFO             not allowed", NULL, "t1", "--redis", url);
}

/* Nothing without a task, a queue, a server. */
static void test_cli_evidence__usage(void **state)
{
    evidence(*state, 2, "", "evidence of which task?", "--max", "5");
    evidence(*state, 2, "", "one word too many", "t1", "t2");
    cli_run(*state, 2, "", "which queue?", "evidence", "t1");
    evidence(*state, 3, "", "cannot connect", "t1", "--redis", "unix:///nowhere/s", "--wait", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cli_evidence__every_place, cli_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_evidence__a_dead_letter, cli_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_evidence__a_range, cli_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_evidence__what_is_around, cli_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_evidence__not_found, cli_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_evidence__without_secrets, cli_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_evidence__harmless_and_bounded, cli_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_evidence__a_file, cli_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_evidence__few_rights, cli_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_evidence__usage, cli_setup, cli_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
