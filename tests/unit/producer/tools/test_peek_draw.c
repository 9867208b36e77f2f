/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "producer/tools/peek_draw.h"

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

static const struct skep_draw_style ascii = {.width = 40, .height = 10};
static const struct skep_draw_style letters = {.width = 40, .height = 10, .has_utf8 = true};
static const struct skep_draw_style colours = {
    .width = 40, .height = 10, .has_utf8 = true, .has_colour = true};

/* Draw an array of doubles with two axes. */
static const char *draw(const double *data, int64_t rows, int64_t columns,
                        const struct skep_draw_style *style)
{
    const int64_t shape[] = {rows, columns};
    struct skep_survey_shape seen;
    struct skep_survey survey;
    struct skep_view view;
    int max_rows, max_columns;

    skep_view_init(&view, data, SKEP_F8, 2, shape);
    seen = skep_survey_shape_of(&view);
    skep_draw_cells(style, &seen, &max_rows, &max_columns);
    assert_int_equal(skep_survey_init(&survey, &view, max_rows, max_columns, NULL), SKEP_OK);
    skep_survey_add(&survey, &view, zero);
    skep_buf_reset(&buf);
    skep_draw(&buf, &survey, style);
    skep_survey_release(&survey);
    assert_false(skep_buf_failed(&buf));
    return buf.length > 0 ? buf.bytes : "";
}

/* ---- works ---- */

/* Eight steps from the least to the greatest; the scale says which they are. */
static void test_peek_draw__one_line(void **state)
{
    const double x[] = {0, 1, 2, 3, 4, 5, 6, 7};

    (void)state;
    assert_string_equal(draw(x, 1, 8, &letters), "▁▂▃▄▅▆▇█\n0 ▁▂▃▄▅▆▇█ 7\n");
    assert_string_equal(draw(x, 1, 8, &ascii), ".:-=*#%@\n0 .:-=+*#%@ 7\n");
}

/* Rows have one scale in common; what is not finite is a gap, and the scale says so. */
static void test_peek_draw__few_rows(void **state)
{
    const double x[] = {0, 7, NAN, 14, -INFINITY, 3.5};

    (void)state;
    assert_string_equal(draw(x, 2, 3, &letters), "[0] ▁▅ \n[1] █ ▃\n0 ▁▂▃▄▅▆▇█ 14  a gap: nothing finite\n");
    assert_string_equal(draw(x, 2, 3, &ascii), "[0] .+?\n[1] @?-\n0 .:-=+*#%@ 14  ?: nothing finite\n");
}

/* Few columns are lines, too, and are called so. */
static void test_peek_draw__few_columns(void **state)
{
    const double x[] = {0, 8, 1, 7, 2, 6, 3, 5, 4, 4, 5, 3, 6, 2, 7, 1, 8, 0};

    (void)state;
    assert_string_equal(draw(x, 9, 2, &ascii), "[:,0] .:-=+*#%@\n[:,1] @%#*+=-:.\n0 .:-=+*#%@ 8\n");
}

/* An array of equal elements is drawn in the middle of the scale. */
static void test_peek_draw__all_the_same(void **state)
{
    const double x[] = {3, 3, 3};

    (void)state;
    assert_string_equal(draw(x, 1, 3, &letters), "▄▄▄\n3 ▁▂▃▄▅▆▇█ 3\n");
}

/* More columns than fit are means of neighbours, and the scale says of how many. */
static void test_peek_draw__more_than_fits(void **state)
{
    double x[100];

    (void)state;
    for (int i = 0; i < 100; i++) {
        x[i] = i;
    }
    assert_non_null(strstr(draw(x, 1, 100, &ascii), " 98.5  each is the mean of 2-3\n"));
    assert_int_equal(strcspn(buf.bytes, "\n"), 40);
}

/* A heat map without colour has a letter for each cell. */
static void test_peek_draw__heat_map(void **state)
{
    double x[9 * 9];

    (void)state;
    for (int i = 0; i < 81; i++) {
        x[i] = i;
    }
    x[80] = NAN;
    assert_non_null(strstr(draw(x, 9, 9, &letters), "·········\n·······░░\n"));
    assert_non_null(strstr(buf.bytes, "████████?\n0 ·░▒▓█ 79  ?: nothing finite\n"));
    assert_non_null(strstr(draw(x, 9, 9, &ascii), ".........\n:::::::::\n---------\n"));
}

/* With colour there are two rows in a line, and an odd one at the end is alone in its line; the terminal is
 * left as it was found. */
static void test_peek_draw__colours(void **state)
{
    double x[9 * 9];
    int n_lines = 0;

    (void)state;
    for (int i = 0; i < 81; i++) {
        x[i] = i / 9;
    }
    draw(x, 9, 9, &colours);
    for (const char *at = buf.bytes; (at = strchr(at, '\n')) != NULL; at++) {
        n_lines++;
        assert_true(n_lines == 6 || memcmp(at - 4, "\033[0m", 4) == 0);
    }
    assert_int_equal(n_lines, 6); /* five, and the scale */
    assert_non_null(strstr(buf.bytes, "\033[38;5;53;48;5;54m▀▀▀▀▀▀▀▀▀\033[0m\n"));
    assert_non_null(strstr(buf.bytes, "\033[49;38;5;226m▀▀▀▀▀▀▀▀▀\033[0m\n"));
}

/* ---- refuses ---- */

/* Where nothing is finite there is nothing to draw. */
static void test_peek_draw__nothing(void **state)
{
    const double x[] = {NAN, INFINITY, -INFINITY};

    (void)state;
    assert_string_equal(draw(x, 1, 3, &letters), "");
}

/* A terminal of one column and one line gets one cell, not none. */
static void test_peek_draw__the_smallest_terminal(void **state)
{
    const struct skep_draw_style tiny = {.width = 1, .height = 0};
    double x[10 * 10] = {1, 2, 3};

    (void)state;
    assert_non_null(strstr(draw(x, 10, 10, &tiny), "each is the mean of 10 x 10\n"));
    assert_non_null(strstr(draw(x, 2, 10, &tiny), "[0] "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_peek_draw__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_line), TEST(few_rows), TEST(few_columns), TEST(all_the_same),          TEST(more_than_fits),
        TEST(heat_map), TEST(colours),  TEST(nothing),     TEST(the_smallest_terminal),
    };

    return cmocka_run_group_tests_name("producer/tools/peek_draw", tests, NULL, NULL);
}
