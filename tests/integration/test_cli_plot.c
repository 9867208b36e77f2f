/* SPDX-License-Identifier: MIT */
/* skep plot: an array as a picture, drawn by gnuplot. No server is asked. */
#include <sys/stat.h>

#include "sweeps.h"

#define GOLDEN SKEP_TESTS_DIR "/golden/npy/"

static int setup(void **state)
{
    static struct cli cli;
    const int64_t line[] = {500}, image[] = {20, 30}, cube[] = {2, 20, 30}, column[] = {500, 1};

    cli = (struct cli){.folder = test_make_folder(), .env = "SKEP_REDIS=unix:///nowhere"};
    sweeps_write(&cli, "line.npy", 1, line);
    sweeps_write(&cli, "image.npy", 2, image);
    sweeps_write(&cli, "cube.npy", 3, cube);
    sweeps_write(&cli, "column.npy", 2, column);
    *state = &cli;
    return 0;
}

static int teardown(void **state)
{
    struct cli *cli = *state;

    test_remove_folder(cli->folder);
    return 0;
}

/* The file NAME, which begins with MAGIC, and ends as it should. */
static void expect_picture(struct cli *cli, const char *name, const char *magic, const char *end)
{
    size_t n;
    char *bytes = test_read_file(cli->folder, name, &n);

    assert_true(n > 1000);
    assert_memory_equal(bytes, magic, strlen(magic));
    assert_non_null(memmem(bytes + n - 20, 20, end, strlen(end)));
    free(bytes);
}

static void expect_no_file(struct cli *cli, const char *name)
{
    char *path = test_path(cli->folder, name);
    struct stat info;

    assert_int_equal(stat(path, &info), -1);
    free(path);
}

/* ---- works ---- */

/* A line and an image, in both formats; a picture that is there is replaced. */
static void test_cli_plot__draws(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "", "", "plot", "line.npy", "-o", "a.svg");
    expect_picture(cli, "a.svg", "<?xml", "</svg>");
    cli_run(cli, 0, "", "", "plot", "cube.npy[1]", "-o", "a.svg", "--title", "a cube's");
    expect_picture(cli, "a.svg", "<?xml", "</svg>");
    cli_run(cli, 0, "", "", "plot", "image.npy", "-o", "a.png");
    expect_picture(cli, "a.png", "\x89PNG", "IEND");
    cli_run(cli, 0, "", "", "plot", "image.npy[:3]", "-o", "b.png");
    expect_picture(cli, "b.png", "\x89PNG", "IEND");
    cli_run(cli, 0, "", "", "plot", "column.npy", "-o", "c.png");
    cli_run(cli, 0, "", "", "plot", "line.npy[:2:]", "-o", "d.png", "--title", "one");
}

/* The array's name, or a title, is text in the picture, whatever it is. */
static void test_cli_plot__titles(void **state)
{
    struct cli *cli = *state;
    size_t n;
    char *bytes;

    cli_run(cli, 0, "", "", "plot", "line.npy[::2]", "-o", "a.svg");
    bytes = test_read_file(cli->folder, "a.svg", &n);
    assert_non_null(strstr(bytes, "line.npy[::2]"));
    free(bytes);
    cli_run(cli, 0, "", "", "plot", "line.npy", "-o", "a.svg", "--title", "'\n!touch here\n`touch here` <b>");
    bytes = test_read_file(cli->folder, "a.svg", &n);
    assert_non_null(strstr(bytes, "&lt;b>"));
    free(bytes);
    expect_no_file(cli, "here");
}

/* The name of the picture is never a command for gnuplot either. */
static void test_cli_plot__hostile_output(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 0, "", "", "plot", "line.npy", "-o", "| touch 'here.svg");
    expect_picture(cli, "| touch 'here.svg", "<?xml", "</svg>");
}

/* ---- refuses ---- */

/* What cannot be drawn is said before anything is written. */
static void test_cli_plot__refuses(void **state)
{
    struct cli *cli = *state;

    cli_run(cli, 2, "", "cube.npy is (2, 20, 30); ", "plot", "cube.npy", "-o", "a.svg");
    cli_run(cli, 2, "", "name a slice, such as 'cube.npy[0]'", "plot", "cube.npy", "-o", "a.svg");
    cli_run(cli, 2, "", "is a single number", "plot", "line.npy[3]", "-o", "a.svg");
    cli_run(cli, 2, "", "has no elements", "plot", "line.npy[3:3]", "-o", "a.svg");
    cli_run(cli, 2, "", "structured dtypes", "plot", GOLDEN "refused-structured.npy", "-o", "a.svg");
    cli_run(cli, 2, "", "nope.npy: No such file", "plot", "nope.npy", "-o", "a.svg");
    cli_run(cli, 2, "", "into which file?", "plot", "line.npy");
    cli_run(cli, 2, "", "into which file?", "plot", "line.npy", "-o", "a.npy");
    cli_run(cli, 2, "", "into which file?", "plot", "line.npy", "-o", ".svg");
    cli_run(cli, 2, "", "which array?", "plot", "-o", "a.svg");
    expect_no_file(cli, "a.svg");
}

/* Nothing but NaN is nothing to draw. */
static void test_cli_plot__nothing_finite(void **state)
{
    const int64_t shape[] = {4};
    const double nothing[] = {NAN, NAN, INFINITY, -INFINITY};
    char bytes[SKEP_NPY_HEADER_MAX + sizeof nothing];
    size_t n = skep_npy_header_write(SKEP_F8, 1, shape, bytes, SKEP_NPY_HEADER_MAX);
    struct cli *cli = *state;

    memcpy(bytes + n, nothing, sizeof nothing);
    test_write_file(cli->folder, "nan.npy", bytes, n + sizeof nothing);
    cli_run(cli, 2, "", "no element is a finite number", "plot", "nan.npy", "-o", "a.svg");
    expect_no_file(cli, "a.svg");
}

/* ---- breaks ---- */

/* Without gnuplot: which package has it, and nothing is left behind. */
static void test_cli_plot__no_gnuplot(void **state)
{
    struct cli *cli = *state;

    cli_expect(cli_start(cli, &(struct test_process_options){.env = (const char *const[]){"PATH=", NULL}},
                         "plot", "line.npy", "-o", "a.svg", NULL),
               3, "", "install the package gnuplot-nox");
    expect_no_file(cli, "a.svg");
}

/* A gnuplot that fails has its words shown; the picture that was there stays. */
static void test_cli_plot__gnuplot_fails(void **state)
{
    struct cli *cli = *state;
    char *path = test_path(cli->folder, "gnuplot");
    char env[4096];
    const char *envs[] = {env, NULL};

    cli_write(cli, "gnuplot", "#!/bin/sh\necho 'no such terminal' >&2; exit 1\n");
    assert_int_equal(chmod(path, 0755), 0);
    snprintf(env, sizeof env, "PATH=%s:/usr/bin:/bin", cli->folder);
    cli_write(cli, "a.svg", "an old one");
    cli_expect(
        cli_start(cli, &(struct test_process_options){.env = envs}, "plot", "line.npy", "-o", "a.svg", NULL),
        3, "", "gnuplot has failed (exit status 1): no such terminal");
    free(path);
    path = test_read_file(cli->folder, "a.svg", NULL);
    assert_string_equal(path, "an old one");
    free(path);
}

/* A folder that is not there is a word, not a picture elsewhere. */
static void test_cli_plot__nowhere(void **state)
{
    cli_run(*state, 3, "", "nowhere/a.svg: No such file", "plot", "line.npy", "-o", "nowhere/a.svg");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_cli_plot__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(draws),          TEST(titles),     TEST(hostile_output), TEST(refuses),
        TEST(nothing_finite), TEST(no_gnuplot), TEST(gnuplot_fails),  TEST(nowhere),
    };

    return cmocka_run_group_tests_name("skep plot", tests, NULL, NULL);
}
