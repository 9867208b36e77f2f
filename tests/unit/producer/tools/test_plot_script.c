/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "producer/tools/plot_script.h"

static const int64_t zero[SKEP_MAX_DIMS];

static struct skep_buf buf;

static int set_up(void **state)
{
    (void)state;
    skep_buf_init(&buf, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_buf_release(&buf);
    return 0;
}

static const char *plot(const double *data, int64_t rows, int64_t columns, int max_columns, const char *title)
{
    const int64_t shape[] = {rows, columns};
    struct skep_survey survey;
    struct skep_view view;

    skep_view_init(&view, data, SKEP_F8, 2, shape);
    assert_int_equal(skep_survey_init(&survey, &view, 100, max_columns, NULL), SKEP_OK);
    skep_survey_add(&survey, &view, zero);
    skep_buf_reset(&buf);
    skep_plot_write(&buf, &survey, SKEP_PLOT_SVG, title);
    skep_survey_release(&survey);
    assert_false(skep_buf_failed(&buf));
    return buf.bytes;
}

static void expect(const char *words)
{
    if (strstr(buf.bytes, words) == NULL) {
        fail_msg("wanted '%s' in\n%s", words, buf.bytes);
    }
}

/* Of each index mean, least and greatest; where they are the same only the line is drawn. */
static void test_plot_script__lines(void **state)
{
    const double x[] = {1, 2.5, NAN, 4, 5, INFINITY};

    (void)state;
    plot(x, 2, 3, 100, "x.npy");
    expect("set terminal svg ");
    expect("set title 'x.npy' noenhanced\n");
    expect("$d << END\n0 1 1 1 4 4 4\n1 2.5 2.5 2.5 5 5 5\n2 NaN NaN NaN NaN NaN NaN\nEND\n");
    expect("plot $d using 1:2 with lines linecolor 1 title '[0]', "
           "$d using 1:5 with lines linecolor 2 title '[1]'\n");
    assert_null(strstr(buf.bytes, "filledcurves"));
}

/* Several indices on a point: its place is their middle, and a band shows how far they reach. */
static void test_plot_script__bands(void **state)
{
    const double x[] = {1, 3, 10, 20};

    (void)state;
    plot(x, 1, 4, 2, "x");
    expect("$d << END\n0.5 2 1 3\n2.5 15 10 20\nEND\n");
    expect("plot $d using 1:3:4 with filledcurves linecolor 1 notitle, $d using 1:2 with lines linecolor 1 "
           "notitle\n");
}

/* Many rows and columns are an image, the first row on top. */
static void test_plot_script__image(void **state)
{
    double x[9 * 10];

    (void)state;
    for (int i = 0; i < 90; i++) {
        x[i] = i;
    }
    plot(x, 9, 10, 5, "x");
    expect("$d << END\n 0.5 2.5 4.5 6.5 8.5\n 10.5 ");
    expect("set xrange [-0.5:9.5]\nset yrange [8.5:-0.5]\n");
    expect("plot $d matrix using (($1 + 0.5) * 2 - 0.5):(($2 + 0.5) * 1 - 0.5):3 with image notitle\n");
}

/* A title is text, whatever is in it: no quote ends it, and no line break begins a command. */
static void test_plot_script__hostile_title(void **state)
{
    const double x[] = {1, 2};

    (void)state;
    plot(x, 1, 2, 9, "it's'\n!rm -rf `x`\033[31m");
    expect("set title 'it’s’\\n!rm -rf `x`\\x1b[31m' noenhanced\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_plot_script__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines),
        TEST(bands),
        TEST(image),
        TEST(hostile_title),
    };

    return cmocka_run_group_tests_name("producer/tools/plot_script", tests, NULL, NULL);
}
