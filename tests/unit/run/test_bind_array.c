/* SPDX-License-Identifier: MIT */
/* Several arrays in one argument, and numbers in the place of arrays. The arrays are NumPy's own
 * (tests/golden/npy): 3 * i - 4 in shape (3, 4). */
#include "unit/run/bind_fixture.h"

#include <stdio.h>

enum { VARS, LEVEL, ROW, WORDS };

static const struct skep_arg_spec specs[] = {
    [VARS] = {.name = "vars", .kind = SKEP_ARG_ARRAYS, .shape_text = "arrays or numbers, each with its name"},
    [LEVEL] = {.name = "level", .kind = SKEP_ARG_ARRAY, .max_ndim = 1, .shape_text = "[n]"},
    [ROW] = {.name = "row", .kind = SKEP_ARG_ARRAY, .min_ndim = 1, .max_ndim = 1, .shape_text = "[n]"},
    [WORDS] = {.name = "words", .kind = SKEP_ARG_TEXT},
    {0},
};
static const struct skep_kernel row = {.name = "k", .args = specs};

/* ---- works ---- */

/* An object gives each item its name; references, lists and numbers may be mixed. */
static void test_bind_array__takes_arrays_by_name(void **state)
{
    const struct skep_arg *arg =
        bind_for(&row, "{\"vars\":{\"a\":\"f8-little.npy[:,1]\",\"b\":[1,2],\"c\":2.5,\"d\":7,\"e\":true}}");
    const struct skep_array_item *items = arg[VARS].arrays.items;

    (void)state;
    assert_true(arg[VARS].is_given);
    assert_int_equal(arg[VARS].arrays.n, 5);
    assert_string_equal(items[0].name, "a");
    assert_int_equal(items[0].view.ndim, 1);
    assert_int_equal(items[0].view.shape[0], 3);
    assert_false(items[0].is_number);
    assert_string_equal(items[1].name, "b");
    assert_int_equal(items[1].view.dtype, SKEP_I8);
    assert_int_equal(items[1].view.ndim, 1);
    assert_true(items[2].is_number);
    assert_int_equal(items[2].view.ndim, 0);
    assert_int_equal(items[2].view.dtype, SKEP_F8);
    assert_true(*(const double *)items[2].view.data == 2.5);
    assert_int_equal(items[3].view.dtype, SKEP_I8);
    assert_true(*(const int64_t *)items[3].view.data == 7);
    assert_int_equal(items[4].view.dtype, SKEP_B1);
    assert_true(items[4].is_number);
}

/* A list gives the items their order and no names. */
static void test_bind_array__takes_a_list(void **state)
{
    const struct skep_arg *arg = bind_for(&row, "{\"vars\":[\"u4-little.npy\",[[1],[2]],3]}");

    (void)state;
    assert_int_equal(arg[VARS].arrays.n, 3);
    assert_null(arg[VARS].arrays.items[0].name);
    assert_int_equal(arg[VARS].arrays.items[0].view.dtype, SKEP_U4);
    assert_int_equal(arg[VARS].arrays.items[1].view.ndim, 2);
    assert_true(arg[VARS].arrays.items[2].is_number);
    assert_int_equal(bind_for(&row, "{\"vars\":[]}")[VARS].arrays.n, 0);
    assert_int_equal(bind_for(&row, "{\"vars\":{}}")[VARS].arrays.n, 0);
    assert_false(bind_for(&row, "{}")[VARS].is_given);
}

/* Where an array may be without axes, a number is one. */
static void test_bind_array__takes_a_number_for_an_array(void **state)
{
    const struct skep_view *view = &bind_for(&row, "{\"level\":12}")[LEVEL].view;

    (void)state;
    assert_int_equal(view->ndim, 0);
    assert_int_equal(view->dtype, SKEP_I8);
    assert_true(*(const int64_t *)view->data == 12);
    assert_int_equal(bind_for(&row, "{\"level\":[12]}")[LEVEL].view.ndim, 1);
}

/* Text arrives without its escapes. */
static void test_bind_array__takes_text(void **state)
{
    const struct skep_arg *arg = bind_for(&row, "{\"words\":\"a\\u002bb\"}");

    (void)state;
    assert_int_equal(arg[WORDS].json.length, 3);
    assert_memory_equal(arg[WORDS].json.text, "a+b", 3);
}

/* ---- refuses ---- */

/* What is wrong with one of several arrays is said with its name or place. */
static void test_bind_array__names_the_item_that_is_wrong(void **state)
{
    (void)state;
    check_refused_for(
        &row, "{\"vars\":{\"a\":1,\"b\":null}}", SKEP_E_BAD_ARGS,
        "argument \"vars.b\" must be an array: a reference \"PATH[slice]\" or a list of numbers, "
        "not null");
    check_refused_for(&row, "{\"vars\":[[1,2],[[1],[2,3]]]}", SKEP_E_BAD_ARGS,
                      "argument \"vars[1]\": element [1]: wanted an array of 1, got an array of 2");
    check_refused_for(&row, "{\"vars\":{\"a\":\"nowhere.npy\"}}", SKEP_E_ARRAY_MISSING,
                      "argument \"vars.a\": nowhere.npy: no such file below " SKEP_TESTS_DIR "/golden/npy");
}

/* Neither a number nor text is several arrays, and a row needs an axis. */
static void test_bind_array__refuses_other_kinds(void **state)
{
    (void)state;
    check_refused_for(&row, "{\"vars\":7}", SKEP_E_BAD_ARGS,
                      "argument \"vars\" must be arrays or numbers, each with its name, not 7");
    check_refused_for(
        &row, "{\"row\":7}", SKEP_E_BAD_ARGS,
        "argument \"row\" must be an array: a reference \"PATH[slice]\" or a list of numbers, not 7");
    check_refused_for(&row, "{\"words\":7}", SKEP_E_BAD_ARGS, "argument \"words\" must be text, not 7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bind_array__takes_arrays_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind_array__takes_a_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind_array__takes_a_number_for_an_array, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind_array__takes_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind_array__names_the_item_that_is_wrong, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind_array__refuses_other_kinds, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
