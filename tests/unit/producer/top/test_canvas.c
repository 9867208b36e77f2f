/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "producer/top/canvas.h"

static struct skep_canvas canvas;
static struct skep_buf buf;

static int set_up(void **state)
{
    (void)state;
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    skep_buf_init(&buf, 64 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_canvas_release(&canvas);
    skep_buf_release(&buf);
    return 0;
}

static void begin(int rows, int columns)
{
    skep_canvas_release(&canvas);
    assert_int_equal(skep_canvas_init(&canvas, rows, columns), SKEP_OK);
}

static void expect(const char *wanted)
{
    skep_buf_reset(&buf);
    skep_canvas_write(&canvas, &buf);
    assert_string_equal(buf.bytes != NULL ? buf.bytes : "", wanted);
}

static int add(int row, int column, int width, const char *text)
{
    return skep_canvas_bytes(&canvas, (struct skep_box){row, column, width}, SKEP_STYLE_PLAIN, text,
                             strlen(text));
}

/* ---- works ---- */

/* Text stands where it is put; blanks at the ends are not printed. */
static void test_canvas__text(void **state)
{
    (void)state;
    begin(3, 10);
    assert_int_equal(add(0, 2, 8, "one"), 3);
    assert_int_equal(add(1, 0, 3, "two"), 3);
    expect("  one\ntwo\n");
}

/* What does not fit ends in an ellipsis, also at the edge of the canvas. */
static void test_canvas__cuts(void **state)
{
    (void)state;
    begin(2, 8);
    assert_int_equal(add(0, 0, 5, "abcdefgh"), 5);
    assert_int_equal(add(1, 5, 100, "xyzw"), 3);
    expect("abcd…\n     xy…\n");
}

/* To the right edge. */
static void test_canvas__right(void **state)
{
    (void)state;
    begin(1, 10);
    skep_canvas_right(&canvas, (struct skep_box){0, 2, 6}, SKEP_STYLE_PLAIN, "12");
    expect("      12\n");
}

/* Of names that begin alike the end is shown; half a wide character is not. */
static void test_canvas__tail(void **state)
{
    const struct skep_box first = {0, 0, 5}, second = {1, 0, 5}, third = {2, 0, 5};

    (void)state;
    begin(3, 10);
    assert_int_equal(skep_canvas_tail(&canvas, first, SKEP_STYLE_PLAIN, "abcdefgh", 8), 5);
    assert_int_equal(skep_canvas_tail(&canvas, second, SKEP_STYLE_PLAIN, "abc", 3), 3);
    assert_int_equal(skep_canvas_tail(&canvas, third, SKEP_STYLE_PLAIN, "a日本x", 8), 4);
    expect("…efgh\nabc\n…本x\n");
}

/* A wide character takes two columns; one that would be cut in half is left out. */
static void test_canvas__wide(void **state)
{
    (void)state;
    begin(2, 10);
    assert_int_equal(skep_canvas_width(&canvas, "日本"), 4);
    assert_int_equal(add(0, 0, 4, "日本"), 4);
    assert_int_equal(add(0, 4, 2, "ab"), 2);
    assert_int_equal(add(1, 0, 4, "日本語"), 3);
    expect("日本ab\n日…\n");
    assert_string_equal(skep_canvas_cell(&canvas, 0, 1)->text, "");
}

/* What is drawn over half of a wide character takes the other half away, too. */
static void test_canvas__breaks_wide(void **state)
{
    (void)state;
    begin(1, 6);
    (void)add(0, 0, 6, "日本");
    (void)add(0, 1, 2, "xy");
    expect(" xy\n");
}

/* An accent stays over its letter. */
static void test_canvas__accent(void **state)
{
    (void)state;
    begin(1, 4);
    assert_int_equal(add(0, 0, 4, "e\xcc\x81z"), 2);
    expect("e\xcc\x81z\n");
}

/* Half of it done, a tenth failed. */
static void test_canvas__bar(void **state)
{
    (void)state;
    begin(4, 10);
    skep_canvas_bar(&canvas, (struct skep_box){0, 0, 10}, 0.5, 0.1);
    skep_canvas_bar(&canvas, (struct skep_box){1, 0, 10}, 0.25, 0);
    skep_canvas_bar(&canvas, (struct skep_box){2, 0, 10}, 7, 0);
    skep_canvas_bar(&canvas, (struct skep_box){3, 0, 10}, NAN, NAN);
    expect("━━━━━─────\n━━╸───────\n━━━━━━━━━━\n──────────\n");
    assert_int_equal(skep_canvas_cell(&canvas, 0, 0)->style, SKEP_STYLE_BAD);
    assert_int_equal(skep_canvas_cell(&canvas, 0, 1)->style, SKEP_STYLE_GOOD);
    assert_int_equal(skep_canvas_cell(&canvas, 0, 5)->style, SKEP_STYLE_DIM);
}

/* One failure in a million is seen. */
static void test_canvas__bar_shows_a_failure(void **state)
{
    (void)state;
    begin(1, 10);
    skep_canvas_bar(&canvas, (struct skep_box){0, 0, 10}, 1e-6, 1e-6);
    assert_int_equal(skep_canvas_cell(&canvas, 0, 0)->style, SKEP_STYLE_BAD);
    expect("╸─────────\n");
}

/* The newest values, at the right, by the largest of them; a gap where nothing is known. */
static void test_canvas__spark(void **state)
{
    const double values[] = {900, 0, 3.5, NAN, 7};

    (void)state;
    begin(2, 8);
    skep_canvas_spark(&canvas, (struct skep_box){0, 0, 4}, SKEP_STYLE_PLAIN, values, 5);
    skep_canvas_spark(&canvas, (struct skep_box){1, 0, 8}, SKEP_STYLE_PLAIN, values + 1, 1);
    expect("▁▅ █\n       ▁\n");
}

/* ---- refuses ---- */

/* Escape sequences, controls, broken UTF-8 and marks that turn the direction of writing are written out. */
static void test_canvas__strangers(void **state)
{
    const char turned[] = {'\xe2', '\x80', '\xae', 'a', 'b', 'c', '\0'};

    (void)state;
    begin(4, 40);
    (void)add(0, 0, 40, "\033[2J\a\x9b");
    (void)add(1, 0, 40, "a\r\nb");
    (void)add(2, 0, 40, turned);
    (void)add(3, 0, 40, "x\xe2\x80\x8by\xef\xb8\x8fz"); /* no width: left out */
    expect("\\x1b[2J\\x07\\x9b\na\\r\\nb\n\\xe2\\x80\\xaeabc\nxyz\n");
}

/* A tower of accents is as high as one. */
static void test_canvas__towers(void **state)
{
    char text[64] = "a";

    (void)state;
    begin(1, 4);
    for (int i = 0; i < 20; i++) {
        memcpy(text + strlen(text), "\xcc\x81", 3);
    }
    assert_int_equal(add(0, 0, 4, text), 1);
    assert_in_range(strlen(skep_canvas_cell(&canvas, 0, 0)->text), 1, SKEP_CELL_BYTES - 1);
}

/* Beyond the edges nothing is drawn, whatever is asked for. */
static void test_canvas__edges(void **state)
{
    (void)state;
    begin(2, 3);
    assert_int_equal(add(2, 0, 3, "no"), 0);
    assert_int_equal(add(-1, 0, 3, "no"), 0);
    assert_int_equal(add(0, 3, 3, "no"), 0);
    assert_int_equal(add(0, 0, 0, "no"), 0);
    assert_int_equal(add(0, 0, -5, "no"), 0);
    skep_canvas_bar(&canvas, (struct skep_box){0, -1, 3}, 1, 1);
    skep_canvas_spark(&canvas, (struct skep_box){9, 0, 3}, SKEP_STYLE_PLAIN, (double[]){1}, 1);
    skep_canvas_choose(&canvas, (struct skep_box){5, 0, 3});
    skep_canvas_fade(&canvas, -3, 100);
    expect("");
}

/* A terminal that claims to have no size, or an absurd one, gets a sane one. */
static void test_canvas__sizes(void **state)
{
    (void)state;
    begin(0, -4);
    assert_int_equal(canvas.rows, 1);
    assert_int_equal(canvas.columns, 1);
    assert_int_equal(add(0, 0, 1, "日"), 1);
    expect("…\n");
    begin(1000000, 1000000);
    assert_int_equal(canvas.rows, SKEP_CANVAS_MAX_ROWS);
    assert_int_equal(canvas.columns, SKEP_CANVAS_MAX_COLUMNS);
}

/* Where the locale knows no UTF-8, everything is ASCII. */
static void test_canvas__ascii(void **state)
{
    const double values[] = {0, 1};

    (void)state;
    assert_non_null(setlocale(LC_CTYPE, "C"));
    begin(4, 10);
    (void)add(0, 0, 3, "日本語x");
    (void)add(0, 4, 3, "abcdef");
    skep_canvas_bar(&canvas, (struct skep_box){1, 0, 10}, 0.5, 0.1);
    skep_canvas_spark(&canvas, (struct skep_box){2, 0, 2}, SKEP_STYLE_PLAIN, values, 2);
    skep_canvas_rule(&canvas, (struct skep_box){3, 0, 4});
    expect("??~ ab~\nx====-----\n_#\n----\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_canvas__text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__cuts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__tail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__wide, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__breaks_wide, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__accent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__bar, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__bar_shows_a_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__spark, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__strangers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__towers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__edges, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__sizes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_canvas__ascii, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("producer/top/canvas", tests, NULL, NULL);
}
