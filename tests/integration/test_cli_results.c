/* SPDX-License-Identifier: MIT */
/* skep results: every result comes once, whoever dies. */
#include "integration/cli.h"

#include <signal.h>
#include <unistd.h>

#define OUT "{skep:s}:out"

/* The file holds the results FROM to TO - 1, once each and in order. */
static void expect_results(struct cli *cli, const char *name, int from, int to)
{
    char *text = test_read_file(cli->folder, name, NULL);
    char *line = text;

    for (; from < to; from++) {
        char wanted[96];
        char *end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        snprintf(wanted, sizeof wanted,
                 "{\"id\":\"t%d\",\"index\":%d,\"kernel\":\"echo\",\"ok\":true,\"value\":%d}", from, from,
                 from);
        assert_string_equal(line, wanted);
        line = end + 1;
    }
    assert_string_equal(line, "");
    free(text);
}

struct results_wait {
    struct cli *cli;
    const char *key;
    int64_t count;
};

static bool list_has(void *context)
{
    struct results_wait *wait = context;

    return cli_count(wait->cli, "LLEN", wait->key) == wait->count;
}

/* ---- works ---- */

/* What is there is written in order, confirmed, and counted. */
static void test_cli_results__drains(void **state)
{
    struct cli *cli = *state;
    char *out;
    struct test_process *results;

    cli_push_results(cli, OUT, 0, 2500);
    results = cli_start(cli, NULL, "results", "-q", "s", NULL);
    assert_int_equal(test_process_wait(results, CLI_MS), 0);
    out = test_process_out(results, NULL);
    test_write_file(cli->folder, "out", out, strlen(out));
    free(out);
    expect_results(cli, "out", 0, 2500);
    cli_until(results, "2500 results from queue s (0 failed), 0 left");
    test_process_free(results);
    assert_int_equal(cli_count(cli, "LLEN", OUT), 0);
    cli_run(cli, 0, "", "0 results from queue s", "results", "-q", "s");
    cli_run(cli, 0, "", "", "results", "-q", "s", "--quiet");
}

/* A task that failed for good is a result like others, and shows in the exit code. */
static void test_cli_results__tells_of_failures(void **state)
{
    struct cli *cli = *state;

    cli_push_results(cli, OUT, 0, 1);
    cli_push_text(cli, OUT,
                  "{\"id\":\"ok\",\"ok\":false,\"error\":{\"cause\":\"timeout\",\"message\":\"\"}}");
    cli_run(cli, 1, "\"cause\":\"timeout\"", "2 results from queue s (1 failed), 0 left", "results", "-q",
            "s");
}

/* --count takes so many and leaves the rest; it waits for those that are not there yet, but no longer than
 * --timeout. */
static void test_cli_results__counts(void **state)
{
    struct cli *cli = *state;
    struct test_process *results;

    cli_push_results(cli, OUT, 0, 10);
    cli_run(cli, 0, "", "3 results from queue s (0 failed), 7 left", "results", "-q", "s", "-o", "a",
            "--count", "3");
    expect_results(cli, "a", 0, 3);
    results = cli_start(cli, NULL, "results", "-q", "s", "-o", "a", "--count", "9", NULL);
    assert_true(test_until(list_has, &(struct results_wait){cli, OUT, 0}, CLI_MS));
    assert_false(test_process_is_over(results));
    cli_push_results(cli, OUT, 10, 15);
    cli_expect(results, 0, "", "9 results");
    expect_results(cli, "a", 0, 12);
    cli_run(cli, 1, NULL, "3 of 4 results came", "results", "-q", "s", "--count", "4", "--timeout", "50ms");
}

/* --follow goes on until it is told to stop, and has then confirmed what it wrote. */
static void test_cli_results__follows(void **state)
{
    struct cli *cli = *state;
    struct test_process *results = cli_start(cli, NULL, "results", "-q", "s", "--follow", "-o", "a", NULL);

    for (int i = 0; i < 3; i++) {
        cli_push_results(cli, OUT, 10 * i, 10 * (i + 1));
        assert_true(test_until(list_has, &(struct results_wait){cli, OUT, 0}, CLI_MS));
    }
    test_process_signal(results, SIGTERM);
    cli_expect(results, 0, "", "30 results from queue s");
    expect_results(cli, "a", 0, 30);
    assert_int_equal(cli_count(cli, "EXISTS", "{skep:s}:reader"), 0);
    cli_run(cli, 0, "", "0 results", "results", "-q", "s", "--follow", "--timeout", "50ms");
}

/* ---- refuses ---- */

/* A second consumer is told who reads, and ends; the first one is not disturbed. */
static void test_cli_results__refuses_a_second_consumer(void **state)
{
    struct cli *cli = *state;
    struct test_process *first = cli_start(cli, NULL, "results", "-q", "s", "--follow", "-o", "a", NULL);
    char host[64], words[128];

    cli_push_results(cli, OUT, 0, 1);
    assert_true(test_until(list_has, &(struct results_wait){cli, OUT, 0}, CLI_MS));
    assert_int_equal(gethostname(host, sizeof host), 0);
    snprintf(words, sizeof words, "the results of queue s are being read by %.20s", host);
    cli_run(cli, 3, "", words, "results", "-q", "s");
    cli_push_results(cli, OUT, 1, 2);
    assert_true(test_until(list_has, &(struct results_wait){cli, OUT, 0}, CLI_MS));
    test_process_signal(first, SIGINT);
    cli_expect(first, 0, "", NULL);
    expect_results(cli, "a", 0, 2);
}

/* A file that cannot be written, and words too many, are told before anything is read. */
static void test_cli_results__refuses_usage(void **state)
{
    struct cli *cli = *state;

    cli_push_results(cli, OUT, 0, 1);
    cli_run(cli, 2, "", "cannot open none/a for writing: No such file", "results", "-q", "s", "-o", "none/a");
    cli_run(cli, 2, "", "Is a directory", "results", "-q", "s", "-o", ".");
    cli_run(cli, 2, "", "\"a\" is one word too many", "results", "-q", "s", "a");
    cli_run(cli, 2, "", "which queue?", "results");
    cli_run(cli, 2, "", "out of range", "results", "-q", "s", "--count", "0");
    assert_int_equal(cli_count(cli, "LLEN", OUT), 1);
}

/* ---- breaks ---- */

/* No room for the results: nothing of them is half written, they stay in the queue, and the same command
 * takes them when there is room. */
static void test_cli_results__keeps_results_when_the_disk_is_full(void **state)
{
    struct cli *cli = *state;
    const struct test_process_options small = {.file_size_max = 4096};

    cli_push_results(cli, OUT, 0, 500);
    cli_expect(cli_start(cli, &small, "results", "-q", "s", "-o", "a", NULL), 3, "",
               "cannot write to a: File too large");
    expect_results(cli, "a", 0, 0);
    assert_int_equal(cli_count(cli, "LLEN", OUT), 500);
    cli_expect(cli_start(cli, NULL, "results", "-q", "s", "-o", "/dev/full", NULL), 3, "",
               "what was not written stays in queue s: nothing is lost");
    assert_int_equal(cli_count(cli, "LLEN", OUT), 500);
    cli_run(cli, 0, "", "500 results", "results", "-q", "s", "-o", "a");
    expect_results(cli, "a", 0, 500);
}

/* Killed between writing and confirming: the file has results that come again, and a torn line. Each is there
 * once in the end. */
static void test_cli_results__leaves_out_what_a_file_has(void **state)
{
    struct cli *cli = *state;
    char *before;
    size_t n;

    cli_push_results(cli, OUT, 0, 30);
    cli_run(cli, 0, "", NULL, "results", "-q", "s", "-o", "a");
    cli_push_results(cli, OUT, 20, 50);
    before = test_read_file(cli->folder, "a", &n);
    before = realloc(before, n + 8);
    assert_non_null(before);
    memcpy(before + n, "{\"id\":\"t", 8);
    test_write_file(cli->folder, "a", before, n + 8);
    cli_run(cli, 0, "", "20 results", "results", "-q", "s", "-o", "a");
    expect_results(cli, "a", 0, 50);
    free(before);
}

/* Whenever a consumer is killed, the next one with the same file makes it whole: every result once, in order.
 */
static void test_cli_results__survives_kills(void **state)
{
    enum { ROUNDS = 12, RESULTS = 400 };
    struct cli *cli = *state;

    for (int round = 0; round < ROUNDS; round++) {
        struct test_process *results =
            cli_start(cli, NULL, "results", "-q", "s", "--follow", "-o", "a", NULL);
        for (int i = 0; i < 4; i++) {
            int from = round * RESULTS + i * RESULTS / 4;
            cli_push_results(cli, OUT, from, from + RESULTS / 4);
        }
        /* At different places: with nothing confirmed, some, or all. */
        (void)test_until(list_has, &(struct results_wait){cli, OUT, RESULTS / 4 * (round % 4)}, round % 3);
        test_process_signal(results, SIGKILL);
        test_process_free(results);
        ask(cli->conn, "DEL {skep:s}:reader"); /* as if its three seconds had passed */
    }
    cli_run(cli, 0, "", "0 left", "results", "-q", "s", "-o", "a");
    expect_results(cli, "a", 0, ROUNDS * RESULTS);
}

/* The mark of a consumer that was killed fades by itself: the next one waits for that and goes on. */
static void test_cli_results__takes_over_from_the_dead(void **state)
{
    struct cli *cli = *state;
    struct test_process *results = cli_start(cli, NULL, "results", "-q", "s", "--follow", "-o", "a", NULL);

    cli_push_results(cli, OUT, 0, 1);
    assert_true(test_until(list_has, &(struct results_wait){cli, OUT, 0}, CLI_MS));
    test_process_signal(results, SIGKILL);
    test_process_free(results);
    cli_push_results(cli, OUT, 1, 2);
    cli_run(cli, 0, "", "waiting a few seconds, in case it has ended", "results", "-q", "s", "-o", "a");
    expect_results(cli, "a", 0, 2);
}

/* A reader of standard output that goes away: what it may not have seen stays in the queue. */
static void test_cli_results__keeps_results_when_its_reader_goes(void **state)
{
    struct cli *cli = *state;
    const char *const args[] = {"sh", "-c", CLI_PROGRAM " results -q s | true; exit 0", NULL};
    const char *const env[] = {cli->env, NULL};
    struct test_process *shell;

    for (int i = 0; i < 5000; i++) { /* more than a pipe holds */
        cli_push_results(cli, OUT, i, i + 1);
    }
    shell = test_process_run(&(struct test_process_options){.args = args, .env = env, .folder = cli->folder},
                             CLI_MS);
    assert_true(test_process_said(shell, "standard output was closed by its reader"));
    assert_true(test_process_said(shell, "nothing is lost"));
    test_process_free(shell);
    assert_true(cli_count(cli, "LLEN", OUT) > 0);
}

/* A server that is killed and comes back with its list: the consumer goes on by itself, nothing is doubled.
 */
static void test_cli_results__survives_a_crash_of_the_server(void **state)
{
    struct cli *cli = *state;
    struct test_process *results;

    cli_end(cli);
    cli_begin(cli, "appendonly yes\nappendfsync always");
    cli_push_results(cli, OUT, 0, 100);
    results = cli_start(cli, NULL, "results", "-q", "s", "--follow", "-o", "a", NULL);
    assert_true(test_until(list_has, &(struct results_wait){cli, OUT, 0}, CLI_MS));
    test_redis_kill(cli->redis);
    cli_until(results, "trying again for 30 s");
    test_redis_restart(cli->redis);
    assert_int_equal(skep_conn_connect(cli->conn, NULL), SKEP_OK);
    cli_push_results(cli, OUT, 100, 200);
    assert_true(test_until(list_has, &(struct results_wait){cli, OUT, 0}, CLI_MS));
    test_process_signal(results, SIGINT);
    cli_expect(results, 0, "", "200 results");
    expect_results(cli, "a", 0, 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_results__##name, cli_setup, cli_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(drains),
        TEST(tells_of_failures),
        TEST(counts),
        TEST(follows),
        TEST(refuses_a_second_consumer),
        TEST(refuses_usage),
        TEST(keeps_results_when_the_disk_is_full),
        TEST(leaves_out_what_a_file_has),
        TEST(survives_kills),
        TEST(takes_over_from_the_dead),
        TEST(keeps_results_when_its_reader_goes),
        TEST(survives_a_crash_of_the_server),
    };

    return cmocka_run_group_tests_name("skep results", tests, NULL, NULL);
}
