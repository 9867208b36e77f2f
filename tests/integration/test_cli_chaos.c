/* SPDX-License-Identifier: MIT */
/* skep chaos from outside; what its rows find is the matter of tests/faults. */
#include "integration/runs.h"

/* The list names every row. */
static void test_cli_chaos__lists(void **state)
{
    cli_run(*state, 0, "kill ", "", "chaos", "--list");
}

/* A row is performed with the seed that was given, says that it passed, and leaves nothing behind. */
static void test_cli_chaos__performs(void **state)
{
    struct cli *cli = *state;
    struct test_process *chaos = cli_start(
        cli, &(struct test_process_options){.env = (const char *const[]){"TMPDIR=.", "SKEP_REDIS", NULL}},
        "chaos", "reapers", "--seed", "7", "-o", "report.md", NULL);
    char *report;

    cli_expect(chaos, 0, "", "reapers      passed");
    report = test_read_file(cli->folder, "report.md", NULL);
    assert_non_null(strstr(report, "| reapers |"));
    assert_non_null(strstr(report, " | 7 | "));
    assert_non_null(strstr(report, "; lost 0; duplicated 0; unexpected 0; "));
    assert_non_null(strstr(report, " | passed |"));
    free(report);
    runs_expect_entries(cli, 1);
}

/* Ctrl-C ends it and everybody that takes part. */
static void test_cli_chaos__is_interrupted(void **state)
{
    struct cli *cli = *state;
    struct test_process *chaos = cli_start(
        cli, &(struct test_process_options){.env = (const char *const[]){"TMPDIR=.", "SKEP_REDIS", NULL}},
        "chaos", "stop", NULL);

    cli_until(chaos, "stop ");
    test_process_signal(chaos, SIGINT);
    cli_expect(chaos, 130, NULL, NULL);
    runs_expect_entries(cli, 0);
}

/* What is not there is refused with words that help. */
static void test_cli_chaos__refuses(void **state)
{
    cli_run(*state, 2, "", "there is no row \"nonesuch\"; `skep chaos --list` shows them", "chaos",
            "nonesuch");
    cli_run(*state, 1, NULL, "there is no skep in /nonexistent", "chaos", "reapers", "--programs",
            "/nonexistent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cli_chaos__lists, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_chaos__performs, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_chaos__is_interrupted, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_chaos__refuses, runs_setup, runs_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
