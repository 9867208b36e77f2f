/* SPDX-License-Identifier: MIT */
/* The frame: help, versions, and what happens to words that are not commands. */
#include "integration/cli.h"

static int setup(void **state)
{
    static struct cli cli;

    cli = (struct cli){.folder = test_make_folder(), .env = "SKEP_REDIS="};
    *state = &cli;
    return 0;
}

static int teardown(void **state)
{
    struct cli *cli = *state;

    test_remove_folder(cli->folder);
    return 0;
}

/* The help is on standard output and exits with 0 when it was asked for. */
static void test_cli_help__teaches(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "Usage: skep COMMAND", "", "--help");
    cli_run(cli, 0, "Usage: skep COMMAND", "", "help");
    cli_run(cli, 2, "Usage: skep COMMAND", "", NULL);
    cli_run(cli, 0, "skep 0.", "", "--version");
    cli_run(cli, 0, "Usage: skep dead show -q QUEUE [ID...]", "", "help", "dead", "show");
    cli_run(cli, 0, "Usage: skep dead show -q QUEUE [ID...]", "", "dead", "show", "--help");
    cli_run(cli, 0, "  requeue ", "", "dead", "--help");
}

/* Every command that the help lists explains itself, with a usage and with examples. */
static void test_cli_help__covers_every_command(void **state)
{
    struct cli *cli = *state;
    struct test_process *help = cli_start(cli, NULL, "--help", NULL);
    char *text, *line, *rest;
    size_t n_commands = 0;

    assert_int_equal(test_process_wait(help, CLI_MS), 0);
    text = test_process_out(help, NULL);
    rest = strstr(text, "Commands:\n");
    assert_non_null(rest);
    rest += strlen("Commands:\n");
    while ((line = strsep(&rest, "\n")) != NULL && line[0] == ' ') {
        char name[32], usage[64];
        assert_int_equal(sscanf(line, "%31s", name), 1);
        snprintf(usage, sizeof usage, "Usage: skep %s ", name);
        cli_run(cli, 0, usage, "", name, "--help");
        cli_run(cli, 0, "\nExamples:\n", "", "help", name);
        n_commands++;
    }
    assert_true(n_commands >= 11);
    free(text);
    test_process_free(help);
}

/* A slip of the finger is met with what was meant. */
static void test_cli_help__suggests(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 2, "", "there is no command \"psuh\": did you mean `skep push`?", "psuh");
    cli_run(cli, 2, "", "there is no command \"frobnicate\"; `skep --help` lists them", "frobnicate");
    cli_run(cli, 2, "", "did you mean `skep dead ls`?", "dead", "sl");
    cli_run(cli, 2, "", "`skep dead --help` lists them", "dead");
    cli_run(cli, 2, "", "did you mean --json?", "kernels", "--jsno");
    cli_run(cli, 2, "", "did you mean \"te_box\"?", "kernels", "te-box");
}

/* What a user typed cannot drive his terminal when it is repeated. */
static void test_cli_help__repeats_nothing_harmful(void **state)
{
    cli_run(*state, 2, "", "\"?[31mred\"", "\033[31mred");
}

/* The kernels are listed with what they do, and explained one by one; for programs as JSON. */
static void test_cli_help__shows_kernels(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "\nte_box_counts ", "", "kernels");
    cli_run(cli, 0, "Arguments:\n", "", "kernels", "te_box");
    cli_run(cli, 0, "{\"name\":\"sum\",\"version\":", "", "kernels", "sum", "--json");
    cli_run(cli, 0, "[{\"name\":", "", "kernels", "--json");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_help__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(teaches),       TEST(covers_every_command), TEST(suggests), TEST(repeats_nothing_harmful),
        TEST(shows_kernels),
    };

    return cmocka_run_group_tests_name("skep --help", tests, NULL, NULL);
}
