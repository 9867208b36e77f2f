/* SPDX-License-Identifier: MIT */
/* skep push: what goes in, what does not, and that nothing goes in twice or in half. */
#include "integration/cli.h"

#include <signal.h>

static const char good[] = "{\"kernel\":\"echo\",\"args\":{\"n\":1}}\n";

/* ---- works ---- */

/* Each line becomes a record: skep's line with its place and a time, then its bytes as they are. */
static void test_cli_push__puts_lines_in_order(void **state)
{
    struct cli *cli = *state;
    const struct skep_reply *item;

    cli_write(cli, "a.jsonl", "{\"kernel\":\"echo\",\"args\":{\"n\":0}}\r\n\n{\"kernel\": \"echo\"}");
    cli_run(cli, 0, "pushed 2 tasks to queue s (2 waiting)\n", "", "push", "-q", "s", "a.jsonl");
    assert_int_equal(cli_count(cli, "LLEN", "skep:s"), 2);
    item = cli_item(cli, "skep:s", 0);
    assert_memory_equal(item->bytes, "#skep i=0 q=17", 14);
    assert_string_equal(strchr(item->bytes, '\n'), "\n{\"kernel\":\"echo\",\"args\":{\"n\":0}}");
    item = cli_item(cli, "skep:s", 1);
    assert_memory_equal(item->bytes, "#skep i=1 q=17", 14);
    assert_string_equal(strchr(item->bytes, '\n'), "\n{\"kernel\": \"echo\"}");
    cli_run(cli, 0, "s\n", "", "queues");
}

/* Several files are one push; - is standard input; --raw adds nothing; --quiet says nothing. */
static void test_cli_push__reads_files_and_standard_input(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "a.jsonl", 3);
    cli_feed(cli, good, strlen(good), 0, "pushed 4 tasks", "", "push", "-q", "s", "a.jsonl", "-");
    assert_memory_equal(cli_item(cli, "skep:s", 3)->bytes, "#skep i=3 ", 10);
    cli_feed(cli, good, strlen(good), 0, "", "", "push", "-q", "raw", "--raw", "--quiet");
    assert_int_equal(cli_item(cli, "skep:raw", 0)->length, strlen(good) - 1);
}

/* More than the window of pieces, from a pipe that cannot be read twice. */
static void test_cli_push__puts_many(void **state)
{
    struct cli *cli = *state;
    char *tasks;
    size_t n;

    cli_write_tasks(cli, "many.jsonl", 12345);
    tasks = test_read_file(cli->folder, "many.jsonl", &n);
    cli_feed(cli, tasks, n, 0, "pushed 12345 tasks", NULL, "push", "-q", "s", "-");
    assert_int_equal(cli_count(cli, "LLEN", "skep:s"), 12345);
    assert_memory_equal(cli_item(cli, "skep:s", 12344)->bytes, "#skep i=12344 ", 14);
    assert_non_null(strstr(cli_item(cli, "skep:s", 7777)->bytes, "{\"n\":7777}"));
    assert_int_equal(cli_count(cli, "HLEN", "{skep:s}:puts"), 0);
    free(tasks);
}

/* The same --job goes on where it was, and puts nothing in twice. */
static void test_cli_push__repeats_a_named_push(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "a.jsonl", 5);
    cli_run(cli, 0, "pushed 5 tasks", "", "push", "-q", "s", "--job", "monday", "a.jsonl");
    cli_run(cli, 0, "pushed 0 tasks to queue s; 5 were in before", "", "push", "-q", "s", "--job", "monday",
            "a.jsonl");
    cli_write_tasks(cli, "a.jsonl", 8);
    cli_run(cli, 0, "pushed 3 tasks", "", "push", "-q", "s", "--job", "monday", "a.jsonl");
    assert_int_equal(cli_count(cli, "LLEN", "skep:s"), 8);
    assert_non_null(strstr(cli_item(cli, "skep:s", 7)->bytes, "{\"n\":7}"));
    cli_write_tasks(cli, "a.jsonl", 2);
    cli_run(cli, 2, "", "more than there are here", "push", "-q", "s", "--job", "monday", "a.jsonl");
}

/* A look at the lines needs no server. */
static void test_cli_push__looks_only(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "a.jsonl", 5);
    test_redis_kill(cli->redis);
    cli_run(cli, 0, "", "5 tasks, 0 bad lines", "push", "--dry-run", "a.jsonl");
    cli_write(cli, "a.jsonl", "x\n");
    cli_run(cli, 2, "", "a.jsonl:1: ", "push", "--dry-run", "a.jsonl");
}

/* ---- refuses ---- */

/* What is wrong with a file is said by its name, and nothing goes. */
static void test_cli_push__refuses_files(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 2, "", "skep: none.jsonl: No such file or directory", "push", "-q", "s", "none.jsonl");
    cli_run(cli, 2, "", "is a folder", "push", "-q", "s", ".");
    cli_write(cli, "empty.jsonl", "");
    cli_run(cli, 2, "", "there is no task in empty.jsonl: nothing was pushed", "push", "-q", "s",
            "empty.jsonl");
    cli_write(cli, "blank.jsonl", "\n \n\r\n");
    cli_run(cli, 2, "", "there is no task in blank.jsonl", "push", "-q", "s", "blank.jsonl");
    cli_run(cli, 2, "", "there is no task in standard input", "push", "-q", "s");
    assert_int_equal(cli_count(cli, "EXISTS", "skep:s"), 0);
}

/* A bad line is told with its number and what is wrong with it, and nothing of the file goes, not even what
 * stands before it. */
static void test_cli_push__refuses_a_file_with_a_bad_line(void **state)
{
    static const struct {
        const char *line;
        const char *words;
    } bad[] = {
        {"{\"kernel\":\"echo\"", "not JSON"},
        {"[1,2]", "object"},
        {"{\"kernel\":\"echo\"} trailing", "something follows"},
        {"{\"kernel\":\"eco\"}", "there is no kernel \"eco\": did you mean \"echo\"?"},
        {"{\"kernel\":\"sum\"}", "sum: argument \"x\" is missing"},
        {"{\"kernel\":\"sum\",\"args\":{\"x\":[1],\"why\":1}}", "sum: unknown argument \"why\""},
        {"{\"kernel\":\"sum\",\"args\":{\"x\":null}}", "sum: argument \"x\" must be an array"},
        {"{\"kernel\":\"sleep\",\"args\":{\"s\":[1]}}", "sleep: argument \"s\" must be a number"},
        {"{\"kernel\":\"echo\",\"kernl\":1}", "\"kernl\""},
        {"{\"kernel\":\"echo\",\"id\":\"\xff\"}", "not UTF-8"},
        {"{\"kernel\":\"echo\",\"out\":\"a.npy[0:3]\"}", "out"},
    };
    struct cli *cli = *state;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[512], words[256];
        snprintf(text, sizeof text, "%s\n%s\n%s", good, bad[i].line, good);
        snprintf(words, sizeof words, "tasks.jsonl:3: ");
        cli_write(cli, "tasks.jsonl", text);
        cli_run(cli, 2, "", words, "push", "-q", "s", "tasks.jsonl");
        cli_run(cli, 2, "", bad[i].words, "push", "-q", "s", "tasks.jsonl");
        cli_run(cli, 2, "", "1 of 3 lines is bad: nothing was pushed (--skip-bad pushes the rest)", "push",
                "-q", "s", "tasks.jsonl");
    }
    assert_int_equal(cli_count(cli, "EXISTS", "skep:s"), 0);
}

/* Monsters: a record of 10 MB, a NUL byte, 10^5 brackets within the limit and beyond it. */
static void test_cli_push__refuses_monsters(void **state)
{
    struct cli *cli = *state;
    size_t n = 10 << 20;
    char *big = malloc(n);

    assert_non_null(big);
    memset(big, ' ', n);
    memcpy(big, "{\"kernel\":\"echo\"", 16);
    big[n - 1] = '}';
    cli_feed(cli, big, n, 2, "", "standard input:1: longer than 65536 bytes", "push", "-q", "s");
    cli_feed(cli, big, n, 0, "pushed 1 task ", NULL, "push", "-q", "big", "--max-record", "16M");
    assert_true(cli_item(cli, "skep:big", 0)->length > n);
    cli_feed(cli, "{\"kernel\":\"ec\0ho\"}\n", 19, 2, "", "standard input:1: a NUL byte", "push", "-q", "s");
    memset(big, '[', 100000);
    cli_feed(cli, big, 60000, 2, "", "standard input:1: ", "push", "-q", "s");
    cli_feed(cli, big, 100000, 2, "", "standard input:1: longer than", "push", "-q", "s");
    cli_feed(cli, big, 100000, 2, "", "standard input:1: ", "push", "-q", "s", "--max-record", "1M");
    assert_int_equal(cli_count(cli, "EXISTS", "skep:s"), 0);
    free(big);
}

/* --skip-bad pushes the rest under the places that its lines have, says how many it left out, and exits
 * with 1. */
static void test_cli_push__skips_bad_lines(void **state)
{
    struct cli *cli = *state;
    char text[256];

    snprintf(text, sizeof text, "%sbad\n%s", good, good);
    cli_write(cli, "a.jsonl", text);
    cli_run(cli, 1, "pushed 2 tasks to queue s (2 waiting); 1 bad line skipped\n", "a.jsonl:2: ", "push",
            "-q", "s", "--skip-bad", "a.jsonl");
    assert_memory_equal(cli_item(cli, "skep:s", 1)->bytes, "#skep i=2 ", 10);
}

/* Of many bad lines the first twenty are told, and how many more there are. */
static void test_cli_push__tells_the_first_bad_lines(void **state)
{
    struct cli *cli = *state;
    char text[32 * 4 + 1] = "";

    for (size_t i = 0; i < 32; i++) {
        memcpy(text + 4 * i, "bad\n", 5);
    }
    cli_write(cli, "a.jsonl", text);
    cli_run(cli, 2, "", "a.jsonl:20: ", "push", "-q", "s", "a.jsonl");
    cli_run(cli, 2, "", "... and 12 more bad lines", "push", "-q", "s", "a.jsonl");
}

/* A kernel that only the workers know goes when the user says so. */
static void test_cli_push__allows_unknown_kernels(void **state)
{
    struct cli *cli = *state;

    cli_feed(cli, "{\"kernel\":\"fourier\"}\n", 21, 2, "", "`skep kernels` lists them", "push", "-q", "s");
    cli_feed(cli, "{\"kernel\":\"fourier\"}\n", 21, 0, "pushed 1 task ", "", "push", "-q", "s",
             "--allow-unknown-kernel");
}

/* Options and names that are wrong are told with what would be right. */
static void test_cli_push__refuses_usage(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "a.jsonl", 1);
    cli_run(cli, 2, "", "which queue? Give -q QUEUE", "push", "a.jsonl");
    cli_run(cli, 2, "", "is not a queue's name", "push", "-q", "a b", "a.jsonl");
    cli_run(cli, 2, "", "did you mean --skip-bad?", "push", "-q", "s", "--skipbad", "a.jsonl");
    cli_run(cli, 2, "", "needs a value", "push", "a.jsonl", "-q");
    assert_int_equal(cli_count(cli, "EXISTS", "skep:s"), 0);
}

/* ---- breaks ---- */

/* A queue at its limit: --no-wait fails and says what is in; without it the push waits, also for room smaller
 * than a piece, and goes on as tasks are taken. */
static void test_cli_push__waits_for_room(void **state)
{
    struct cli *cli = *state;
    struct test_process *push;

    cli_write_tasks(cli, "a.jsonl", 2500);
    ask(cli->conn, "HSET {skep:s}:conf max_depth 1200");
    cli_run(cli, 3, "", "1000 of 2500 tasks are known to be in queue s; the same command with --job", "push",
            "-q", "s", "--no-wait", "a.jsonl");
    ask(cli->conn, "DEL skep:s");
    ask(cli->conn, "HSET {skep:s}:conf max_depth 300");
    push = cli_start(cli, NULL, "push", "-q", "s", "a.jsonl", NULL);
    cli_until(push, "waiting for room: queue s holds");
    for (int64_t n_taken = 0; n_taken < 2200;) {
        const struct skep_reply *taken = ask(cli->conn, "LPOP skep:s 100");
        if (taken->kind == SKEP_REPLY_ARRAY) {
            char words[32];
            snprintf(words, sizeof words, "{\"n\":%" PRId64 "}", n_taken);
            assert_non_null(strstr(taken->items[0].bytes, words)); /* in order, none twice */
            n_taken += (int64_t)taken->n;
        }
        assert_true(cli_count(cli, "LLEN", "skep:s") <= 300);
    }
    cli_expect(push, 0, "pushed 2500 tasks", NULL);
}

/* Ctrl-C ends a push in good order, says what is in, and with which --job the rest goes; then all of it is
 * there once. */
static void test_cli_push__goes_on_after_an_interruption(void **state)
{
    struct cli *cli = *state;
    struct test_process *push;
    char *err, *job, *end;

    cli_write_tasks(cli, "a.jsonl", 2500);
    ask(cli->conn, "HSET {skep:s}:conf max_depth 1100");
    push = cli_start(cli, NULL, "push", "-q", "s", "a.jsonl", NULL);
    cli_until(push, "waiting for room");
    test_process_signal(push, SIGINT);
    assert_int_equal(test_process_wait(push, CLI_MS), 130);
    err = test_process_err(push);
    job = strstr(err, "--job ");
    assert_non_null(job);
    job += 6;
    end = strchr(job, ' ');
    assert_non_null(end);
    *end = '\0';
    ask(cli->conn, "HSET {skep:s}:conf max_depth 0");
    cli_run(cli, 0, "were in before", NULL, "push", "-q", "s", "--job", job, "a.jsonl");
    assert_int_equal(cli_count(cli, "LLEN", "skep:s"), 2500);
    for (int i = 0; i < 2500; i += 499) {
        char words[32];
        snprintf(words, sizeof words, "{\"n\":%d}", i);
        assert_non_null(strstr(cli_item(cli, "skep:s", i)->bytes, words));
    }
    free(err);
    test_process_free(push);
}

/* A file that changes while it is pushed ends the push, which says what is in: nobody knows what the rest
 * would be. */
static void test_cli_push__stops_at_a_file_that_changed(void **state)
{
    struct cli *cli = *state;
    struct test_process *push;

    cli_write_tasks(cli, "a.jsonl", 2500);
    ask(cli->conn, "HSET {skep:s}:conf max_depth 1100");
    push = cli_start(cli, NULL, "push", "-q", "s", "a.jsonl", NULL);
    cli_until(push, "waiting for room");
    cli_write_tasks(cli, "a.jsonl", 2600);
    cli_expect(push, 3, "", "a.jsonl changed while it was being read");
    assert_true(cli_count(cli, "LLEN", "skep:s") <= 1100);
}

/* A server that is killed in the middle and comes back with what it had on its disk gets every task once. */
static void test_cli_push__goes_on_after_a_crash_of_the_server(void **state)
{
    struct cli *cli = *state;
    struct test_process *push;

    cli_end(cli);
    cli_begin(cli, "appendonly yes\nappendfsync always");
    cli_write_tasks(cli, "a.jsonl", 2500);
    ask(cli->conn, "HSET {skep:s}:conf max_depth 1100");
    push = cli_start(cli, NULL, "push", "-q", "s", "a.jsonl", NULL);
    cli_until(push, "waiting for room");
    test_redis_kill(cli->redis);
    cli_until(push, "trying again for 30 s");
    test_redis_restart(cli->redis);
    assert_int_equal(skep_conn_connect(cli->conn, NULL), SKEP_OK);
    ask(cli->conn, "HSET {skep:s}:conf max_depth 0");
    cli_expect(push, 0, "pushed 2500 tasks", NULL);
    assert_int_equal(cli_count(cli, "LLEN", "skep:s"), 2500);
    assert_non_null(strstr(cli_item(cli, "skep:s", 2499)->bytes, "{\"n\":2499}"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_push__##name, cli_setup, cli_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(puts_lines_in_order),
        TEST(reads_files_and_standard_input),
        TEST(puts_many),
        TEST(repeats_a_named_push),
        TEST(looks_only),
        TEST(refuses_files),
        TEST(refuses_a_file_with_a_bad_line),
        TEST(refuses_monsters),
        TEST(skips_bad_lines),
        TEST(tells_the_first_bad_lines),
        TEST(allows_unknown_kernels),
        TEST(refuses_usage),
        TEST(waits_for_room),
        TEST(goes_on_after_an_interruption),
        TEST(stops_at_a_file_that_changed),
        TEST(goes_on_after_a_crash_of_the_server),
    };

    return cmocka_run_group_tests_name("skep push", tests, NULL, NULL);
}
