/* SPDX-License-Identifier: MIT */
/* skep run: kill -9 of anything, full disks, a server that loses what it had. Nothing is lost, nothing
 * doubled. */
#include "integration/runs.h"

enum { N_NAPS = 60 };

struct running {
    struct test_process *process;
    const char *program;
    const char *title; /* NULL: any */
    pid_t pid;
};

static bool has_title(pid_t pid, const char *title)
{
    char path[64], text[512] = "";
    FILE *file;
    bool has = false;

    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    file = fopen(path, "r");
    if (file != NULL) {
        size_t n = fread(text, 1, sizeof text - 1, file);
        text[n] = '\0';
        has = strstr(text, title) != NULL;
        fclose(file);
    }
    return has;
}

static bool is_running(void *context)
{
    struct running *wanted = context;

    wanted->pid = runs_find_child(wanted->process->pid, wanted->program);
    return (wanted->pid != 0 && (wanted->title == NULL || has_title(wanted->pid, wanted->title))) ||
           test_process_is_over(wanted->process);
}

/* The process id of a child of PROCESS, once there is one. */
static pid_t until_child(struct test_process *process, const char *program)
{
    struct running wanted = {.process = process, .program = program};

    assert_true(test_until(is_running, &wanted, CLI_MS));
    assert_true(wanted.pid > 0);
    return wanted.pid;
}

static bool has_sleeping_slot(void *context)
{
    struct test_process *process = context;
    pid_t worker = runs_find_child(process->pid, "skep-worker");
    pid_t slot = worker != 0 ? runs_find_child(worker, NULL) : 0;

    return slot != 0 && has_title(slot, " sleep ");
}

/* A victim dies in the middle; the run itself may survive it. */
static struct test_process *begin_and_kill(struct cli *cli, const char *const *victims)
{
    struct test_process *process;

    runs_write_naps(cli, "tasks.jsonl", N_NAPS, 0.05);
    process = cli_start(cli, NULL, "run", "--slots", "2", "tasks.jsonl", NULL);
    runs_until_lines(process, 5);
    for (; *victims != NULL; victims++) {
        if (strcmp(*victims, "skep") == 0) {
            test_process_signal(process, SIGKILL);
        } else {
            assert_int_equal(kill(until_child(process, *victims), SIGKILL), 0);
        }
    }
    return process;
}

/* ---- deaths that the run survives ---- */

/* The server and the worker are started again; nobody waits and no task is to blame. */
static void test_run__survives_deaths(void **state)
{
    static const char *const matrix[][3] = {
        {"redis-server", NULL}, {"skep-worker", NULL}, {"redis-server", "skep-worker", NULL}};
    struct cli *cli = *state;

    for (size_t i = 0; i < sizeof matrix / sizeof matrix[0]; i++) {
        char *out = runs_end(begin_and_kill(cli, matrix[i]), 0, "60 done, 0 failed");
        runs_expect_results(out, N_NAPS, false);
        free(out);
        runs_expect_entries(cli, 1);
        runs_expect_alone();
    }
}

/* A server that cannot live ends the run, which can still be resumed. */
static void test_run__gives_up_on_a_server_that_keeps_dying(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;

    cli_write(cli, "tasks.jsonl", "{\"kernel\":\"echo\"}\n{\"kernel\":\"sleep\",\"args\":{\"s\":100}}\n");
    process = cli_start(cli, NULL, "run", "--slots", "1", "tasks.jsonl", NULL);
    runs_until_lines(process, 1);
    while (!test_process_is_over(process)) {
        struct running wanted = {.process = process, .program = "redis-server"};
        assert_true(test_until(is_running, &wanted, CLI_MS));
        if (wanted.pid > 0) {
            kill(wanted.pid, SIGKILL);
        }
    }
    free(runs_end(process, 3, "go on with: skep run --resume tasks.jsonl"));
    cli_run(cli, 2, "", "1 of 2 done", "run", "tasks.jsonl");
}

/* ---- deaths of the run ---- */

/* Whoever dies with skep: its processes are gone, and the resumption computes what is missing. */
static void test_run__resumes_after_kill(void **state)
{
    static const char *const matrix[][4] = {{"skep", NULL},
                                            {"redis-server", "skep", NULL},
                                            {"skep-worker", "skep", NULL},
                                            {"skep-worker", "redis-server", "skep", NULL}};
    struct cli *cli = *state;

    for (size_t i = 0; i < sizeof matrix / sizeof matrix[0]; i++) {
        struct test_process *process = begin_and_kill(cli, matrix[i]);
        char *before = runs_end(process, 137, NULL);
        char *after =
            runs_end(cli_start(cli, NULL, "run", "--resume", "tasks.jsonl", NULL), 0, "60 done, 0 failed");
        runs_expect_results(after, N_NAPS, false);
        runs_expect_kept(before, after);
        runs_expect_entries(cli, 1);
        runs_expect_alone();
        free(before);
        free(after);
    }
}

/* Nobody of a killed run lives on. */
static void test_run__leaves_no_orphans(void **state)
{
    static const char *const victims[] = {"skep", NULL};
    struct cli *cli = *state;

    free(runs_end(begin_and_kill(cli, victims), 137, NULL));
    runs_expect_alone();
}

/* However often the run is killed while it runs a task, the task is not to blame. The server dies first, so
 * that no slot can give anything back. */
static void test_run__blames_no_task_for_its_own_death(void **state)
{
    struct cli *cli = *state;

    cli_write(cli, "tasks.jsonl", "{\"kernel\":\"sleep\",\"args\":{\"s\":1.5}}\n");
    for (int i = 0; i < 4; i++) {
        struct test_process *process =
            cli_start(cli, NULL, "run", "--slots", "1", i == 0 ? "tasks.jsonl" : "--resume", NULL);
        assert_true(test_until(has_sleeping_slot, process, CLI_MS));
        test_process_signal(process, SIGSTOP);
        assert_int_equal(kill(until_child(process, "redis-server"), SIGKILL), 0);
        test_process_signal(process, SIGKILL);
        free(runs_end(process, 137, NULL));
    }
    cli_run(cli, 0, "\"attempt\":1,", "1 done, 0 failed", "run", "--resume");
}

/* A task that kills its slot is to blame: a result says so, and the others are not harmed. */
static void test_run__blames_a_task_that_crashes(void **state)
{
    struct cli *cli = *state;
    char *out;

    cli_write(
        cli, "tasks.jsonl",
        "{\"kernel\":\"echo\"}\n{\"kernel\":\"fail\",\"args\":{\"how\":\"segv\"}}\n{\"kernel\":\"echo\"}\n");
    out = runs_end(cli_start(cli, NULL, "run", "--slots", "1", "tasks.jsonl", NULL), 1,
                   "  1 x crash, first at index 1: ");
    runs_expect_results(out, 3, false);
    free(out);
}

/* ---- disks ---- */

/* No room for the output: told, and the results are not lost. */
static void test_run__keeps_results_when_the_output_is_full(void **state)
{
    struct cli *cli = *state;

    cli_write_tasks(cli, "tasks.jsonl", 20);
    cli_run(cli, 3, "", "cannot write to /dev/full: No space left on device", "run", "-o", "/dev/full",
            "tasks.jsonl");
    cli_run(cli, 0, NULL, "20 done", "run", "--resume", "-o", "-");
    runs_expect_entries(cli, 1);
}

/* No room for anything: the server's file and the journal cannot grow. With room again it goes on. */
static void test_run__goes_on_when_there_is_room_again(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;
    char *out;

    cli_write_tasks(cli, "tasks.jsonl", 2000);
    process = cli_start(cli, &(struct test_process_options){.file_size_max = 300000}, "run", "-o",
                        "out.jsonl", "tasks.jsonl", NULL);
    free(runs_end(process, 3, "go on with: skep run --resume tasks.jsonl"));
    assert_false(runs_exists(cli, "out.jsonl"));
    cli_run(cli, 0, "", "2000 done", "run", "--resume");
    out = test_read_file(cli->folder, "out.jsonl", NULL);
    runs_expect_results(out, 2000, false);
    free(out);
    runs_expect_entries(cli, 2);
}

/* Whoever reads the results goes away: the run stops and can be resumed. */
static void test_run__stops_when_its_reader_goes(void **state)
{
    static const char command[] = SKEP_BUILD_DIR "/skep run tasks.jsonl | head -c 100 >/dev/null; "
                                                 "exit ${PIPESTATUS[0]}";
    static const char *const args[] = {"bash", "-c", command, NULL};
    struct cli *cli = *state;
    struct test_process *process;

    cli_write_tasks(cli, "tasks.jsonl", 20000);
    process = test_process_start(&(struct test_process_options){.args = args, .folder = cli->folder});
    free(runs_end(process, 3, "cannot write to standard output: Broken pipe"));
    cli_run(cli, 0, "", "20000 done", "run", "--resume", "-o", "out.jsonl");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, runs_setup, runs_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run__survives_deaths),
        TEST(test_run__gives_up_on_a_server_that_keeps_dying),
        TEST(test_run__resumes_after_kill),
        TEST(test_run__leaves_no_orphans),
        TEST(test_run__blames_no_task_for_its_own_death),
        TEST(test_run__blames_a_task_that_crashes),
        TEST(test_run__keeps_results_when_the_output_is_full),
        TEST(test_run__goes_on_when_there_is_room_again),
        TEST(test_run__stops_when_its_reader_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
