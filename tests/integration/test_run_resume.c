/* SPDX-License-Identifier: MIT */
/* skep run: interrupted and resumed. What was computed is not computed again, and nothing is there twice. */
#include "integration/runs.h"

/* Naps of 50 ms: two slots need 7.5 s for them, so that a slow machine's interruption still comes in time;
 * the resumption has more slots (MANY_SLOTS). */
#define NAPS       300
#define ALL_DONE   "300 done"
#define MANY_SLOTS "8"

/* Start the naps and interrupt them with SIGNAL once some are done. What was printed; free() it. */
static char *interrupt(struct cli *cli, int signal, const char *words)
{
    struct test_process *process;

    runs_write_naps(cli, "tasks.jsonl", NAPS, 0.05);
    process = cli_start(cli, NULL, "run", "--slots", "2", "tasks.jsonl", NULL);
    runs_until_lines(process, 2);
    test_process_signal(process, signal);
    return runs_end(process, 128 + signal, words);
}

static bool has_state(void *context)
{
    return runs_exists(context, ".skep/run-stdin/tasks.jsonl");
}

/* ---- works ---- */

/* Ctrl-C: what runs is finished, the rest waits for --resume, which computes exactly the missing tasks. */
static void test_run__resumes_after_ctrl_c(void **state)
{
    struct cli *cli = *state;
    char *before = interrupt(cli, SIGINT, "go on with: skep run --resume tasks.jsonl\n");
    char words[64];
    char *after;

    runs_expect_alone();
    assert_true(runs_count_lines(before) < NAPS);
    snprintf(words, sizeof words, "%d of 300 done\n", runs_count_lines(before));
    cli_run(cli, 2, "", words, "run", "tasks.jsonl");
    cli_run(cli, 2, "", "  skep run --resume tasks.jsonl   goes on with it\n", "run", "tasks.jsonl");
    snprintf(words, sizeof words, ", %d of them before)", runs_count_lines(before));
    after = runs_end(cli_start(cli, NULL, "run", "--resume", "--slots", MANY_SLOTS, "tasks.jsonl", NULL), 0,
                     words);
    runs_expect_results(after, NAPS, false);
    runs_expect_kept(before, after);
    runs_expect_entries(cli, 1);
    free(before);
    free(after);
}

/* SIGTERM does the same, and --resume alone finds the only interrupted run; its options are those of the
 * start. */
static void test_run__resumes_as_it_was_begun(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;
    char *part, *whole;

    runs_write_naps(cli, "my tasks.jsonl", NAPS, 0.05);
    process = cli_start(cli, NULL, "run", "--slots", "2", "--ordered", "-o", "out.jsonl", "--array", "s.npy",
                        "--shape", "30,10", "my tasks.jsonl", NULL);
    runs_until_file(cli, process, "out.jsonl.part", 2);
    test_process_signal(process, SIGTERM);
    free(runs_end(process, 143, "go on with: skep run --resume 'my tasks.jsonl'\n"));
    part = test_read_file(cli->folder, "out.jsonl.part", NULL);
    assert_false(runs_exists(cli, "out.jsonl"));
    cli_run(cli, 0, "", ALL_DONE, "run", "--resume", "--slots", MANY_SLOTS);
    whole = test_read_file(cli->folder, "out.jsonl", NULL);
    runs_expect_results(whole, NAPS, true);
    assert_memory_equal(part, whole, strlen(part));
    assert_true(runs_exists(cli, "s.npy"));
    runs_expect_entries(cli, 3);
    free(part);
    free(whole);
}

/* What came from a pipe is kept for the resumption. */
static void test_run__resumes_standard_input(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;
    char *tasks, *before, *after;
    size_t n;

    runs_write_naps(cli, "tasks.jsonl", NAPS, 0.05);
    tasks = test_read_file(cli->folder, "tasks.jsonl", &n);
    process = cli_start(cli, &(struct test_process_options){.input = tasks, .input_n = n}, "run", "--slots",
                        "2", NULL);
    runs_until_lines(process, 1);
    test_process_signal(process, SIGINT);
    before = runs_end(process, 130, "go on with: skep run --resume -\n");
    after = runs_end(cli_start(cli, NULL, "run", "--resume", "--slots", MANY_SLOTS, "-", NULL), 0, ALL_DONE);
    runs_expect_results(after, NAPS, false);
    runs_expect_kept(before, after);
    runs_expect_entries(cli, 1);
    free(tasks);
    free(before);
    free(after);
}

/* Ctrl-C before anything was run leaves nothing. */
static void test_run__stops_before_it_begins(void **state)
{
    struct cli *cli = *state;
    struct test_process *process =
        cli_start(cli, &(struct test_process_options){.has_input_pipe = true}, "run", "-", NULL);

    assert_true(test_until(has_state, cli, CLI_MS));
    test_process_signal(process, SIGINT);
    cli_expect(process, 130, "", "interrupted: nothing was run");
    runs_expect_entries(cli, 0);
}

/* A second Ctrl-C does not wait for what runs; it is given back and runs again. */
static void test_run__stops_at_once_when_asked_twice(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;
    int64_t began_ms;

    cli_write(cli, "tasks.jsonl",
              "{\"kernel\":\"echo\"}\n{\"kernel\":\"sleep\",\"args\":{\"s\":1000}}\n{\"kernel\":\"echo\"}\n");
    process = cli_start(cli, NULL, "run", "--slots", "1", "tasks.jsonl", NULL);
    runs_until_lines(process, 1);
    began_ms = test_now_ms();
    test_process_signal(process, SIGINT);
    cli_until(process, "stopping: what runs may finish; once more stops at once");
    test_process_signal(process, SIGINT);
    free(runs_end(process, 130, "interrupted: 1 of 3 done"));
    assert_true(test_now_ms() - began_ms < 20000);
    cli_run(cli, 2, "", "1 of 3 done", "run", "tasks.jsonl");
}

/* --fresh forgets what was done. */
static void test_run__starts_over(void **state)
{
    struct cli *cli = *state;
    char *before = interrupt(cli, SIGINT, NULL);
    char *after;

    before[strcspn(before, "\n")] = '\0';
    after = runs_end(cli_start(cli, NULL, "run", "--fresh", "--slots", MANY_SLOTS, "tasks.jsonl", NULL), 0,
                     ALL_DONE ", 0 failed");
    runs_expect_results(after, NAPS, false);
    assert_null(strstr(after, before));
    runs_expect_entries(cli, 1);
    free(before);
    free(after);
}

/* A torn last line of the journal is cut off, and its task computed. */
static void test_run__mends_its_journal(void **state)
{
    struct cli *cli = *state;
    char *before = interrupt(cli, SIGINT, NULL);
    char *folder = runs_state(cli);
    char *journal = test_path(folder, "journal.jsonl");
    FILE *file = fopen(journal, "a");
    char *after;

    assert_non_null(file);
    assert_true(fputs("{\"id\":\"torn\",\"index\":2", file) >= 0);
    assert_int_equal(fclose(file), 0);
    after = runs_end(cli_start(cli, NULL, "run", "--resume", "--slots", MANY_SLOTS, NULL), 0, ALL_DONE);
    runs_expect_results(after, NAPS, false);
    runs_expect_kept(before, after);
    free(after);
    free(before);
    free(journal);
    free(folder);
}

/* The server's files are gone, as after a disk's failure: the results are in the journal, the rest is put
 * again. */
static void test_run__survives_the_loss_of_its_server(void **state)
{
    struct cli *cli = *state;
    char *before = interrupt(cli, SIGINT, NULL);
    char *folder = runs_state(cli);
    char *after;

    test_remove_folder(test_path(folder, "redis"));
    after = runs_end(cli_start(cli, NULL, "run", "--resume", "--slots", MANY_SLOTS, NULL), 0, ALL_DONE);
    runs_expect_results(after, NAPS, false);
    runs_expect_kept(before, after);
    free(after);
    free(before);
    free(folder);
}

/* ---- refuses ---- */

/* Another file under the same name is not resumed; the results of the old one stay where they are. */
static void test_run__refuses_another_file(void **state)
{
    struct cli *cli = *state;
    char *before = interrupt(cli, SIGINT, NULL);
    char words[64];

    runs_write_naps(cli, "tasks.jsonl", NAPS, 0.06);
    cli_run(cli, 2, "", "tasks.jsonl is not what it was when this run began", "run", "--resume",
            "tasks.jsonl");
    cli_write(cli, "tasks.jsonl", "x\n");
    cli_run(cli, 2, "", "tasks.jsonl:1: ", "run", "--fresh", "tasks.jsonl");
    snprintf(words, sizeof words, "%d of 300 done", runs_count_lines(before));
    cli_run(cli, 2, "", words, "run", "tasks.jsonl");
    free(before);
}

/* --resume alone, with two to choose from, lists them. */
static void test_run__refuses_to_guess(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;

    free(interrupt(cli, SIGINT, NULL));
    runs_write_naps(cli, "more.jsonl", 2000, 0.05);
    process = cli_start(cli, NULL, "run", "--slots", "1", "more.jsonl", NULL);
    runs_until_lines(process, 1);
    cli_run(cli, 0, "", ALL_DONE, "run", "--resume", "--slots", MANY_SLOTS, "-o",
            "/dev/null"); /* one runs: the other one is meant */
    test_process_signal(process, SIGINT);
    free(runs_end(process, 130, NULL));
    free(interrupt(cli, SIGINT, NULL));
    cli_run(cli, 2, "", "which run is to be resumed?", "run", "--resume");
    cli_run(cli, 2, "", "done: skep run --resume --state .skep/run-more-", "run", "--resume");
    cli_run(cli, 0, NULL, ALL_DONE, "run", "--resume", "--slots", MANY_SLOTS, "tasks.jsonl");
    assert_true(runs_exists(cli, ".skep"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, runs_setup, runs_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run__resumes_after_ctrl_c),
        TEST(test_run__resumes_as_it_was_begun),
        TEST(test_run__resumes_standard_input),
        TEST(test_run__stops_before_it_begins),
        TEST(test_run__stops_at_once_when_asked_twice),
        TEST(test_run__starts_over),
        TEST(test_run__mends_its_journal),
        TEST(test_run__survives_the_loss_of_its_server),
        TEST(test_run__refuses_another_file),
        TEST(test_run__refuses_to_guess),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
