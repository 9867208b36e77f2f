/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "task/json_read.h"
#include "task/node.h"

static struct skep_arena arena;
static struct skep_error err;

static int set_up(void **state)
{
    (void)state;
    skep_arena_init(&arena, 16 * 1024 * 1024);
    err = (struct skep_error){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    return 0;
}

static const struct skep_node *parse(const char *text)
{
    const struct skep_limits limits = {.depth = 100, .record_bytes = 1 << 20};
    const struct skep_node *root = NULL;

    assert_int_equal(skep_json_parse(text, strlen(text), &limits, &arena, &root, NULL), SKEP_OK);
    return root;
}

static struct skep_view view_of(const char *text)
{
    struct skep_view view = {0};

    if (skep_node_to_view(parse(text), &arena, &view, &err) != SKEP_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return view;
}

/* A member is found by its name, and what is not there, or no object, is NULL. */
static void test_node__gets_members(void **state)
{
    const struct skep_node *root = parse("{\"a\":1,\"ab\":2,\"b\":{\"a\":3}}");

    (void)state;
    assert_int_equal(skep_node_get(root, "a")->i64, 1);
    assert_int_equal(skep_node_get(root, "ab")->i64, 2);
    assert_int_equal(skep_node_get(skep_node_get(root, "b"), "a")->i64, 3);
    assert_null(skep_node_get(root, "abc"));
    assert_null(skep_node_get(root, ""));
    assert_null(skep_node_get(skep_node_get(root, "a"), "a"));
    assert_null(skep_node_get(NULL, "a"));
}

/* Each kind has its words, and so has each value. */
static void test_node__describes(void **state)
{
    static const struct {
        const char *text;
        const char *kind;
        const char *words;
    } rows[] = {
        {"null", "null", "null"},
        {"true", "a boolean", "true"},
        {"false", "a boolean", "false"},
        {"-12", "a number", "-12"},
        {"0.5", "a number", "0.5"},
        {"\"bee\\u001b\"", "a text", "the text \"bee?\""},
        {"[1,2,3]", "an array", "an array of 3"},
        {"{\"a\":1}", "an object", "an object"},
    };
    char words[SKEP_NODE_WORDS_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct skep_node *node = parse(rows[i].text);
        assert_string_equal(skep_node_kind_text(node), rows[i].kind);
        assert_string_equal(skep_node_describe(node, words, sizeof words), rows[i].words);
    }
    assert_string_equal(skep_node_kind_text(NULL), "nothing");
    assert_string_equal(skep_node_describe(NULL, words, sizeof words), "nothing");
}

/* All integers become i8, exactly. */
static void test_node__integers_become_i8(void **state)
{
    const struct skep_view view = view_of("[9007199254740993,-1,0]");
    const int64_t *data = view.data;

    (void)state;
    assert_int_equal(view.dtype, SKEP_I8);
    assert_int_equal(view.ndim, 1);
    assert_int_equal(view.shape[0], 3);
    assert_true(skep_view_is_contiguous(&view));
    assert_true(data[0] == 9007199254740993 && data[1] == -1 && data[2] == 0);
    assert_int_equal((uintptr_t)view.data % 8, 0);
}

/* All booleans become b1. */
static void test_node__booleans_become_b1(void **state)
{
    const struct skep_view view = view_of("[[true,false],[false,true]]");

    (void)state;
    assert_int_equal(view.dtype, SKEP_B1);
    assert_memory_equal(view.data, "\1\0\0\1", 4);
}

/* One real or special makes all f8; rows follow each other. */
static void test_node__reals_become_f8(void **state)
{
    const struct skep_view view = view_of("[[1,2.5,\"nan\"],[\"inf\",\"-inf\",-0.0]]");
    const double *data = view.data;

    (void)state;
    assert_int_equal(view.dtype, SKEP_F8);
    assert_int_equal(view.ndim, 2);
    assert_int_equal(view.shape[0], 2);
    assert_int_equal(view.shape[1], 3);
    assert_int_equal(view.strides[0], 3);
    assert_int_equal(view.strides[1], 1);
    assert_true(data[0] == 1 && data[1] == 2.5 && isnan(data[2]));
    assert_true(isinf(data[3]) && data[3] > 0 && isinf(data[4]) && data[4] < 0 && signbit(data[5]));
}

/* Without an element it is f8, of the shape that is written. */
static void test_node__nothing_becomes_f8(void **state)
{
    struct skep_view view = view_of("[]");

    (void)state;
    assert_int_equal(view.dtype, SKEP_F8);
    assert_int_equal(view.ndim, 1);
    assert_int_equal(view.shape[0], 0);
    view = view_of("[[[]],[[]]]");
    assert_int_equal(view.ndim, 3);
    assert_int_equal(view.shape[0], 2);
    assert_int_equal(view.shape[1], 1);
    assert_int_equal(view.shape[2], 0);
}

/* An array may have as many dimensions as a view, and not one more. */
static void test_node__limits_the_dimensions(void **state)
{
    char text[2 * (SKEP_MAX_DIMS + 1) + 2];
    struct skep_view view;

    (void)state;
    for (int ndim = SKEP_MAX_DIMS; ndim <= SKEP_MAX_DIMS + 1; ndim++) {
        memset(text, '[', (size_t)ndim);
        text[ndim] = '7';
        memset(text + ndim + 1, ']', (size_t)ndim);
        text[2 * ndim + 1] = '\0';
        if (ndim == SKEP_MAX_DIMS) {
            view = view_of(text);
            assert_int_equal(view.ndim, SKEP_MAX_DIMS);
            assert_int_equal(*(const int64_t *)view.data, 7);
        } else {
            assert_int_equal(skep_node_to_view(parse(text), &arena, &view, &err), SKEP_E_BAD_ARGS);
            assert_string_equal(err.text, "arrays within arrays more than 32 deep");
        }
    }
}

/* What is not a regular array of numbers is refused, and the message says where. */
static void test_node__refuses_what_is_no_array(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"7", "wanted an array, got 7"},
        {"{}", "wanted an array, got an object"},
        {"[1,null]", "element [1]: wanted a number, got null"},
        {"[\"1\"]", "element [0]: wanted a number, got the text \"1\""},
        {"[\"NaN\"]", "element [0]: wanted a number, got the text \"NaN\""},
        {"[\"nan\\u0020\"]", "element [0]: wanted a number, got the text \"nan \""},
        {"[{}]", "element [0]: wanted a number, got an object"},
        {"[1,[2]]", "element [1]: wanted a number, got an array of 1"},
        {"[[1],2]", "element [1]: wanted an array of 1, got 2"},
        {"[[1,2],[3]]", "element [1]: wanted an array of 2, got an array of 1"},
        {"[[[1],[2]],[[3],[4,5]]]", "element [1, 1]: wanted an array of 1, got an array of 2"},
        {"[[],[1]]", "element [1]: wanted an array of 0, got an array of 1"},
        {"[true,1]", "element [1]: wanted a boolean, as before, got 1"},
        {"[1,true]", "element [1]: wanted a number, as before, got true"},
        {"[0.5,9007199254740993]",
         "element [1]: wanted a number that is exact as a double, got 9007199254740993"},
        {"[0.5,9223372036854775807]",
         "element [1]: wanted a number that is exact as a double, got 9223372036854775807"},
    };
    struct skep_view view;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        skep_error_clear(&err);
        assert_int_equal(skep_node_to_view(parse(rows[i].text), &arena, &view, &err), SKEP_E_BAD_ARGS);
        assert_string_equal(err.text, rows[i].words);
    }
}

/* An arena that is too small for the elements says so. */
static void test_node__says_when_the_arena_is_full(void **state)
{
    const struct skep_node *array = parse("[1,2,3]");
    struct skep_arena small;
    struct skep_view view;

    (void)state;
    skep_arena_init(&small, 23);
    assert_int_equal(skep_node_to_view(array, &small, &view, &err), SKEP_E_NOMEM);
    skep_arena_release(&small);
    skep_arena_init(&small, 24);
    assert_int_equal(skep_node_to_view(array, &small, &view, NULL), SKEP_OK);
    skep_arena_release(&small);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_node__gets_members),
        TEST(test_node__describes),
        TEST(test_node__integers_become_i8),
        TEST(test_node__booleans_become_b1),
        TEST(test_node__reals_become_f8),
        TEST(test_node__nothing_becomes_f8),
        TEST(test_node__limits_the_dimensions),
        TEST(test_node__refuses_what_is_no_array),
        TEST(test_node__says_when_the_arena_is_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
