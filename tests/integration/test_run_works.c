/* SPDX-License-Identifier: MIT */
/* skep run: a file of tasks in, results out, nothing left behind. */
#include "integration/runs.h"

#include <sys/stat.h>

/* ---- works ---- */

/* Every task has its result on standard output; nothing but the task file is left. */
static void test_run__gives_every_result(void **state)
{
    struct cli *cli = *state;
    char *out;

    cli_write_tasks(cli, "tasks.jsonl", 2500);
    out = runs_end(cli_start(cli, NULL, "run", "tasks.jsonl", NULL), 0, "2500 done, 0 failed in ");
    runs_expect_results(out, 2500, false);
    free(out);
    runs_expect_entries(cli, 1);
}

/* In order, though the first one takes longest. */
static void test_run__gives_results_in_order(void **state)
{
    struct cli *cli = *state;
    char text[4096] = "";
    char *out;

    for (int i = 0; i < 40; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, "{\"kernel\":\"sleep\",\"args\":{\"s\":%s}}\n",
                 i % 10 == 0 ? "0.3" : "0.001");
    }
    cli_write(cli, "tasks.jsonl", text);
    out = runs_end(cli_start(cli, NULL, "run", "--ordered", "--slots", "4", "tasks.jsonl", NULL), 0, NULL);
    runs_expect_results(out, 40, true);
    free(out);
    runs_expect_entries(cli, 1);
}

/* From a pipe into a file; told to be quiet it says nothing. */
static void test_run__reads_standard_input(void **state)
{
    static const char tasks[] = "{\"kernel\":\"sum\",\"args\":{\"x\":[1,2]}}\n\n{\"kernel\":\"echo\"}";
    struct cli *cli = *state;
    char *out;

    cli_feed(cli, tasks, strlen(tasks), 0, "", "", "run", "-", "-o", "out.jsonl", "--quiet", "--ordered");
    out = test_read_file(cli->folder, "out.jsonl", NULL);
    runs_expect_results(out, 2, true);
    assert_non_null(strstr(out, "\"value\":3"));
    free(out);
    cli_feed(cli, tasks, strlen(tasks), 0, "\"index\":1", "2 done", "run");
    runs_expect_entries(cli, 1);
}

/* A pipe with a name is read like standard input. */
static void test_run__reads_a_named_pipe(void **state)
{
    static const char command[] = SKEP_BUILD_DIR "/skep run <(echo '{\"kernel\":\"echo\"}')";
    static const char *const args[] = {"bash", "-c", command, NULL};
    struct cli *cli = *state;
    struct test_process *process =
        test_process_start(&(struct test_process_options){.args = args, .folder = cli->folder});

    cli_expect(process, 0, "\"index\":0", "1 done");
    runs_expect_entries(cli, 0);
}

/* References are looked up in the working folder, or where --data says; outputs go where --output says. */
static void test_run__finds_data(void **state)
{
    struct cli *cli = *state;
    char *data = test_path(cli->folder, "data");
    char *output = test_path(cli->folder, "output");
    /* numpy.save of array([1., 2., 4.]) */
    static const char npy[] = "\x93NUMPY\x01\0\x76\0{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"
                              "                                                            \n"
                              "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\x10\x40";

    assert_int_equal(mkdir(data, 0700), 0);
    assert_int_equal(mkdir(output, 0700), 0);
    test_write_file(data, "a.npy", npy, sizeof npy - 1);
    cli_write(cli, "here.jsonl", "{\"kernel\":\"sum\",\"args\":{\"x\":\"data/a.npy[1:]\"}}\n");
    cli_run(cli, 0, "\"value\":6.0", NULL, "run", "here.jsonl");
    cli_write(cli, "there.jsonl",
              "{\"kernel\":\"sum\",\"args\":{\"x\":\"@in/a.npy\"}}\n"
              "{\"kernel\":\"star_rk4\",\"args\":{\"omega_c\":1,\"omega_e\":1,\"lambda\":0.1,\"steps\":10},"
              "\"out\":\"star.npy\"}\n");
    cli_run(cli, 0, "\"value\":7.0", NULL, "run", "there.jsonl", "--data", "in=data", "--output", "output");
    assert_true(runs_exists(cli, "output/star.npy"));
    runs_expect_entries(cli, 4);
    free(data);
    free(output);
}

/* Tasks that fail for good have results too; the summary tells what was wrong, and so does the exit code. */
static void test_run__tells_failures(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;
    char *out;

    cli_write(cli, "tasks.jsonl",
              "{\"kernel\":\"echo\"}\n"
              "{\"kernel\":\"fail\",\"args\":{\"how\":\"final\"}}\n"
              "{\"kernel\":\"sum\",\"args\":{\"x\":\"none.npy\"}}\n"
              "{\"kernel\":\"fail\",\"args\":{\"how\":\"final\"}}\n");
    process = cli_start(cli, NULL, "run", "--ordered", "--slots", "1", "tasks.jsonl", NULL);
    assert_int_equal(test_process_wait(process, CLI_MS), 1);
    assert_true(test_process_said(process, "1 done, 3 failed in "));
    assert_true(test_process_said(process, "  2 x kernel-final, first at index 1: "));
    assert_true(test_process_said(process, "  1 x array-missing, first at index 2: "));
    out = runs_end(process, 1, NULL);
    runs_expect_results(out, 4, true);
    free(out);
    runs_expect_entries(cli, 1);
}

/* More tasks than wait in the queue at a time, and more results than are read at once. */
static void test_run__runs_many(void **state)
{
    struct cli *cli = *state;
    char *out;

    cli_write_tasks(cli, "tasks.jsonl", 130000);
    out = runs_end(cli_start(cli, NULL, "run", "--ordered", "tasks.jsonl", NULL), 0, "130000 done");
    runs_expect_results(out, 130000, true);
    free(out);
}

/* Paths longer than a socket may have, and names that a URL or a line must escape. */
static void test_run__works_in_any_folder(void **state)
{
    static const char *const names[] = {"a b%20c=d", "line\nbreak", "\xc3\xa4\"'",
                                        ("a-rather-long-name-for-a-folder-that-makes-the-path-of-the-socket-"
                                         "longer-than-a-socket-address-can-hold")};
    struct cli *cli = *state;
    char runtime[PATH_MAX];
    const char *const env[] = {"SKEP_REDIS", runtime, NULL};

    snprintf(runtime, sizeof runtime, "XDG_RUNTIME_DIR=%s", cli->folder);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct cli inner = {.folder = test_path(cli->folder, names[i])};
        assert_int_equal(mkdir(inner.folder, 0700), 0);
        cli_write_tasks(&inner, "tasks of mine.jsonl", 3);
        cli_expect(cli_start(&inner, &(struct test_process_options){.env = env}, "run", "tasks of mine.jsonl",
                             "-o", "out of mine", NULL),
                   0, "", "3 done");
        runs_expect_entries(&inner, 2);
        free(inner.folder);
    }
    runs_expect_entries(cli, sizeof names / sizeof names[0]);
}

/* Different files run at once in one folder; the same file does not. */
static void test_run__runs_two_at_once(void **state)
{
    struct cli *cli = *state;
    struct test_process *first;
    char words[64];
    char *out;

    runs_write_naps(cli, "a.jsonl", 3, 0.5);
    cli_write_tasks(cli, "b.jsonl", 10);
    first = cli_start(cli, NULL, "run", "--slots", "1", "a.jsonl", NULL);
    runs_until_lines(first, 1);
    snprintf(words, sizeof words, "a.jsonl: it is being run by process %d ", (int)first->pid);
    cli_run(cli, 2, "", words, "run", "./a.jsonl");
    cli_run(cli, 2, "", words, "run", "--fresh", "a.jsonl");
    cli_run(cli, 0, NULL, "10 done", "run", "b.jsonl");
    out = runs_end(first, 0, "3 done");
    runs_expect_results(out, 3, false);
    free(out);
    runs_expect_entries(cli, 2);
}

/* --keep leaves the folder, with everything in it; another run of the file says so. */
static void test_run__keeps_its_folder(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "tasks.jsonl", 3);
    cli_run(cli, 0, NULL, "3 done", "run", "--keep", "--state", "kept", "tasks.jsonl");
    assert_true(runs_exists(cli, "kept/journal.jsonl"));
    assert_true(runs_exists(cli, "kept/worker.log"));
    assert_false(runs_exists(cli, ".skep"));
    cli_run(cli, 2, "", "3 of 3 done", "run", "--state", "kept", "tasks.jsonl");
    cli_run(cli, 0, "\"index\":2", "3 of them before", "run", "--state", "kept", "--resume", "tasks.jsonl");
    assert_false(runs_exists(cli, "kept"));
}

/* What is no plain file is written directly. */
static void test_run__writes_to_devices(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "tasks.jsonl", 3);
    cli_run(cli, 0, "", "3 done", "run", "-o", "/dev/null", "tasks.jsonl");
    cli_run(cli, 0, "\"index\":2", "3 done", "run", "-o", "-", "tasks.jsonl");
    runs_expect_entries(cli, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, runs_setup, runs_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run__gives_every_result),
        TEST(test_run__gives_results_in_order),
        TEST(test_run__reads_standard_input),
        TEST(test_run__reads_a_named_pipe),
        TEST(test_run__finds_data),
        TEST(test_run__tells_failures),
        TEST(test_run__runs_many),
        TEST(test_run__works_in_any_folder),
        TEST(test_run__runs_two_at_once),
        TEST(test_run__keeps_its_folder),
        TEST(test_run__writes_to_devices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
