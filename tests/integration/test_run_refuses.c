/* SPDX-License-Identifier: MIT */
/* skep run: what it does not begin, and what it says then. Nothing starts, and nothing is left. */
#include "integration/runs.h"

#include <sys/stat.h>

/* Each of these leaves the folder as it was: with N entries. */
#define refuses(cli, n, exit_code, words, ...)                                                               \
    do {                                                                                                     \
        cli_run(cli, exit_code, "", words, "run", __VA_ARGS__);                                              \
        runs_expect_entries(cli, n);                                                                         \
    } while (0)

/* A bad line is told with its number, and no task runs, not even those before it. */
static void test_run__refuses_a_bad_line(void **state)
{
    static const char tasks[] = "{\"kernel\":\"echo\"}\n{\"kernel\":\"echo\"}\n{\"kernel\":\"eco\"}\n";
    struct cli *cli = *state;

    cli_write(cli, "tasks.jsonl", tasks);
    refuses(cli, 1, 2, "tasks.jsonl:3: ", "tasks.jsonl");
    refuses(cli, 1, 2, "skep: 1 of 3 lines is bad: nothing was run", "tasks.jsonl");
    cli_feed(cli, tasks, strlen(tasks), 2, "", "standard input:3: ", "run", "-");
    runs_expect_entries(cli, 1);
}

/* What is wrong with a file is said by its name. */
static void test_run__refuses_files(void **state)
{
    struct cli *cli = *state;

    refuses(cli, 0, 2, "skep: none.jsonl: No such file or directory", "none.jsonl");
    refuses(cli, 0, 2, "is a folder", ".");
    cli_write(cli, "empty.jsonl", "\n \n");
    refuses(cli, 1, 2, "there is no task in empty.jsonl: nothing was run", "empty.jsonl");
    refuses(cli, 1, 2, "there is no task in standard input", "-");
    refuses(cli, 1, 2, "one word too many", "empty.jsonl", "empty.jsonl");
}

/* Options that cannot be followed are refused before anything starts. */
static void test_run__refuses_options(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "tasks.jsonl", 6);
    refuses(cli, 1, 2, "none: No such file or directory", "--data", "none", "tasks.jsonl");
    refuses(cli, 1, 2, "tasks.jsonl is not a folder", "--output", "x=tasks.jsonl", "tasks.jsonl");
    refuses(cli, 1, 2, "lengths from 1", "--array", "a.npy", "--shape", "2,x", "tasks.jsonl");
    refuses(cli, 1, 2, "lengths from 1", "--array", "a.npy", "--shape", "", "tasks.jsonl");
    refuses(cli, 1, 2, "which 6 tasks cannot fill", "--array", "a.npy", "--shape", "2,4", "tasks.jsonl");
    refuses(cli, 1, 2, "--array wants the name of a file", "--array", "-", "tasks.jsonl");
    refuses(cli, 1, 2, "--array wants the name of a file", "--array", "", "tasks.jsonl");
    refuses(cli, 1, 2, "--shape is for --array", "--shape", "2,3", "tasks.jsonl");
    refuses(cli, 1, 2, "choose one", "--resume", "--fresh", "tasks.jsonl");
    refuses(cli, 1, 2, "nothing to resume", "--resume", "tasks.jsonl");
    refuses(cli, 1, 2, "nothing to resume", "--resume");
    refuses(cli, 1, 2, "to the file of the tasks", "-o", "tasks.jsonl", "tasks.jsonl");
    refuses(cli, 1, 2, "none/out.part: No such file", "-o", "none/out", "tasks.jsonl");
    refuses(cli, 1, 2, ": Is a directory", "-o", ".", "tasks.jsonl");
    refuses(cli, 1, 2, "did you mean --ordered?", "--order", "tasks.jsonl");
    refuses(cli, 1, 2, "the worker could not start", "--slots", "many", "tasks.jsonl");
}

/* A state folder must not be one with somebody's own files. */
static void test_run__refuses_a_foreign_folder(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "tasks.jsonl", 6);
    refuses(cli, 1, 2, "holds other files", "--state", ".", "tasks.jsonl");
    refuses(cli, 1, 2, "cannot make", "--state", "none/state", "tasks.jsonl");
    refuses(cli, 1, 2, "tasks.jsonl", "--state", "tasks.jsonl", "tasks.jsonl");
}

/* Without a redis-server it says what to install. */
static void test_run__needs_a_redis_server(void **state)
{
    static const char *const env[] = {"SKEP_REDIS", "PATH=/nonexistent", NULL};
    struct cli *cli = *state;

    cli_write_tasks(cli, "tasks.jsonl", 6);
    cli_expect(cli_start(cli, &(struct test_process_options){.env = env}, "run", "tasks.jsonl", NULL), 3, "",
               "there is no redis-server in PATH: install it (Debian: apt install redis-server)");
    runs_expect_entries(cli, 1);
}

/* A redis-server that does not start is told with its own words. */
static void test_run__tells_why_redis_does_not_start(void **state)
{
    struct cli *cli = *state;
    char *bin = test_path(cli->folder, "bin");
    char *program = test_path(bin, "redis-server");
    char path[PATH_MAX];
    const char *const env[] = {"SKEP_REDIS", path, NULL};
    static const char script[] = "#!/bin/sh\necho '*** NO REDIS TODAY ***'\nexit 7\n";

    assert_int_equal(mkdir(bin, 0700), 0);
    test_write_file(bin, "redis-server", script, sizeof script - 1);
    assert_int_equal(chmod(program, 0700), 0);
    snprintf(path, sizeof path, "PATH=%s:/usr/bin:/bin", bin);
    cli_write_tasks(cli, "tasks.jsonl", 6);
    for (int i = 0; i < 2; i++) {
        cli_expect(cli_start(cli, &(struct test_process_options){.env = env}, "run", "tasks.jsonl", NULL), 3,
                   "", i == 0 ? "*** NO REDIS TODAY ***" : "ended at its start: exit status 7");
        runs_expect_entries(cli, 2);
    }
    free(program);
    free(bin);
}

/* A server that is named and does not answer. */
static void test_run__needs_the_server_it_was_told(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "tasks.jsonl", 6);
    refuses(cli, 1, 3, "unix:///nonexistent/socket: ", "--wait", "0", "--redis", "unix:///nonexistent/socket",
            "tasks.jsonl");
    refuses(cli, 1, 2, "redis://", "--redis", "http://host", "tasks.jsonl");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, runs_setup, runs_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run__refuses_a_bad_line),
        TEST(test_run__refuses_files),
        TEST(test_run__refuses_options),
        TEST(test_run__refuses_a_foreign_folder),
        TEST(test_run__needs_a_redis_server),
        TEST(test_run__tells_why_redis_does_not_start),
        TEST(test_run__needs_the_server_it_was_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
