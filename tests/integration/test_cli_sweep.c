/* SPDX-License-Identifier: MIT */
/* skep sweep, the real program: what it computes is what plain tasks compute, and what it refuses it refuses
 * before it makes a file. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sweeps.h"

#define TE "te_box", "x=eeg.npy[:,{i}]", "y=eeg.npy[:,{j}]"

static void write_line(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void write_line(FILE *file, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    fputc('\n', file);
}

static FILE *open_tasks(struct cli *cli)
{
    char *path = test_path(cli->folder, "tasks.jsonl");
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    free(path);
    return file;
}

/* The values of the plain tasks that were written, in their order. */
static struct sweeps_array run_tasks(struct cli *cli, FILE *file)
{
    assert_int_equal(fclose(file), 0);
    cli_run(cli, 0, NULL, NULL, "run", "tasks.jsonl", "--array", "plain.npy", "--fresh");
    return sweeps_load(cli, "plain.npy");
}

struct threads {
    struct test_process *process;
    int n;
};

static bool has_threads(void *context)
{
    struct threads *wait = context;
    char path[64];
    DIR *dir;
    int n = -2; /* . and .. */

    snprintf(path, sizeof path, "/proc/%d/task", (int)wait->process->pid);
    dir = opendir(path);
    while (dir != NULL && readdir(dir) != NULL) {
        n++;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return n >= wait->n;
}

static void cli_until_threads(struct test_process *process, int n)
{
    struct threads wait = {process, n};

    assert_true(test_until(has_threads, &wait, CLI_MS));
}

/* ---- works: the three sweeps of the documentation, in small ---- */

/* Pairs and a grid: every place of the array holds what the plain task computes, the diagonal NaN. */
static void test_cli_sweep__pairs_and_a_grid(void **state)
{
    struct cli *cli = *state;
    FILE *file = open_tasks(cli);
    struct sweeps_array plain, swept;
    int at = 0;

    sweeps_write(cli, "eeg.npy", 2, (const int64_t[]){200, 3});
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            for (int r = 0; i != j && r < 2; r++) {
                write_line(file,
                           "{\"kernel\":\"te_box\",\"args\":{\"x\":\"eeg.npy[:,%d]\",\"y\":\"eeg.npy[:,%d]\","
                           "\"r\":%s}}",
                           i, j, r == 0 ? "0.25" : "0.5");
            }
        }
    }
    plain = run_tasks(cli, file);
    cli_run(cli, 0, "", "12 done", "sweep", TE, "--pairs", "i,j=3", "--grid", "r=0.25:0.5:2", "--out",
            "te.npy[{i},{j},{r}]");
    swept = sweeps_load(cli, "te.npy");
    sweeps_expect_shape(&swept, SKEP_F8, 3, (const int64_t[]){3, 3, 2});
    for (int k = 0; k < 18; k++) {
        bool is_diagonal = k / 6 == k / 2 % 3;
        assert_true(is_diagonal ? isnan(swept.elements[k]) : swept.elements[k] == plain.elements[at]);
        at += !is_diagonal;
    }
    assert_int_equal(at, 12);
    sweeps_unload(&plain);
    sweeps_unload(&swept);
}

/* Values of a vector, a constant, a seed: the random numbers of task i are those of the plain task i. */
static void test_cli_sweep__a_vector_and_a_seed(void **state)
{
    struct cli *cli = *state;
    const double lambda[] = {sin(0), sin(1), sin(2)};
    FILE *file = open_tasks(cli);
    struct sweeps_array plain, swept;

    sweeps_write(cli, "lambda.npy", 1, (const int64_t[]){3});
    for (int i = 0; i < 3; i++) {
        write_line(file, "{\"kernel\":\"star_te\",\"args\":{\"lambda\":%.17g,\"noise\":0.1},\"seed\":7}",
                   lambda[i]);
    }
    plain = run_tasks(cli, file);
    cli_run(cli, 0, "", "3 done", "sweep", "star_te", "--grid", "lambda=@lambda.npy", "--const", "noise=0.1",
            "--seed", "7", "--out", "te.npy[{lambda}]", "--slots", "2");
    swept = sweeps_load(cli, "te.npy");
    assert_int_equal(swept.header.shape[0], 3);
    assert_int_equal(swept.header.data_bytes, plain.header.data_bytes);
    assert_memory_equal(swept.elements, plain.elements, swept.header.data_bytes);
    sweeps_unload(&plain);
    sweeps_unload(&swept);
}

/* A split and a sum: no array is named, none stays, and the value is that of all plain tasks together. */
static void test_cli_sweep__a_split_and_a_sum(void **state)
{
    struct cli *cli = *state;
    FILE *file = open_tasks(cli);
    struct sweeps_array plain;
    int64_t sum = 0;
    char words[32];

    for (int i = 0; i < 10; i++) {
        write_line(file, "{\"kernel\":\"pi_mc\",\"args\":{\"samples\":%d},\"seed\":1}", i < 7 ? 1000 : 1001);
    }
    plain = run_tasks(cli, file);
    assert_int_equal(plain.header.dtype, SKEP_I8);
    for (int i = 0; i < 10; i++) {
        sum += ((const int64_t *)(const void *)plain.elements)[i];
    }
    sweeps_unload(&plain);
    snprintf(words, sizeof words, "%" PRId64 "\n", sum);
    cli_run(cli, 0, words, "10 done", "sweep", "pi_mc", "--split", "n=1.0003e4:10", "--seed", "1", "--reduce",
            "sum");
    runs_expect_entries(cli, 2); /* the tasks, and what `skep run` made of them */
}

/* What a killed sweep left of its values is removed by the next one, but not what somebody may just be
 * making. */
static void test_cli_sweep__removes_what_killed_ones_left(void **state)
{
    static const struct timespec long_ago[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    struct cli *cli = *state;
    char *parent = test_path(cli->folder, ".skep");
    char *dead = test_path(parent, "sweep-killed"), *young = test_path(parent, "sweep-young");

    assert_int_equal(mkdir(parent, 0777) | mkdir(dead, 0777) | mkdir(young, 0777), 0);
    test_write_file(dead, "value.npy", "x", 1);
    test_write_file(dead, "value.npy.skep", "x", 1);
    assert_int_equal(utimensat(AT_FDCWD, dead, long_ago, 0), 0);
    cli_run(cli, 0, "2\n", "2 done", "sweep", "sum", "x=[{a}]", "--grid", "a=1,1", "--reduce", "sum");
    assert_int_equal(access(dead, F_OK), -1);
    assert_int_equal(rmdir(young), 0);
    assert_int_equal(rmdir(parent), 0); /* nothing else is in it */
    free(young);
    free(dead);
    free(parent);
}

/* Without a word on where the values go they are result lines. */
static void test_cli_sweep__result_lines(void **state)
{
    struct cli *cli = *state;
    char *text = runs_end(cli_start(cli, NULL, "sweep", "echo", "--grid", "n=5,6,7", "--times", "2", NULL), 0,
                          "6 done");

    runs_expect_results(text, 6, false);
    assert_non_null(strstr(text, "\"value\":{\"n\":7}"));
    free(text);
    runs_expect_entries(cli, 0);
}

/* Each generator, as the tasks of a dry run show it: in np.unravel_index's order, and nothing is written. */
static void test_cli_sweep__generators(void **state)
{
    static const struct {
        const char *option, *text;
        const char *first, *last; /* the arguments of the first and the last task */
    } cases[] = {
        {"--grid", "a=1,x", NULL, NULL},
        {"--grid", "a=1,2,3", "{\"a\":1}", "{\"a\":3}"},
        {"--grid", "a=0:1:3", "{\"a\":0.0}", "{\"a\":1.0}"},
        {"--grid", "a=@eeg.npy[:,0]", "{\"a\":0.0}", NULL},
        {"--zip", "a=x,y", "{\"a\":\"x\"}", "{\"a\":\"y\"}"},
        {"--ranges", "a,b=0:10:3", "{\"a\":0,\"b\":3}", "{\"a\":6,\"b\":10}"},
        {"--ranges", "a,b=0:10/4", "{\"a\":0,\"b\":4}", "{\"a\":8,\"b\":10}"},
        {"--split", "a=10:3", "{\"a\":3}", "{\"a\":4}"},
        {"--axis", "a=eeg.npy:1", "{\"a\":0}", "{\"a\":2}"},
        {"--pairs", "a,b=3", "{\"a\":0,\"b\":1}", "{\"a\":2,\"b\":1}"},
        {"--pairs-unordered", "a,b=eeg.npy:1", "{\"a\":0,\"b\":1}", "{\"a\":1,\"b\":2}"},
        {"--random", "a=5:6:4", "{\"a\":5.", "{\"a\":5."},
        {"--lines", "a=lines.txt", "{\"a\":\"one\"}", "{\"a\":\"two, 3\"}"},
        {"--files", "a=*.npy", "{\"a\":\"eeg.npy\"}", NULL},
    };
    struct cli *cli = *state;

    sweeps_write(cli, "eeg.npy", 2, (const int64_t[]){5, 3});
    cli_write(cli, "lines.txt", "one\n\ntwo, 3\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int exit_code = cases[i].first == NULL && cases[i].last == NULL ? 2 : 0;
        cli_run(cli, exit_code, cases[i].first, NULL, "sweep", "echo", cases[i].option, cases[i].text,
                "--dry-run");
        cli_run(cli, exit_code, cases[i].last, NULL, "sweep", "echo", cases[i].option, cases[i].text,
                "--dry-run");
    }
    runs_expect_entries(cli, 2);
}

/* A dry run counts, shows tasks and places, sizes and times. */
static void test_cli_sweep__dry_run(void **state)
{
    static const char *const words[] = {
        "60 tasks of te_box\n",
        "  0: {\"kernel\":\"te_box\",\"args\":{\"x\":\"eeg.npy[:,0]\",\"y\":\"eeg.npy[:,1]\",\"r\":0.1}",
        " -> te.npy[0,1,0]\n",
        "  ...\n",
        " -> te.npy[2,1,9]\n",
        "te.npy: f8 (3, 3, 10), 720 B, nan where nothing is yet\n",
        " B for all tasks\n",
        "a probe: 5 tasks took ",
        "expected: less than a second with 3 slots",
    };
    struct cli *cli = *state;

    sweeps_write(cli, "eeg.npy", 2, (const int64_t[]){100, 3});
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        cli_run(cli, 0, words[i], "", "sweep", TE, "--pairs", "i,j=3", "--grid", "r=0.1:1.0:10", "-o",
                "te.npy[{i},{j},{r}]", "--dry-run", "--slots", "3");
    }
    cli_write(cli, "te.npy", "something else");
    cli_run(cli, 0, "60 tasks", "note: te.npy is there already", "sweep", TE, "--pairs", "i,j=3", "--grid",
            "r=0.1:1.0:10", "-o", "te.npy[{i},{j},{r}]", "--dry-run");
    runs_expect_entries(cli, 2);
}

/* Ctrl-C ends a probe, too. */
static void test_cli_sweep__dry_run_is_interrupted(void **state)
{
    struct cli *cli = *state;
    struct test_process *process =
        cli_start(cli, NULL, "sweep", "sleep", "--grid", "s=100,200", "--dry-run", NULL);
    char *name;

    /* its second thread is the clock that the signal wakes */
    cli_until_threads(process, 2);
    test_process_signal(process, SIGINT);
    name = runs_end(process, 130, "interrupted");
    assert_non_null(strstr(name, "2 tasks of sleep"));
    free(name);
}

/* Each of the orders computes the same array; the longest come first. */
static void test_cli_sweep__orders(void **state)
{
    static const char *const orders[] = {"index", "random", "longest"};
    struct cli *cli = *state;
    char *first = NULL;
    size_t n = 0;

    for (size_t i = 0; i < 3; i++) {
        char *text;
        cli_run(cli, 0, "", "40 done", "sweep", "pi_mc", "--grid", "samples=100:4000:40", "--order",
                orders[i], "--seed", "5", "-o", "pi.npy", "--force");
        text = test_read_file(cli->folder, "pi.npy", &n);
        if (i > 0) {
            assert_memory_equal(text, first, n);
        }
        free(first);
        first = text;
    }
    free(first);
    cli_run(cli, 0, "\n  39: {\"kernel\":\"pi_mc\",\"args\":{\"samples\":4000.0}", "", "sweep", "pi_mc",
            "--grid", "samples=100:4000:40", "--order", "longest", "--dry-run");
}

/* An array may have elements of another kind than the values, where these fit. */
static void test_cli_sweep__dtypes(void **state)
{
    struct cli *cli = *state;
    struct sweeps_array array;

    sweeps_write(cli, "a.npy", 2, (const int64_t[]){4, 2});
    cli_run(cli, 0, "", "4 done", "sweep", "max", "--axis", "x=a.npy:0", "-o", "s.npy", "--dtype", "f4");
    array = sweeps_load(cli, "s.npy");
    sweeps_expect_shape(&array, SKEP_F4, 1, (const int64_t[]){4});
    assert_true(((const float *)(const void *)array.elements)[1] == (float)sin(2));
    sweeps_unload(&array);
}

/* What a filter leaves out keeps the fill value. */
static void test_cli_sweep__filters(void **state)
{
    struct cli *cli = *state;
    struct sweeps_array array;

    sweeps_write(cli, "a.npy", 2, (const int64_t[]){4, 2});
    cli_run(cli, 0, "", "4 done", "sweep", "sum", "--axis", "x=a.npy:0", "--filter", "x >= 2", "-o", "s.npy",
            "--fill", "-1");
    array = sweeps_load(cli, "s.npy");
    for (int i = 0; i < 4; i++) {
        assert_true(array.elements[i] == (i < 2 ? -1 : sin(2 * i) + sin(2 * i + 1)));
    }
    sweeps_unload(&array);
    cli_run(cli, 2, "", "nan=skip", "sweep", "sum", "--axis", "x=a.npy:0", "--filter", "x >= 2", "--reduce",
            "sum");
    cli_run(cli, 0, "2\n", NULL, "sweep", "sum", "--axis", "x=a.npy:0", "--filter", "x >= 2", "--reduce",
            "count");
}

/* On a server: put and left, computed by a worker that comes later and fills the array by itself. */
static void test_cli_sweep__detached(void **state)
{
    struct cli *cli = *state;
    const char *worker[] = {
        SKEP_BUILD_DIR "/skep-worker", "-q", "s", "--slots", "2", "--data", ".", "--output", ".", NULL};
    const char *env[] = {cli->env, NULL};
    struct test_process *process;
    struct sweeps_array array;

    cli_run(cli, 0, "", "10 tasks are in queue s", "sweep", "pi_mc", "--split", "n=1000:10", "-q", "s", "-o",
            "pi.npy", "--detach", "--job", "J");
    array = sweeps_load(cli, "pi.npy");
    sweeps_expect_shape(&array, SKEP_I8, 1, (const int64_t[]){10});
    sweeps_unload(&array);
    process =
        test_process_start(&(struct test_process_options){.args = worker, .env = env, .folder = cli->folder});
    cli_run(cli, 0, NULL, "10 of 10 tasks done", "wait", "-q", "s", "--job", "J");
    cli_run(cli, 0, NULL, "all 10 tasks are done", "holes", "pi.npy");
    cli_run(cli, 2, "", "--detach leaves", "sweep", "pi_mc", "--split", "n=1000:10", "-q", "s", "--detach",
            "--reduce", "sum");
    cli_run(cli, 2, "", "--detach leaves", "sweep", "echo", "-q", "s", "--detach", "--results", "-");
    test_process_signal(process, SIGTERM);
    assert_int_equal(test_process_wait(process, CLI_MS), 0);
    test_process_free(process);
}

/* ---- works: arrays that are there ---- */

/* An array that is there is kept, gone on with or replaced, as the user says. */
static void test_cli_sweep__keeps_resumes_replaces(void **state)
{
    struct cli *cli = *state;
    char *before, *after;
    size_t n_before, n_after;

    cli_run(cli, 0, "", "10 done", "sweep", "pi_mc", "--split", "n=1000:10", "-o", "pi.npy");
    before = test_read_file(cli->folder, "pi.npy", &n_before);
    cli_run(cli, 2, "", "pi.npy is there already: --resume", "sweep", "pi_mc", "--split", "n=1000:10", "-o",
            "pi.npy");
    cli_run(cli, 2, "", "another sweep: --seed differs", "sweep", "pi_mc", "--split", "n=1000:10", "-o",
            "pi.npy", "--resume", "--seed", "2");
    cli_run(cli, 2, "", "another sweep: what varies, --out differs", "sweep", "pi_mc", "--split", "n=1000:20",
            "-o", "pi.npy", "--resume");
    cli_run(cli, 0, "", "all 10 tasks are done", "sweep", "pi_mc", "--split", "n=1000:10", "-o", "pi.npy",
            "--resume");
    after = test_read_file(cli->folder, "pi.npy", &n_after);
    assert_int_equal(n_before, n_after);
    assert_memory_equal(before, after, n_before);
    free(after);
    cli_run(cli, 0, "", "20 done", "sweep", "pi_mc", "--split", "n=1000:20", "-o", "pi.npy", "--force");
    after = test_read_file(cli->folder, "pi.npy", &n_after);
    assert_int_equal(n_after, n_before + 80);
    free(after);
    free(before);
    cli_run(cli, 0, "", "10 done", "sweep", "pi_mc", "--split", "n=1000:10", "-o", "new.npy", "--resume");
}

/* A sidecar without its array, an array without its sidecar, an input that changed: nothing is mixed. */
static void test_cli_sweep__refuses_what_is_not_its_own(void **state)
{
    struct cli *cli = *state;
    char *path;

    sweeps_write(cli, "a.npy", 2, (const int64_t[]){4, 2});
    cli_run(cli, 0, "", "4 done", "sweep", "sum", "x=a.npy[{k}]", "--grid", "k=0,1,2,3", "-o", "s.npy");
    sweeps_write(cli, "a.npy", 2, (const int64_t[]){5, 2});
    cli_run(cli, 2, "", "an input array", "sweep", "sum", "x=a.npy[{k}]", "--grid", "k=0,1,2,3", "-o",
            "s.npy", "--resume");
    path = test_path(cli->folder, "s.npy");
    assert_int_equal(unlink(path), 0);
    free(path);
    cli_run(cli, 2, "", "s.npy.skep is there, but not its array", "sweep", "sum", "x=a.npy[{k}]", "--grid",
            "k=0,1,2,3", "-o", "s.npy");
    cli_write(cli, "t.npy", "my own");
    cli_run(cli, 2, "", "t.npy is there without t.npy.skep", "sweep", "sum", "x=a.npy[{k}]", "--grid",
            "k=0,1,2,3", "-o", "t.npy", "--resume");
}

/* ---- refuses ---- */

/* Words of the command line: each with what would be right, and before a file is made. */
static void test_cli_sweep__refuses_words(void **state)
{
    struct cli *cli = *state;

    sweeps_write(cli, "eeg.npy", 2, (const int64_t[]){50, 3});
    cli_run(cli, 2, "", "which kernel?", "sweep");
    cli_run(cli, 2, "", "did you mean \"te_box\"?", "sweep", "te_bax");
    cli_run(cli, 2, "", "did you mean \"r\"?", "sweep", TE, "--pairs", "i,j=3", "rr=1");
    cli_run(cli, 2, "", "argument \"r\" is missing", "sweep", TE, "--pairs", "i,j=3");
    cli_run(cli, 2, "", "there is no variable k", "sweep", "te_box", "x=eeg.npy[:,{k}]", "--grid", "r=1,2");
    cli_run(cli, 2, "", "wanted one of index, random, longest", "sweep", "echo", "--order", "best");
    cli_run(cli, 2, "", "--seed -1", "sweep", "echo", "--seed", "-1");
    cli_run(cli, 2, "", "--reduce: there is no reduction \"summ\"", "sweep", "echo", "--reduce", "summ");
    cli_run(cli, 2, "", "--slots none: wanted auto or 1 to 1024", "sweep", "echo", "-s", "none");
    cli_run(cli, 2, "", "there is a variable a already", "sweep", "echo", "--grid", "a=1", "--grid", "a=2");
    cli_run(cli, 2, "", "\"and\" is not for arrays; write (...) & (...)", "sweep", "echo", "--pairs", "i,j=3",
            "--filter", "i < j and j > 1");
    cli_run(cli, 2, "", "--output: data root 'none'", "sweep", "echo", "--output", "none");
    cli_run(cli, 2, "", "--job a b", "sweep", "echo", "--job", "a b");
    cli_run(cli, 2, "", "--detach wants a server", "sweep", "echo", "--detach");
    cli_run(cli, 2, "", "which is it?", "sweep", "echo", "--resume", "--force");
    cli_run(cli, 2, "", "there is no --out", "sweep", "echo", "--dtype", "f8");
    cli_run(cli, 2, "", "which queue?", "sweep", "echo", "--redis", "unix:///nowhere");
    runs_expect_entries(cli, 1);
}

/* Sizes: nothing, too many, too much. */
static void test_cli_sweep__refuses_sizes(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 2, "", "no values: the count is 0", "sweep", "sleep", "--grid", "s=0:1:0", "-o", "a.npy");
    cli_run(cli, 2, "", "--times", "sweep", "echo", "--times", "0");
    cli_run(cli, 2, "", "at least 1", "sweep", "echo", "--times", "3", "--take", "0");
    cli_run(cli, 2, "", "1e+15 points", "sweep", "sleep", "--grid", "s=0:1:1e15", "-o", "a.npy");
    cli_run(cli, 2, "", "1e+24 points", "sweep", "echo", "--grid", "a=0:1:1e12", "--grid", "b=0:1:1e12");
    cli_run(cli, 2, "", "--order random", "sweep", "echo", "--times", "5000", "--order", "longest");
    cli_run(cli, 3, "", "the disk is too small", "sweep", "sleep", "--grid", "s=0:1:1e12", "-o", "a.npy");
    cli_run(cli, 2, "", "of memory, more than", "sweep", "random", "--grid", "shape=1,1000000", "--memory",
            "1M", "-o", "a.npy=[0:1]");
    runs_expect_entries(cli, 0);
}

/* Outputs that overlap, do not fit or lie elsewhere. */
static void test_cli_sweep__refuses_outputs(void **state)
{
    struct cli *cli = *state;

    sweeps_write(cli, "eeg.npy", 2, (const int64_t[]){50, 3});
    cli_run(cli, 2, "", "r is not in the index: 2 tasks would write te.npy[0,0]; write te.npy[{i},{j},{r}]",
            "sweep", TE, "--pairs", "i,j=3", "--grid", "r=1,2", "-o", "te.npy[{i},{j}]");
    cli_run(cli, 2, "", "no such variable", "sweep", TE, "--pairs", "i,j=3", "r=1", "-o", "te.npy[{i},{k}]");
    cli_run(cli, 2, "", "which i4 does not hold", "sweep", TE, "--pairs", "i,j=3", "r=1", "-o", "te.npy",
            "--dtype", "i4");
    cli_run(cli, 2, "", "--dtype float: wanted f8", "sweep", TE, "--pairs", "i,j=3", "r=1", "-o", "te.npy",
            "--dtype", "float");
    cli_run(cli, 2, "", "fill: 'none' is no f8", "sweep", TE, "--pairs", "i,j=3", "r=1", "-o", "te.npy",
            "--fill", "none");
    cli_run(cli, 2, "", "of a value of shape ()", "sweep", TE, "--pairs", "i,j=3", "r=1", "-o",
            "te.npy=[0:4]");
    cli_run(cli, 2, "", "take a part that all have", "sweep", "random", "--grid", "shape=2,3", "-o", "a.npy");
    cli_run(cli, 2, "", "say so with --dtype f8", "sweep", "echo", "--grid", "a=1,2", "-o", "a.npy");
    cli_run(cli, 2, "", "below --output DIR", "sweep", TE, "--pairs", "i,j=3", "r=1", "-o", "/tmp/a.npy");
    cli_run(cli, 2, "", "two --out are the file te.npy", "sweep", TE, "--pairs", "i,j=3", "r=1", "-o",
            "te.npy", "-o", "te.npy");
    runs_expect_entries(cli, 1);
}

/* Inputs that are not there, and an index that they do not have: the last task is looked at as well as the
 * first.
 */
static void test_cli_sweep__refuses_inputs(void **state)
{
    struct cli *cli = *state;

    sweeps_write(cli, "eeg.npy", 2, (const int64_t[]){50, 3});
    cli_run(cli, 2, "", "nowhere.npy: no such file", "sweep", "sum", "x=nowhere.npy", "--times", "2", "-o",
            "a.npy");
    cli_run(cli, 2, "", "task 3: argument \"x\": eeg.npy: index 3 is out of bounds", "sweep", "sum",
            "x=eeg.npy[:,{k}]", "--grid", "k=0,1,2,3", "-o", "a.npy");
    cli_run(cli, 2, "", "lets none of the 3 tasks through", "sweep", "sum", "--axis", "x=eeg.npy:1",
            "--filter", "x > 7", "-o", "a.npy");
    cli_run(cli, 2, "", "unknown name \"y\"", "sweep", "sum", "--axis", "x=eeg.npy:1", "--filter", "y > 7",
            "-o", "a.npy");
    runs_expect_entries(cli, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cli_sweep__pairs_and_a_grid, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__a_vector_and_a_seed, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__a_split_and_a_sum, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__removes_what_killed_ones_left, runs_setup,
                                        runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__result_lines, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__generators, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__dry_run, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__dry_run_is_interrupted, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__detached, cli_setup, cli_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__orders, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__dtypes, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__filters, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__keeps_resumes_replaces, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__refuses_what_is_not_its_own, runs_setup,
                                        runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__refuses_words, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__refuses_sizes, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__refuses_outputs, runs_setup, runs_teardown),
        cmocka_unit_test_setup_teardown(test_cli_sweep__refuses_inputs, runs_setup, runs_teardown),
    };
    return cmocka_run_group_tests_name("cli/sweep", tests, NULL, NULL);
}
