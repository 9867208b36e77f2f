/* SPDX-License-Identifier: MIT */
/* skep bench: how long a kernel takes here, and what skep itself costs. */
#include <dirent.h>
#include <signal.h>

#include "kernel/kernel.h"
#include "sweeps.h"

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

/* Run `skep bench ARGS...` for a moment, with the folder for temporary files. */
#define bench(cli, exit_code, out, err, ...)                                                                 \
    cli_expect(cli_start(cli,                                                                                \
                         &(struct test_process_options){.env = (const char *const[]){"TMPDIR=.", NULL}},     \
                         "bench", "--seconds", "0.01", __VA_ARGS__, NULL),                                   \
               exit_code, out, err)

static int count_files(struct cli *cli)
{
    DIR *dir = opendir(cli->folder);
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        n++;
    }
    closedir(dir);
    return n - 2;
}

/* ---- works ---- */

/* Without arguments a kernel runs its own example, and every kernel has one that runs. */
static void test_cli_bench__all_kernels(void **state)
{
    for (size_t i = 0; i < skep_kernel_count(); i++) {
        const char *name = skep_kernel_at(i)->name;
        char words[64];
        snprintf(words, sizeof words, "{\"kernel\":\"%s\",\"version\":", name);
        bench(*state, 0, words, "", name, "--json", "--fast");
    }
}

/* Each variant has a line, and whether they agree is said. */
static void test_cli_bench__variants(void **state)
{
    struct cli *cli = *state;

    bench(cli, 0, "te_box: one core, ", "", "te_box");
    bench(cli, 0, "\nfast ", "", "te_box");
    bench(cli, 0, "\nreference ", "", "te_box");
    bench(cli, 0, "\nfast and reference give the same numbers\n", "", "te_box");
    bench(cli, 0, "\n64 at once ", "", "star_rk4");
    bench(cli, 0, "\nskep cost says ", "", "pi_mc");
}

/* Arguments may be arrays that are made for it, of any shape, and they are gone when it is over: 1000 and 64
 * times 5 doubles are 8000 and 2560 bytes, and a number more is the value. */
static void test_cli_bench__makes_arrays(void **state)
{
    struct cli *cli = *state;

    bench(cli, 0, "\"data_bytes\":16000.0,", "", "dot", "x=random[1000]", "y=normal[1000]", "--json");
    bench(cli, 0, "\"data_bytes\":2600.0,", "", "sum", "x=normal[64,5]", "axis=0", "--json");
    assert_int_equal(count_files(cli), 0);
    bench(cli, 2, "", "want one length", "dot", "x=random[1000]", "y=random[10]");
    assert_int_equal(count_files(cli), 0);
}

/* Or files of one's own, where -d says. */
static void test_cli_bench__takes_files(void **state)
{
    struct cli *cli = *state;
    const int64_t shape[] = {50, 4};

    sweeps_write(cli, "a.npy", 2, shape);
    bench(cli, 0, "\"data_bytes\":400.0,", "", "sum", "x=a.npy[:,0]", "--json");
    bench(cli, 0, "\"data_bytes\":96.0,", "", "sum", "-d", GOLDEN, "x=f8-little.npy", "--json");
}

/* What skep itself costs is told, whatever it is. */
static void test_cli_bench__self(void **state)
{
    struct test_process *process = cli_start(*state, NULL, "bench", "--self", "--json", NULL);
    int exit_code = test_process_wait(process, CLI_MS);
    char *out = test_process_out(process, NULL);
    char *err = test_process_err(process);
    double server_us, worker_us;

    /* 1: more than 1 %, as on a loaded machine or under a sanitizer. */
    assert_in_range(exit_code, 0, 1);
    if (sscanf(out, "{\"task_s\":0.01,\"tasks\":500,\"server_us\":%lf,\"worker_us\":%lf", &server_us,
               &worker_us) != 2) {
        fail_msg("exit %d\n%s%s", exit_code, out, err);
    }
    assert_true(server_us > 1 && server_us < 10000);
    assert_true(worker_us > 1 && worker_us < 10000);
    free(out);
    free(err);
    test_process_free(process);
}

/* ---- refuses ---- */

/* What cannot be called is said as elsewhere. */
static void test_cli_bench__refuses(void **state)
{
    struct cli *cli = *state;

    bench(cli, 2, "", "which kernel?", "-d", ".");
    bench(cli, 2, "", "no kernel \"te_bx\": did you mean \"te_box\"?", "te_bx");
    bench(cli, 2, "", "unknown argument \"q\"", "te_box", "q=3");
    bench(cli, 2, "", "argument \"x\": nope.npy: no such file", "sum", "x=nope.npy");
    bench(cli, 2, "", "given twice", "sum", "x=[1]", "x=[2]");
    bench(cli, 2, "", "lengths must stand here", "sum", "x=random[abc]");
    bench(cli, 2, "", "lengths must stand here", "sum", "x=random[]");
    bench(cli, 2, "", "lengths must stand here", "sum", "x=normal[3");
    bench(cli, 2, "", "lengths must stand here", "sum", "x=normal[1000000,1000000]");
    bench(cli, 2, "", "lengths must stand here", "sum", "x=normal[-1]");
    bench(cli, 2, "", NULL, "sum", "x");
    assert_int_equal(count_files(cli), 0);
}

/* ---- breaks ---- */

/* Ctrl-C ends it within a call, here one that says that it runs. */
static void test_cli_bench__is_interrupted(void **state)
{
    struct test_process *process =
        cli_start(*state, NULL, "bench", "sleep", "s=1000", "stdout=\"begun\"", "times=100000", NULL);

    cli_until(process, "begun");
    test_process_signal(process, SIGINT);
    cli_expect(process, 130, NULL, "told to stop");
}

/* A call that takes too long is given up: the reference is left out. */
static void test_cli_bench__is_patient_for_a_while(void **state)
{
    bench(*state, 0, "the reference takes too long for these arguments\n", "", "prime_count");
}

/* A kernel that fails has failed, and one that needs more memory than a task may have does not begin. */
static void test_cli_bench__failures(void **state)
{
    struct cli *cli = *state;

    bench(cli, 1, "", "failed as asked", "fail", "how=error", "times=100");
    bench(cli, 3, "", "needs 7.6 MiB", "random", "shape=[1000000]", "--memory", "1M");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_bench__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_kernels), TEST(variants),       TEST(makes_arrays),           TEST(takes_files), TEST(self),
        TEST(refuses),     TEST(is_interrupted), TEST(is_patient_for_a_while), TEST(failures),
    };

    return cmocka_run_group_tests_name("skep bench", tests, NULL, NULL);
}
