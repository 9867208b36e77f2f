/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <locale.h>
#include <string.h>

#include "producer/top/table.h"

static const struct skep_column columns[] = {
    {.title = "NAME", .width = 6, .is_stretchy = true, .most = 12},
    {.title = "N", .width = 4, .is_right = true},
    {.title = "RATE", .width = 5, .is_right = true, .drop = 2},
    {.title = "NOTE", .width = 4, .is_stretchy = true, .drop = 1},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static void expect_widths(int total, int name, int n, int rate, int note)
{
    int widths[SKEP_TABLE_COLUMNS];

    skep_table_fit(columns, COLUMNS, total, widths);
    assert_int_equal(widths[0], name);
    assert_int_equal(widths[1], n);
    assert_int_equal(widths[2], rate);
    assert_int_equal(widths[3], note);
}

/* What is left goes to those that stretch, the first up to what it wants. */
static void test_table__stretches(void **state)
{
    (void)state;
    expect_widths(25, 6, 4, 5, 4);
    expect_widths(29, 10, 4, 5, 4);
    expect_widths(60, 12, 4, 5, 33);
}

/* The highest `drop` goes first. */
static void test_table__drops(void **state)
{
    (void)state;
    expect_widths(24, 12, 4, 0, 4);
    expect_widths(17, 11, 4, 0, 0);
}

/* Narrower than what must stay: the one that stretches shrinks. */
static void test_table__shrinks(void **state)
{
    (void)state;
    expect_widths(9, 3, 4, 0, 0);
    expect_widths(1, 1, 4, 0, 0);
}

/* Rows stand under their heads; a stranger's bytes are harmless; a bar is a bar. */
static void test_table__row(void **state)
{
    struct skep_table_cell cells[COLUMNS] = {
        {.bytes = "a\tb", .n = 3}, {.text = "17"}, {.text = "1.5"}, {.is_bar = true, .done = 0.5}};
    int widths[SKEP_TABLE_COLUMNS];
    struct skep_canvas canvas;
    struct skep_buf buf;

    (void)state;
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    skep_buf_init(&buf, 4096);
    assert_int_equal(skep_canvas_init(&canvas, 2, 26), SKEP_OK);
    skep_table_fit(columns, COLUMNS, 25, widths);
    skep_table_head(&canvas, 0, columns, COLUMNS, widths);
    skep_table_row(&canvas, 1, columns, COLUMNS, widths, cells);
    skep_canvas_write(&canvas, &buf);
    assert_string_equal(buf.bytes, " NAME       N   RATE  NOTE\n"
                                   " a\\tb      17    1.5  ━━──\n");
    skep_canvas_release(&canvas);
    skep_buf_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table__stretches),
        cmocka_unit_test(test_table__drops),
        cmocka_unit_test(test_table__shrinks),
        cmocka_unit_test(test_table__row),
    };

    return cmocka_run_group_tests_name("producer/top/table", tests, NULL, NULL);
}
