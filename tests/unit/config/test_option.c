/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <math.h>
#include <string.h>

#include "config/option.h"

struct settings {
    bool flag;
    const char *text;
    int64_t count;
    double ratio;
    uint64_t size_bytes;
    double wait_s;
    struct skep_text_list list;
    const char *config;
    struct skep_option_series series;
};

enum { FLAG, TEXT, COUNT, RATIO, SIZE, WAIT, LIST, CONFIG, GRID, PAIRS, N_ROWS };

static const struct skep_option rows[] = {
    [FLAG] = {.name = "flag", .kind = SKEP_OPT_FLAG, .offset = offsetof(struct settings, flag)},
    [TEXT] = {.name = "text", .kind = SKEP_OPT_TEXT, .offset = offsetof(struct settings, text)},
    [COUNT] = {.name = "count",
               .kind = SKEP_OPT_I64,
               .offset = offsetof(struct settings, count),
               .least = -2,
               .most = 4096},
    [RATIO] = {.name = "ratio",
               .kind = SKEP_OPT_F64,
               .offset = offsetof(struct settings, ratio),
               .least = 0.5,
               .most = INFINITY},
    [SIZE] = {.name = "size",
              .kind = SKEP_OPT_BYTES,
              .offset = offsetof(struct settings, size_bytes),
              .least = 1024,
              .most = 3221225472.0},
    [WAIT] = {.name = "wait",
              .kind = SKEP_OPT_SECONDS,
              .offset = offsetof(struct settings, wait_s),
              .least = 0.1,
              .most = 172800},
    [LIST] = {.name = "list", .kind = SKEP_OPT_LIST, .offset = offsetof(struct settings, list)},
    [CONFIG] = {.name = "config", .kind = SKEP_OPT_CONFIG, .offset = offsetof(struct settings, config)},
    [GRID] = {.name = "grid", .kind = SKEP_OPT_SERIES, .offset = offsetof(struct settings, series)},
    [PAIRS] = {.name = "pairs", .kind = SKEP_OPT_SERIES, .offset = offsetof(struct settings, series)},
    [N_ROWS] = {0},
};

struct fixture {
    struct settings settings;
    struct skep_arena arena;
    size_t set_at[N_ROWS];
    struct skep_option_layer layer;
    struct skep_error err;
};

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.layer = {.rows = rows}};
    skep_arena_init(&f->arena, 1 << 20);
    f->layer.settings = &f->settings;
    f->layer.arena = &f->arena;
    f->layer.set_at = f->set_at;
}

static int setup(void **state)
{
    static struct fixture fixture;

    fixture_init(&fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_arena_release(&f->arena);
    return 0;
}

static skep_status set(struct fixture *f, int row, const char *text)
{
    skep_error_clear(&f->err);
    return skep_option_layer_set(&f->layer, &rows[row], text, 7, &f->err);
}

static void refuse(struct fixture *f, int row, const char *text, const char *words)
{
    assert_int_equal(set(f, row, text), SKEP_E_USAGE);
    assert_string_equal(f->err.text, words);
}

/* A row is found by its whole name, wherever the name ends. */
static void test_option__find(void **state)
{
    (void)state;
    assert_ptr_equal(skep_option_find(rows, "size=5", 4), &rows[SIZE]);
    assert_null(skep_option_find(rows, "size", 3));
    assert_null(skep_option_find(rows, "sizes", 5));
    assert_null(skep_option_find(rows, "", 0));
}

/* Every kind reads its texts into a field of its type. */
static void test_option__reads_every_kind(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(set(f, FLAG, "on"), SKEP_OK);
    assert_true(f->settings.flag);
    assert_int_equal(set(f, FLAG, "no"), SKEP_OK);
    assert_false(f->settings.flag);
    assert_int_equal(set(f, TEXT, "a text"), SKEP_OK);
    assert_string_equal(f->settings.text, "a text");
    assert_int_equal(set(f, COUNT, "-2"), SKEP_OK);
    assert_int_equal(f->settings.count, -2);
    assert_int_equal(set(f, RATIO, "1e3"), SKEP_OK);
    assert_true(f->settings.ratio == 1000.0);
    assert_int_equal(set(f, RATIO, "inf"), SKEP_OK);
    assert_int_equal(set(f, SIZE, "3G"), SKEP_OK);
    assert_int_equal(f->settings.size_bytes, 3221225472);
    assert_int_equal(set(f, CONFIG, "a.conf"), SKEP_OK);
    assert_string_equal(f->settings.config, "a.conf");
}

/* A span has a unit, or counts seconds. */
static void test_option__reads_spans(void **state)
{
    static const struct {
        const char *text;
        double seconds;
    } cases[] = {{"5", 5},      {"0.5", 0.5},   {"250ms", 0.25}, {"2.5s", 2.5},
                 {"3min", 180}, {"1.5h", 5400}, {"2d", 172800},  {"1e2", 100}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(set(f, WAIT, cases[i].text), SKEP_OK);
        assert_true(fabs(f->settings.wait_s - cases[i].seconds) < 1e-12);
    }
}

/* A list grows within its layer, and the next layer starts it anew. */
static void test_option__list_grows_within_a_layer(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(set(f, LIST, "a,b"), SKEP_OK);
    assert_int_equal(set(f, LIST, "c"), SKEP_OK);
    assert_int_equal(f->settings.list.n, 2);
    assert_string_equal(f->settings.list.items[0], "a,b");
    assert_string_equal(f->settings.list.items[1], "c");
    assert_int_equal(f->set_at[LIST], 7);
    skep_option_layer_begin(&f->layer);
    assert_int_equal(f->set_at[LIST], 0);
    assert_int_equal(set(f, LIST, "d"), SKEP_OK);
    assert_int_equal(f->settings.list.n, 1);
    assert_string_equal(f->settings.list.items[0], "d");
}

/* A series keeps the order of the options that share it, and starts anew with the next layer. */
static void test_option__series_keeps_the_order(void **state)
{
    static const int order[] = {PAIRS, GRID, PAIRS};
    struct fixture *f = *state;
    const struct skep_option_series *series = &f->settings.series;

    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(set(f, order[i], i == 1 ? "r=0.5" : "i,j=4"), SKEP_OK);
    }
    assert_int_equal(series->n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_equal(series->items[i].row, &rows[order[i]]);
    }
    assert_string_equal(series->items[1].text, "r=0.5");
    skep_option_layer_begin(&f->layer);
    assert_int_equal(set(f, GRID, "a,b"), SKEP_OK);
    assert_int_equal(series->n, 1);
    assert_string_equal(series->items[0].text, "a,b");
}

/* Joined items stand between commas; blanks around them and empty ones do not count. */
static void test_option__joined_items(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(skep_option_layer_set_joined(&f->layer, &rows[LIST], " a b ,,c\t, d", 1, NULL), SKEP_OK);
    assert_int_equal(f->settings.list.n, 3);
    assert_string_equal(f->settings.list.items[0], "a b");
    assert_string_equal(f->settings.list.items[1], "c");
    assert_string_equal(f->settings.list.items[2], "d");
    assert_int_equal(skep_option_layer_set_joined(&f->layer, &rows[TEXT], "a,b", 1, NULL), SKEP_OK);
    assert_string_equal(f->settings.text, "a,b");
}

/* Texts are copied: the original may go. */
static void test_option__texts_are_copied(void **state)
{
    struct fixture *f = *state;
    char text[] = "original";

    assert_int_equal(set(f, TEXT, text), SKEP_OK);
    assert_int_equal(set(f, LIST, text), SKEP_OK);
    memset(text, 'x', sizeof text - 1);
    assert_string_equal(f->settings.text, "original");
    assert_string_equal(f->settings.list.items[0], "original");
}

/* A range is told in the unit of its kind. */
static void test_option__ranges_have_units(void **state)
{
    struct skep_option row = {.name = "x", .kind = SKEP_OPT_BYTES, .least = 1, .most = 1536};
    char text[SKEP_OPTION_RANGE_BYTES];

    (void)state;
    assert_string_equal(skep_option_range(&rows[COUNT], text), "-2 to 4096");
    assert_string_equal(skep_option_range(&rows[RATIO], text), "at least 0.5");
    assert_string_equal(skep_option_range(&rows[SIZE], text), "1K to 3G");
    assert_string_equal(skep_option_range(&rows[WAIT], text), "0.1 s to 172800 s");
    assert_string_equal(skep_option_range(&rows[TEXT], text), "");
    assert_string_equal(skep_option_range(&row, text), "1 to 1536");
    row = (struct skep_option){.name = "x", .kind = SKEP_OPT_F64, .least = -INFINITY, .most = 2.5};
    assert_string_equal(skep_option_range(&row, text), "at most 2.5");
}

/* A text of the wrong kind is refused in the words of the kind. */
static void test_option__refuses_wrong_texts(void **state)
{
    struct fixture *f = *state;

    refuse(f, FLAG, "maybe", "'maybe' is neither yes nor no");
    refuse(f, COUNT, "4x", "'4x' is not a whole number");
    refuse(f, COUNT, "", "'' is not a whole number");
    refuse(f, RATIO, "1,5", "'1,5' is not a number");
    refuse(f, RATIO, "nan", "'nan' is not a number");
    refuse(f, SIZE, "64kB", "'64kB' is not a number of bytes, such as 512, 64K, 8M or 2G");
    refuse(f, WAIT, "soon", "'soon' is not a time, such as 5, 250ms, 2min or 1h");
    refuse(f, WAIT, "ms", "'ms' is not a time, such as 5, 250ms, 2min or 1h");
    refuse(f, WAIT, "-5", "'-5' is not a time, such as 5, 250ms, 2min or 1h");
    refuse(f, WAIT, "inf", "'inf' is not a time, such as 5, 250ms, 2min or 1h");
}

/* A number out of range is refused with both ends and the unit; the ends themselves are in. */
static void test_option__refuses_out_of_range(void **state)
{
    struct fixture *f = *state;

    refuse(f, COUNT, "-3", "-3 is out of range: -2 to 4096");
    refuse(f, COUNT, "4097", "4097 is out of range: -2 to 4096");
    assert_int_equal(set(f, COUNT, "4096"), SKEP_OK);
    refuse(f, RATIO, "0.4", "0.4 is out of range: at least 0.5");
    refuse(f, SIZE, "1023", "1023 is out of range: 1K to 3G");
    assert_int_equal(set(f, SIZE, "1K"), SKEP_OK);
    refuse(f, WAIT, "50ms", "50ms is out of range: 0.1 s to 172800 s");
    refuse(f, WAIT, "3d", "3d is out of range: 0.1 s to 172800 s");
}

/* A list takes its maximum and not one item more. */
static void test_option__refuses_one_item_too_many(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < SKEP_TEXT_LIST_MAX; i++) {
        assert_int_equal(set(f, LIST, "x"), SKEP_OK);
    }
    refuse(f, LIST, "x", "given more than 64 times");
    for (int i = 0; i < SKEP_TEXT_LIST_MAX; i++) {
        assert_int_equal(set(f, i % 2 == 0 ? GRID : PAIRS, "x"), SKEP_OK);
    }
    refuse(f, GRID, "x", "more than 64 options of its kind");
}

static skep_status set_texts(void *context)
{
    struct fixture f;
    skep_status st;

    (void)context;
    fixture_init(&f);
    st = set(&f, TEXT, "text");
    if (st == SKEP_OK) {
        st = skep_option_layer_set_joined(&f.layer, &rows[LIST], "a, b", 1, &f.err);
    }
    skep_arena_release(&f.arena);
    return st;
}

/* Without memory for a copy it says so. */
static void test_option__survives_a_failing_heap(void **state)
{
    (void)state;
    test_heap_torture(set_texts, NULL);
}

/* A full arena is no memory, wherever in a list it ends. */
static void test_option__full_arena(void **state)
{
    struct fixture *f = *state;
    skep_status st = SKEP_E_NOMEM;

    for (size_t max = 0; st != SKEP_OK; max++) {
        skep_arena_release(&f->arena);
        skep_arena_init(&f->arena, max);
        assert_true(max < 100);
        st = skep_option_layer_set_joined(&f->layer, &rows[LIST], "one, two", 1, NULL);
        assert_true(st == SKEP_OK || st == SKEP_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_option__find),
        cmocka_unit_test_setup_teardown(test_option__reads_every_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_option__reads_spans, setup, teardown),
        cmocka_unit_test_setup_teardown(test_option__list_grows_within_a_layer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_option__series_keeps_the_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_option__joined_items, setup, teardown),
        cmocka_unit_test_setup_teardown(test_option__texts_are_copied, setup, teardown),
        cmocka_unit_test(test_option__ranges_have_units),
        cmocka_unit_test_setup_teardown(test_option__refuses_wrong_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_option__refuses_out_of_range, setup, teardown),
        cmocka_unit_test_setup_teardown(test_option__refuses_one_item_too_many, setup, teardown),
        cmocka_unit_test(test_option__survives_a_failing_heap),
        cmocka_unit_test_setup_teardown(test_option__full_arena, setup, teardown),
    };
    return cmocka_run_group_tests_name("config/option", tests, NULL, NULL);
}
