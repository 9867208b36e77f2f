/* SPDX-License-Identifier: MIT */
/* skep resume te.npy: whatever ended a sweep, exactly what is missing is computed. */
#include <sys/stat.h>

#include "integration/interrupted.h"

/* A sweep of naps on two slots, in the background. */
static struct test_process *start_naps(struct cli *cli)
{
    return cli_start(cli, NULL, "sweep", "sleep", "--grid", INTERRUPTED_NAPS, "-o", "te.npy", "--slots", "2",
                     "--results", "first.jsonl", NULL);
}

/* ---- kills ---- */

/* Whoever dies with skep, in whatever order: the resumption computes the holes, each once, and nothing else.
 */
static void test_cli_resume__computes_exactly_the_holes_after_kill(void **state)
{
    static const char *const matrix[][3] = {
        {NULL}, {"redis-server", NULL}, {"skep-worker", NULL}, {"skep-worker", "redis-server", NULL}};
    struct cli *cli = *state;

    for (size_t i = 0; i < sizeof matrix / sizeof matrix[0]; i++) {
        struct test_process *process = start_naps(cli);
        char is_hole[N_NAPS], *holes;
        naps_until_done(cli, process, "te.npy", 20);
        for (const char *const *victim = matrix[i]; *victim != NULL; victim++) {
            naps_kill_child(process, *victim);
        }
        test_process_signal(process, SIGKILL);
        free(runs_end(process, 137, NULL));
        runs_expect_alone();
        holes = naps_holes(cli, "te.npy");
        assert_true(runs_number(holes, "missing") > 0);
        naps_mark_holes(holes, is_hole, N_NAPS);
        free(holes);
        cli_run(cli, 0, "", " before in ", "resume", "te.npy", "--slots", "2", "--results", "second.jsonl");
        naps_expect_computed(cli, "second.jsonl", is_hole, N_NAPS);
        naps_expect_complete(cli, "te.npy");
        runs_expect_alone();
        naps_discard(cli, "te.npy");
        naps_discard(cli, "te.npy.skep");
        naps_discard(cli, "first.jsonl");
        naps_discard(cli, "second.jsonl");
    }
}

/* A private server that dies takes nothing with it: another one gets what is missing, and the sweep goes on.
 */
static void test_cli_resume__survives_a_lost_server(void **state)
{
    struct cli *cli = *state;
    struct test_process *process = start_naps(cli);

    naps_until_done(cli, process, "te.npy", 20);
    naps_kill_child(process, "redis-server");
    naps_until_done(cli, process, "te.npy", 60);
    naps_kill_child(process, "redis-server");
    naps_kill_child(process, "skep-worker");
    free(runs_end(process, 0, "200 done, 0 failed"));
    naps_expect_complete(cli, "te.npy");
}

/* So is a worker replaced, and a slot by its worker; no task is to blame. */
static void test_cli_resume__survives_dead_workers(void **state)
{
    struct cli *cli = *state;
    struct test_process *process = start_naps(cli);

    naps_until_done(cli, process, "te.npy", 20);
    naps_kill_child(process, "skep-worker");
    naps_until_done(cli, process, "te.npy", 60);
    assert_int_equal(kill(naps_until_child(naps_until_child(process->pid, "skep-worker"), NULL), SIGKILL), 0);
    free(runs_end(process, 0, "200 done, 0 failed"));
    naps_expect_complete(cli, "te.npy");
}

/* ---- interruptions ---- */

/* Ctrl-C: what was done is kept, the words say how to go on, and that does the rest. */
static void test_cli_resume__goes_on_after_interruption(void **state)
{
    struct cli *cli = *state;
    struct test_process *process = start_naps(cli);
    char is_hole[N_NAPS], *holes;

    naps_until_done(cli, process, "te.npy", 20);
    test_process_signal(process, SIGINT);
    free(runs_end(process, 130, "done and kept; go on with: skep resume te.npy"));
    cli_run(cli, 1, ":", "; `skep resume` computes them", "holes", "te.npy");
    holes = naps_holes(cli, "te.npy");
    naps_mark_holes(holes, is_hole, N_NAPS);
    free(holes);
    cli_run(cli, 0, "", ": te.npy", "resume", "te.npy", "--results", "second.jsonl");
    naps_expect_computed(cli, "second.jsonl", is_hole, N_NAPS);
    naps_expect_complete(cli, "te.npy");
    cli_run(cli, 0, "", "te.npy: all 200 tasks are done", "resume", "te.npy");
    cli_run(cli, 0, "", "", "resume", "te.npy", "--quiet");
}

/* It need not be the same folder: the array knows under which one it was made. */
static void test_cli_resume__finds_folders(void **state)
{
    struct cli *cli = *state;
    char *path = test_path(cli->folder, "sub");

    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
    cli_run(cli, 0, "", "3 done", "sweep", "sleep", "--grid", "s=0:0.01:3", "-o", "deep/te.npy", "--output",
            "sub");
    cli_run(cli, 0, "", "all 3 tasks are done", "resume", "sub/deep/te.npy");
    cli_run(cli, 0, "", "all 3 tasks are done", "resume", "deep/te.npy", "--output", "sub");
    cli_run(cli, 2, "", "deep/", "resume", "deep/te.npy");
    naps_move(cli, "sub/deep/te.npy", "sub/deep/other.npy");
    naps_move(cli, "sub/deep/te.npy.skep", "sub/deep/other.npy.skep");
    cli_run(cli, 2, "", "was made as deep/te.npy: give --output", "resume", "sub/deep/other.npy");
}

/* ---- failures ---- */

/* Tasks that fail are told with their causes, written down, and tried again by a resumption. */
static void test_cli_resume__tries_failed_tasks_again(void **state)
{
    struct cli *cli = *state;
    char *text;

    cli_run(cli, 1, "", "kernel-final", "sweep", "fail", "how={how}", "times={t}", "--zip",
            "how=[\"final\",\"error\",\"final\"]", "--zip", "t=[0,0,9]", "--retries", "0", "-o", "te.npy",
            "--dtype", "i8");
    text = test_read_file(cli->folder, "te.npy.failed.jsonl", NULL);
    assert_int_equal(runs_count_lines(text), 1);
    assert_int_equal(runs_number(text, "index"), 2);
    assert_non_null(strstr(text, "\"cause\":\"kernel-final\""));
    assert_non_null(strstr(text, "\"how\":\"final\""));
    free(text);
    cli_run(cli, 1, "2:3\n", "1 of 3 tasks are missing", "holes", "te.npy");
    cli_run(cli, 1, "", "0 done, 1 failed, 2 before", "resume", "te.npy");
    cli_run(cli, 1, "", "is mended `skep resume` tries them again", "resume", "te.npy");
}

/* ---- refusals ---- */

/* Two terminals at once: the second one is told, and harms nothing. */
static void test_cli_resume__refuses_a_second_gatherer(void **state)
{
    struct cli *cli = *state;
    struct test_process *process = start_naps(cli);

    naps_until_done(cli, process, "te.npy", 20);
    cli_run(cli, 3, "", "te.npy", "resume", "te.npy");
    free(runs_end(process, 0, "200 done, 0 failed"));
    naps_expect_complete(cli, "te.npy");
}

/* A full disk ends it, with words; with room it goes on. */
static void test_cli_resume__goes_on_after_a_full_disk(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 3, "", "cannot write to /dev/full: No space left on device\nskep: ", "sweep", "sleep",
            "--grid", INTERRUPTED_NAPS, "-o", "te.npy", "--results", "/dev/full");
    cli_run(cli, 0, "", "0 failed", "resume", "te.npy");
    naps_expect_complete(cli, "te.npy");
}

/* An output that is deleted while it fills ends the sweep, with words. */
static void test_cli_resume__tells_that_an_output_is_gone(void **state)
{
    struct cli *cli = *state;
    struct test_process *process = start_naps(cli);

    naps_until_done(cli, process, "te.npy", 20);
    naps_discard(cli, "te.npy");
    free(runs_end(process, 3, "without te.npy it cannot go on: begin anew (skep sweep --force)"));
    cli_run(cli, 3, "", "te.npy: no such file", "resume", "te.npy");
}

/* An input that changed would give two kinds of numbers in one array. */
static void test_cli_resume__refuses_a_changed_input(void **state)
{
    struct cli *cli = *state;
    struct test_process *process;

    cli_run(cli, 0, NULL, NULL, "sweep", "sleep", "--grid", "s=0.01:0.02:5", "-o", "v.npy", "--quiet");
    cli_run(cli, 0, NULL, NULL, "sweep", "sleep", "--grid", "s=0.01:0.03:5", "-o", "w.npy", "--quiet");
    process =
        cli_start(cli, NULL, "sweep", "sleep", "--grid", "s=@v.npy", "--times", "200", "-o", "te.npy", NULL);
    naps_until_done(cli, process, "te.npy", 20);
    test_process_signal(process, SIGINT);
    free(runs_end(process, 130, "go on with"));
    naps_move(cli, "v.npy", "kept.npy");
    naps_move(cli, "w.npy", "v.npy");
    cli_run(cli, 2, "", "input-changed: v.npy is not what it was", "resume", "te.npy");
    naps_move(cli, "kept.npy", "v.npy");
    cli_run(cli, 0, "", ": te.npy", "resume", "te.npy");
}

/* A sidecar that is another array's, one that is damaged, none at all. */
static void test_cli_resume__refuses_strange_sidecars(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, NULL, NULL, "sweep", "sleep", "--grid", "s=0:0.01:5", "-o", "te.npy", "--quiet");
    cli_run(cli, 0, NULL, NULL, "sweep", "sleep", "--grid", "s=0:0.02:5", "-o", "other.npy", "--quiet");
    naps_move(cli, "te.npy.skep", "kept");
    cli_run(cli, 2, "", "--detach wants a server", "resume", "te.npy", "--detach");
    cli_run(cli, 2, "", "te.npy", "resume", "te.npy");
    cli_run(cli, 2, "", "te.npy", "holes", "te.npy");
    cli_run(cli, 2, "", "te.npy", "verify", "te.npy");
    naps_move(cli, "other.npy.skep", "te.npy.skep");
    cli_run(cli, 2, "", "te.npy was made as other.npy", "resume", "te.npy");
    test_write_file(cli->folder, "te.npy.skep", "skep, but not quite", 19);
    cli_run(cli, 2, "", "te.npy", "resume", "te.npy");
    cli_run(cli, 1, "", "te.npy", "verify", "te.npy");
    naps_move(cli, "kept", "te.npy.skep");
    cli_run(cli, 0, "", "all 5 tasks are done", "resume", "te.npy");
}

/* ---- beside it ---- */

/* What a disk or another program did to an array is found; so is what differs between two. */
static void test_cli_resume__verifies_and_compares(void **state)
{
    struct cli *cli = *state;
    size_t n;
    char *bytes;

    cli_run(cli, 0, NULL, NULL, "sweep", "sleep", "--grid", "s=0:0.01:5", "-o", "te.npy", "--quiet");
    bytes = test_read_file(cli->folder, "te.npy", &n);
    test_write_file(cli->folder, "copy.npy", bytes, n);
    cli_run(cli, 0, "", "all 5 elements are equal", "diff", "te.npy", "copy.npy");
    cli_run(cli, 0, "", "", "diff", "--quiet", "te.npy", "copy.npy");
    memcpy(bytes + n - 2 * sizeof(double), &(double){1.0}, sizeof(double));
    test_write_file(cli->folder, "te.npy", bytes, n);
    cli_run(cli, 1, "",
            "1 of 5 elements differ: the first is [3], 1 and 0.0080000000000000002; greatest "
            "difference 0.992, relative 0.992",
            "diff", "te.npy", "copy.npy");
    cli_run(cli, 0, "", "all 3 elements are equal", "diff", "te.npy[:3]", "copy.npy[:3]");
    cli_run(cli, 1, "", "the shapes differ: te.npy is (5,), copy.npy[:3] is (3,)", "diff", "te.npy",
            "copy.npy[:3]");
    cli_run(cli, 1, "",
            "1 of the 5 tasks that are done do not have the checksum they had when they were "
            "computed: index 3\n",
            "verify", "te.npy");
    cli_run(cli, 2, "", "none.npy", "diff", "te.npy", "none.npy");
    cli_run(cli, 2, "", "which two arrays?", "diff", "te.npy");
    cli_run(cli, 2, "", "which array?", "verify");
    cli_run(cli, 2, "", "of which array?", "holes");
    free(bytes);
}

/* A value that a sweep with --reduce has given is given again. */
static void test_cli_resume__prints_the_value_again(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "0.05\n", "5 done, 0 failed", "sweep", "sleep", "--grid", "s=0:0.02:5", "-o", "te.npy",
            "--reduce", "sum");
    cli_run(cli, 0, "0.05\n", "all 5 tasks are done", "resume", "te.npy");
    cli_run(cli, 1, "", "there is no sum, because 1 task is missing", "sweep", "fail", "how=final", "--zip",
            "times=0,9", "--retries", "0", "-o", "bad.npy", "--reduce", "sum");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cli_resume__computes_exactly_the_holes_after_kill, runs_setup,
                                        runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__survives_a_lost_server, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__survives_dead_workers, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__goes_on_after_interruption, runs_setup,
                                        runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__finds_folders, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__tries_failed_tasks_again, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__refuses_a_second_gatherer, runs_setup,
                                        runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__goes_on_after_a_full_disk, runs_setup,
                                        runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__tells_that_an_output_is_gone, runs_setup,
                                        runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__refuses_a_changed_input, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__refuses_strange_sidecars, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__verifies_and_compares, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_resume__prints_the_value_again, runs_setup, runs_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
