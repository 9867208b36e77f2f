/* SPDX-License-Identifier: MIT */
/* skep cost: what tasks will take, told before they run. No server is asked. */
#include "cli.h"

#define GOLDEN SKEP_TESTS_DIR "/golden/npy"

static int setup(void **state)
{
    static struct cli cli;

    cli = (struct cli){.folder = test_make_folder(), .env = "SKEP_REDIS=unix:///nowhere"};
    *state = &cli;
    return 0;
}

static int teardown(void **state)
{
    struct cli *cli = *state;

    test_remove_folder(cli->folder);
    return 0;
}

/* ---- works ---- */

/* Tasks are counted by kernel, files are looked up where the worker would. */
static void test_cli_cost__sums_up_by_kernel(void **state)
{
    static const char tasks[] = "{\"kernel\":\"sum\",\"args\":{\"x\":\"f8-little.npy\"}}\n"
                                "\n"
                                "{\"kernel\":\"echo\"}\n"
                                "{\"kernel\":\"sum\",\"args\":{\"x\":[1,2,3]}}";
    struct cli *cli = *state;

    cli_feed(cli, tasks, sizeof tasks - 1, 0, "\nsum                         2 ", "", "cost", "-d", GOLDEN,
             "-");
    cli_feed(cli, tasks, sizeof tasks - 1, 0, "\necho                        1 ", "", "cost", "-d", GOLDEN);
    cli_feed(cli, tasks, sizeof tasks - 1, 0, "\nall                         3 ", "", "cost", "-d", GOLDEN);
    cli_feed(cli, tasks, sizeof tasks - 1, 0, "less than a second with 400 slots", "", "cost", "-d", GOLDEN,
             "--slots", "400");
}

/* A long job is said to be long: 10^9 steps of 64 oscillators are 6.4 * 10^10 node steps, each four sines and
 * more, which no processor does in less than a second. */
static void test_cli_cost__tells_long_from_short(void **state)
{
    static const char task[] =
        "{\"kernel\":\"star_rk4\",\"args\":{\"m\":64,\"omega_c\":1,\"omega_e\":1,\"lambda\":1,"
        "\"steps\":1000000000,\"every\":1000000}}";

    cli_feed(*state, task, sizeof task - 1, 0, "about ", "", "cost", "--slots", "1");
}

/* ---- refuses ---- */

/* What cannot run is named by line, and not in the sums. */
static void test_cli_cost__names_lines_that_cannot_run(void **state)
{
    static const char tasks[] = "{\"kernel\":\"sum\",\"args\":{\"x\":\"nowhere.npy\"}}\n"
                                "{\"kernel\":\"summ\"}\n{\n{\"kernel\":\"echo\"}\n";
    struct cli *cli = *state;

    cli_feed(cli, tasks, sizeof tasks - 1, 2, "\nall                         1 ",
             "standard input:1: argument \"x\": nowhere.npy: no such file", "cost", "-d", GOLDEN);
    cli_feed(cli, tasks, sizeof tasks - 1, 2, NULL, "standard input:2: no kernel \"summ\"", "cost", "-d",
             GOLDEN);
    cli_feed(cli, tasks, sizeof tasks - 1, 2, NULL, "3 lines cannot run, and are not in these sums", "cost",
             "-d", GOLDEN);
    cli_run(cli, 2, "", "nowhere", "cost", "-d", "nowhere", "/dev/null");
    cli_run(cli, 2, "", "nowhere.jsonl", "cost", "nowhere.jsonl");
}

/* What does not fit into a worker's memory is found before the worker finds it, and the worker says the same.
 */
static void test_cli_cost__finds_what_does_not_fit(void **state)
{
    static const char task[] = "{\"kernel\":\"random\",\"args\":{\"shape\":[1000000]},\"out\":\"a.npy\"}";
    struct cli *cli = *state;

    cli_feed(cli, task, sizeof task - 1, 1, NULL, "standard input:1: needs 7.6 MiB of memory", "cost",
             "--memory", "1M");
    cli_feed(cli, task, sizeof task - 1, 0, NULL, "", "cost", "--memory", "9M");
    cli_feed(cli, task, sizeof task - 1, 1, "\"memory-limit\"", "random needs 7.6 MiB for this task",
             "replay", "--record", "-", "--memory", "1M");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_cost__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sums_up_by_kernel),
        TEST(tells_long_from_short),
        TEST(names_lines_that_cannot_run),
        TEST(finds_what_does_not_fit),
    };

    return cmocka_run_group_tests_name("skep cost", tests, NULL, NULL);
}
