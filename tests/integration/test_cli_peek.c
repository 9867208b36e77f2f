/* SPDX-License-Identifier: MIT */
/* skep peek: what is in an array. No server is asked. */
#include <math.h>
#include <unistd.h>

#include "cli.h"
#include "npy/header.h"
#include "support/shadow.h"

#define GOLDEN SKEP_TESTS_DIR "/golden/npy/"

enum { ROWS = 60, COLUMNS = 90 };

/* m.npy: what the numbers of NumPy below are of.
 *
 *     i = np.arange(60 * 90); x = ((i * 7919) % 1000) / 8. - 40; x[17] = x[4000] = np.nan; x.reshape(60, 90)
 */
static void write_m(struct cli *cli)
{
    static double x[ROWS * COLUMNS];
    const int64_t shape[] = {ROWS, COLUMNS};
    char bytes[SKEP_NPY_HEADER_MAX + sizeof x];
    size_t n = skep_npy_header_write(SKEP_F8, 2, shape, bytes, SKEP_NPY_HEADER_MAX);

    for (int i = 0; i < ROWS * COLUMNS; i++) {
        x[i] = (i * 7919 % 1000) / 8.0 - 40;
    }
    x[17] = x[4000] = NAN;
    memcpy(bytes + n, x, sizeof x);
    test_write_file(cli->folder, "m.npy", bytes, n + sizeof x);
}

static int setup(void **state)
{
    static struct cli cli;

    cli = (struct cli){.folder = test_make_folder(), .env = "SKEP_REDIS=unix:///nowhere"};
    write_m(&cli);
    *state = &cli;
    return 0;
}

static int teardown(void **state)
{
    struct cli *cli = *state;

    test_remove_folder(cli->folder);
    return 0;
}

/* With these variables in the environment: UTF-8 or not, colour or not. */
static void peek(struct cli *cli, const char *const *env, int exit_code, const char *out, const char *err,
                 const char *ref)
{
    cli_expect(cli_start(cli, &(struct test_process_options){.env = env}, "peek", ref, NULL), exit_code, out,
               err);
}

static const char *const utf8[] = {"LC_ALL=C.UTF-8", "COLUMNS=80", "TERM=xterm-256color", "NO_COLOR", NULL};

/* ---- works ---- */

/* Min, max, mean and the count of NaN are NumPy's, of the whole and of slices. */
static void test_cli_peek__agrees_with_numpy(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "m.npy: f8 (60, 90), 5,400 elements, 42.2 KiB\n", "", "peek", "m.npy");
    cli_run(cli, 0, "\nmin -40   max 84.875   mean 22.4555   NaN 2\n", "", "peek", "m.npy");
    cli_run(cli, 0, "min -40   max 84.875   mean 22.455469618377   NaN 2\n", "", "peek", "m.npy", "--digits",
            "14");
}

static void test_cli_peek__slices(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "\nmin -39.75   max 84.875   mean 22.9097   NaN 0\n", "", "peek", "m.npy[3]");
    cli_run(cli, 0, ": f8 (9, 25), 225 elements", "", "peek", "m.npy[::-7, 5:80:3]");
    cli_run(cli, 0, "\nmin -38   max 84.875   mean 23.3472   NaN 0\n", "", "peek", "m.npy[::-7, 5:80:3]");
    cli_run(cli, 0, "\nmin -39.875   max 83.875   mean 22.8333   NaN 0\n", "", "peek", "m.npy[..., -1]");
    cli_run(cli, 0, "m.npy[44,40]: f8 (), 1 element, 8 B\nmin nan   max nan   mean nan   NaN 1\n", "", "peek",
            "m.npy[44,40]");
}

/* For scripts. */
static void test_cli_peek__json(void **state)
{
    cli_run(*state, 0,
            "{\"array\":\"m.npy[3]\",\"dtype\":\"f8\",\"shape\":[90],\"n\":90,\"nan\":0,\"infinite\":0,"
            "\"min\":-39.75,\"max\":84.875,\"mean\":22.90972222222222",
            "", "peek", "m.npy[3]", "--json");
    cli_run(*state, 0,
            "\"dtype\":\"u8\",\"shape\":[3,4],\"n\":12,\"nan\":0,\"infinite\":0,\"min\":0,\"max\":33,", "",
            "peek", "--json", GOLDEN "u8-big.npy");
}

/* Numbers of the beginning and the end, in as many columns as there are. */
static void test_cli_peek__numbers(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "\n[0] -4 -1  2  5\n[1]  8 11 14 17\n[2] 20 23 26 29\n", "", "peek",
            GOLDEN "fortran.npy");
    peek(cli, (const char *const[]){"COLUMNS=30", "LC_ALL=C", NULL}, 0, "\n[0]      -40 ...  58.875\n", "",
         "m.npy");
    cli_run(cli, 0, "\n...\n[55] ", "", "peek", "m.npy");
}

/* Letters are those of the locale: ASCII where nothing says UTF-8, or with --plain. */
static void test_cli_peek__letters(void **state)
{
    struct cli *cli = *state;

    peek(cli, utf8, 0, "▁▂▃▄▅▆▇█", "", "m.npy[3]");
    peek(cli, (const char *const[]){"LC_ALL=C", NULL}, 0, ".:-=+*#%@", "", "m.npy[3]");
    cli_expect(
        cli_start(cli, &(struct test_process_options){.env = utf8}, "peek", "--plain", "m.npy[3]", NULL), 0,
        ".:-=+*#%@", "");
}

/* On a terminal that has it there is colour; not where NO_COLOR says so, not with --plain, not into a pipe.
 */
static void test_cli_peek__colour(void **state)
{
    static const char colour[] = "\033[38;5;";
    static const char *const with[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", "NO_COLOR", NULL};
    static const char *const without[] = {"LC_ALL=C.UTF-8", "TERM=xterm-256color", "NO_COLOR=1", NULL};
    static const struct {
        const char *const *env;
        const char *command;
        bool has_colour;
    } cases[] = {
        {with, CLI_PROGRAM " peek m.npy", true},
        {without, CLI_PROGRAM " peek m.npy", false},
        {with, CLI_PROGRAM " peek --plain m.npy", false},
        {with, CLI_PROGRAM " peek m.npy | cat", false},
    };
    struct cli *cli = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *args[] = {"script", "-qec", cases[i].command, "/dev/null", NULL};
        struct test_process *process = test_process_run(
            &(struct test_process_options){.args = args, .env = cases[i].env, .folder = cli->folder}, CLI_MS);
        char *out = test_process_out(process, NULL);
        assert_int_equal(process->status, 0);
        assert_non_null(strstr(out, "NaN 2"));
        assert_int_equal(strstr(out, colour) != NULL, cases[i].has_colour);
        free(out);
        test_process_free(process);
    }
}

/* A narrow terminal gets narrow lines. */
static void test_cli_peek__narrow(void **state)
{
    struct cli *cli = *state;
    struct test_process *process = cli_start(
        cli, &(struct test_process_options){.env = (const char *const[]){"COLUMNS=20", "LC_ALL=C", NULL}},
        "peek", "m.npy", NULL);
    char *out, *line, *next = NULL;

    assert_int_equal(test_process_wait(process, CLI_MS), 0);
    out = test_process_out(process, NULL);
    for (line = strchr(out, '\n') + 1; (next = strchr(line, '\n') + 1)[0] != '\0'; line = next) {
        assert_in_range(strcspn(line, "\n"), 1, 20); /* but the name and the scale */
    }
    free(out);
    test_process_free(process);
}

/* What has no elements has no numbers; what is one number is shown as one; and what is nothing but NaN is
 * told apart from both. */
static void test_cli_peek__odd_arrays(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "(3, 0, 2), 0 elements, 0 B\n", "", "peek", GOLDEN "empty-2d.npy");
    cli_run(cli, 0, "(), 1 element, 8 B\nmin 2.5   max 2.5   mean 2.5   NaN 0\n", "", "peek",
            GOLDEN "zero-d.npy");
    cli_run(cli, 0, "(1, 1), 1 element, 8 B\nmin nan   max nan   mean nan   NaN 1\n[0] nan\n", "", "peek",
            "m.npy[44:45,40:41]");
}

/* An array of more than 4 GiB is read once, in little memory: holes of its file stay holes. */
static void test_cli_peek__larger_than_memory(void **state)
{
    static const char limited[] = "ulimit -v 200000; exec " CLI_PROGRAM " peek large.npy";
    static const char unlimited[] = "exec " CLI_PROGRAM " peek large.npy";
    const char *args[] = {"sh", "-c", HAS_SHADOW ? unlimited : limited, NULL};
    const int64_t shape[] = {540000, 1000};
    const double seven = 7, nan = NAN;
    char header[SKEP_NPY_HEADER_MAX];
    size_t n = skep_npy_header_write(SKEP_F8, 2, shape, header, sizeof header);
    struct cli *cli = *state;
    char *path = test_path(cli->folder, "large.npy");
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(header, 1, n, file), n);
    assert_int_equal(fseeko(file, (off_t)n + INT64_C(8) * 300000005, SEEK_SET), 0);
    assert_int_equal(fwrite(&seven, sizeof seven, 1, file), 1);
    assert_int_equal(fseeko(file, (off_t)n + INT64_C(8) * 539999999, SEEK_SET), 0);
    assert_int_equal(fwrite(&nan, sizeof nan, 1, file), 1);
    assert_int_equal(fclose(file), 0);
    cli_expect(test_process_start(&(struct test_process_options){.args = args, .folder = cli->folder}), 0,
               "540,000,000 elements, 4.0 GiB\nmin 0   max 7   mean 1.2963e-08   NaN 1\n", "");
    free(path);
}

/* ---- refuses ---- */

/* What is no array is named, and what is wrong with it. */
static void test_cli_peek__refuses(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 2, "", "nope.npy: No such file", "peek", "nope.npy");
    cli_run(cli, 2, "", ".: is no plain file", "peek", ".");
    cli_run(cli, 2, "", "make-golden: ", "peek", GOLDEN "make-golden");
    cli_run(cli, 2, "", "structured dtypes", "peek", GOLDEN "refused-structured.npy");
    cli_run(cli, 2, "", "complex numbers", "peek", GOLDEN "refused-complex.npy");
    cli_run(cli, 2, "", "refused-object.npy: ", "peek", GOLDEN "refused-object.npy");
    cli_run(cli, 2, "", "index 60 is out of bounds for axis 0 with length 60", "peek", "m.npy[60]");
    cli_run(cli, 2, "", "3 indices for an array of 2 dimensions", "peek", "m.npy[0,0,0]");
    cli_run(cli, 2, "", "which array?", "peek");
}

/* A name that drives the terminal is shown harmless, in an answer and in a refusal. */
static void test_cli_peek__hostile_names(void **state)
{
    struct cli *cli = *state;
    char *bytes, *path = test_path(cli->folder, "m.npy");
    size_t n;

    bytes = test_read_file(cli->folder, "m.npy", &n);
    test_write_file(cli->folder, "x\033]0;.npy", bytes, n);
    cli_run(cli, 0, "x\\x1b]0;.npy: f8 (60, 90)", "", "peek", "x\033]0;.npy");
    cli_run(cli, 2, "", "y?]0;.npy: No such file", "peek", "y\033]0;.npy");
    free(bytes);
    free(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_peek__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(agrees_with_numpy),
        TEST(slices),
        TEST(json),
        TEST(numbers),
        TEST(letters),
        TEST(colour),
        TEST(narrow),
        TEST(odd_arrays),
        TEST(larger_than_memory),
        TEST(refuses),
        TEST(hostile_names),
    };

    return cmocka_run_group_tests_name("skep peek", tests, NULL, NULL);
}
