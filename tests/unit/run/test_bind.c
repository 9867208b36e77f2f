/* SPDX-License-Identifier: MIT */
/* Arguments as a kernel's row declares them. The arrays are NumPy's own (tests/golden/npy): 3 * i - 4 in
 * shape (3, 4). */
#include "unit/run/bind_fixture.h"

#include <math.h>

static const char *const edges[] = {"strict", "inclusive", NULL};
static const char *const bases[] = {"e", "2", NULL};

enum { X, PAIRS, ANY, COUNTS, REAL, PART, WHOLE, FEW, LARGE, FLAG, EDGE, BASE, VARS };

static const struct skep_arg_spec every_kind[] = {
    [X] = {.name = "x",
           .kind = SKEP_ARG_ARRAY,
           .dtype = SKEP_F8,
           .min_ndim = 1,
           .max_ndim = 1,
           .shape_text = "[n]"},
    [PAIRS] = {.name = "pairs",
               .kind = SKEP_ARG_ARRAY,
               .dtype = SKEP_F8,
               .min_ndim = 2,
               .max_ndim = 2,
               .shape = {0, 2},
               .shape_text = "[n,2]"},
    [ANY] = {.name = "any", .kind = SKEP_ARG_ARRAY, .max_ndim = SKEP_MAX_DIMS},
    [COUNTS] = {.name = "counts", .kind = SKEP_ARG_ARRAY, .dtype = SKEP_I8, .max_ndim = 1},
    [REAL] = {.name = "real", .kind = SKEP_ARG_F64},
    [PART] = {.name = "part", .kind = SKEP_ARG_F64, .least = 0, .most = 1, .default_text = "0.25"},
    [WHOLE] = {.name = "whole", .kind = SKEP_ARG_I64, .default_text = "-3"},
    [FEW] = {.name = "few", .kind = SKEP_ARG_I64, .least = 1, .most = 100},
    [LARGE] = {.name = "large", .kind = SKEP_ARG_U64, .default_text = "18446744073709551615"},
    [FLAG] = {.name = "flag", .kind = SKEP_ARG_BOOL, .default_text = "true"},
    [EDGE] = {.name = "edge", .kind = SKEP_ARG_CHOICE, .choices = edges, .default_text = "strict"},
    [BASE] = {.name = "base", .kind = SKEP_ARG_CHOICE, .choices = bases},
    [VARS] = {.name = "vars", .kind = SKEP_ARG_JSON},
    {0},
};
static const struct skep_kernel kernel = {.name = "k", .args = every_kind};

static const struct skep_arg_spec one_needed[] = {
    {.name = "r", .kind = SKEP_ARG_F64, .is_required = true},
    {0},
};
static const struct skep_kernel needy = {.name = "needy", .args = one_needed};

static const struct skep_arg_spec all_as_json[] = {{.name = "*", .kind = SKEP_ARG_JSON}, {0}};
static const struct skep_kernel taker = {.name = "taker", .args = all_as_json};

static const struct skep_arg *bind(const char *args)
{
    return bind_for(&kernel, args);
}

static void check_refused(const char *args, const char *message)
{
    check_refused_for(&kernel, args, SKEP_E_BAD_ARGS, message);
}

/* VIEW is a row of N doubles. */
static void check_row(const struct skep_view *view, const double *wanted, int64_t n)
{
    assert_int_equal(view->dtype, SKEP_F8);
    assert_int_equal(view->ndim, 1);
    assert_int_equal(view->shape[0], n);
    for (int64_t i = 0; i < n; i++) {
        double got = skep_view_get_f8(view, i * view->strides[0]);
        assert_memory_equal(&got, &wanted[i], sizeof got);
    }
}

/* ---- works ---- */

/* A reference of the kernel's own dtype is the mapped file itself: a strided view, nothing copied. */
static void test_bind__lends_an_array_as_it_lies_in_the_file(void **state)
{
    const struct skep_arg *args = bind("{\"x\":\"f8-little.npy[:,1]\"}");
    struct skep_npy_place place;

    (void)state;
    assert_true(args[X].is_given);
    check_row(&args[X].view, (const double[]){-1, 11, 23}, 3);
    assert_int_equal(args[X].view.strides[0], 4);
    assert_true(skep_npy_cache_find_address(cache, args[X].view.data, &place));
    assert_string_equal(place.path, "f8-little.npy");
}

/* What converts without loss is converted: f4, narrow integers, booleans; swapped and unaligned files too. */
static void test_bind__converts_what_loses_nothing(void **state)
{
    static const char *const names[] = {"f4-little", "f4-big", "i1",       "i2-big",
                                        "i4-little", "f8-big", "unaligned"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char args[64];
        snprintf(args, sizeof args, "{\"x\":\"%s.npy[1,::-1]\"}", names[i]);
        check_row(&bind(args)[X].view, (const double[]){17, 14, 11, 8}, 4);
    }
    check_row(&bind("{\"x\":\"u4-little.npy[0]\"}")[X].view, (const double[]){0, 3, 6, 9}, 4);
    check_row(&bind("{\"x\":\"b1.npy[0]\"}")[X].view, (const double[]){1, 0, 0, 1}, 4);
}

/* An argument that takes any dtype gets the file's. */
static void test_bind__leaves_the_dtype_where_any_will_do(void **state)
{
    const struct skep_arg *args = bind("{\"any\":\"u8-big.npy\"}");

    (void)state;
    assert_int_equal(args[ANY].view.dtype, SKEP_U8);
    assert_int_equal(args[ANY].view.ndim, 2);
    assert_int_equal(bind("{\"any\":\"zero-d.npy\"}")[ANY].view.ndim, 0);
    assert_int_equal(bind("{\"any\":[true]}")[ANY].view.dtype, SKEP_B1);
    assert_int_equal(bind("{\"any\":[[1],[2]]}")[ANY].view.dtype, SKEP_I8);
}

/* Inline lists: integers, reals and the words for what JSON cannot say become doubles where doubles are
 * wanted. */
static void test_bind__takes_inline_arrays(void **state)
{
    (void)state;
    check_row(&bind("{\"x\":[1,2.5,-3]}")[X].view, (const double[]){1, 2.5, -3}, 3);
    check_row(&bind("{\"x\":[1,2,9007199254740992]}")[X].view, (const double[]){1, 2, 0x1p53}, 3);
    check_row(&bind("{\"x\":[true,false]}")[X].view, (const double[]){1, 0}, 2);
    check_row(&bind("{\"x\":[\"nan\",\"inf\",\"-inf\"]}")[X].view, (const double[]){NAN, INFINITY, -INFINITY},
              3);
    check_row(&bind("{\"x\":[]}")[X].view, NULL, 0);
    assert_int_equal(bind("{\"counts\":[7,8]}")[COUNTS].view.dtype, SKEP_I8);
    assert_int_equal(bind("{\"pairs\":[[1,2],[3,4],[5,6]]}")[PAIRS].view.shape[0], 3);
}

/* An object is a path and a slice, with or without the brackets. */
static void test_bind__takes_a_path_and_a_view(void **state)
{
    const double wanted[] = {2, 14, 26};

    (void)state;
    check_row(&bind("{\"x\":{\"path\":\"f8-little.npy\",\"view\":\"[:,2]\"}}")[X].view, wanted, 3);
    check_row(&bind("{\"x\":{\"path\":\"f8-little.npy\",\"view\":\":,2\"}}")[X].view, wanted, 3);
    assert_int_equal(bind("{\"any\":{\"path\":\"f8-little.npy\"}}")[ANY].view.ndim, 2);
}

/* A number is a JSON number, one of the three words, digits as text, or one element of an array of any dtype
 * that a double holds. */
static void test_bind__takes_numbers(void **state)
{
    (void)state;
    assert_true(bind("{\"real\":2.5}")[REAL].f64 == 2.5);
    assert_true(bind("{\"real\":3}")[REAL].f64 == 3);
    assert_true(bind("{\"real\":\"1e-3\"}")[REAL].f64 == 0.001);
    assert_true(isnan(bind("{\"real\":\"nan\"}")[REAL].f64));
    assert_true(bind("{\"real\":\"-inf\"}")[REAL].f64 == -INFINITY);
    assert_true(bind("{\"real\":\"f8-little.npy[2,-1]\"}")[REAL].f64 == 29);
    assert_true(bind("{\"real\":\"i2-big.npy[0,0]\"}")[REAL].f64 == -4);
    assert_true(bind("{\"real\":\"zero-d.npy[...]\"}")[REAL].f64 == 2.5);
    assert_true(bind("{\"part\":1}")[PART].f64 == 1);
}

/* Integers: JSON's, reals without a fraction, and text where JSON's would lose digits. */
static void test_bind__takes_integers(void **state)
{
    (void)state;
    assert_int_equal(bind("{\"whole\":-7}")[WHOLE].i64, -7);
    assert_int_equal(bind("{\"whole\":1e6}")[WHOLE].i64, 1000000);
    assert_true(bind("{\"whole\":\"-9223372036854775808\"}")[WHOLE].i64 == INT64_MIN);
    assert_int_equal(bind("{\"few\":100}")[FEW].i64, 100);
    assert_true(bind("{\"large\":\"18446744073709551615\"}")[LARGE].u64 == UINT64_MAX);
    assert_true(bind("{\"large\":9223372036854775807}")[LARGE].u64 == INT64_MAX);
    assert_true(bind("{\"large\":2.0}")[LARGE].u64 == 2);
}

/* Booleans, choices (a number among them compared as text) and plain JSON. */
static void test_bind__takes_the_other_kinds(void **state)
{
    const struct skep_arg *args =
        bind("{\"flag\":false,\"edge\":\"inclusive\",\"base\":2,\"vars\":{\"a\":[1,\"b\"]}}");

    (void)state;
    assert_false(args[FLAG].boolean);
    assert_int_equal(args[EDGE].choice, 1);
    assert_int_equal(args[BASE].choice, 1);
    assert_string_equal(args[VARS].json.text, "{\"a\":[1,\"b\"]}");
    assert_int_equal(args[VARS].json.length, strlen("{\"a\":[1,\"b\"]}"));
}

/* What is absent has its default and is_given false; without a default the kernel looks at is_given. */
static void test_bind__fills_in_defaults(void **state)
{
    const struct skep_arg *args = bind("{}");

    (void)state;
    for (int i = 0; i <= VARS; i++) {
        assert_false(args[i].is_given);
    }
    assert_true(args[PART].f64 == 0.25);
    assert_int_equal(args[WHOLE].i64, -3);
    assert_true(args[LARGE].u64 == UINT64_MAX);
    assert_true(args[FLAG].boolean);
    assert_int_equal(args[EDGE].choice, 0);
    assert_int_equal(bind(NULL)[WHOLE].i64, -3);
}

/* A kernel whose row is "*" takes whatever the record has as one JSON text; "variant" among it. */
static void test_bind__hands_everything_to_a_kernel_that_wants_it(void **state)
{
    (void)state;
    assert_string_equal(bind_for(&taker, "{\"b\":1,\"variant\":7}")[0].json.text, "{\"b\":1,\"variant\":7}");
    assert_string_equal(bind_for(&taker, NULL)[0].json.text, "{}");
    assert_false(is_reference);
}

/* Every other kernel takes "variant". */
static void test_bind__chooses_the_variant(void **state)
{
    (void)state;
    bind("{}");
    assert_false(is_reference);
    bind("{\"variant\":\"ref\"}");
    assert_true(is_reference);
    bind("{\"variant\":\"fast\"}");
    assert_false(is_reference);
}

/* Without a cache, references are taken on trust and all else is checked. */
static void test_bind__looks_at_arguments_without_their_arrays(void **state)
{
    struct skep_npy_cache *own = cache;

    (void)state;
    cache = NULL;
    bind("{\"x\":\"nowhere.npy[0]\",\"real\":\"nowhere.npy[1]\",\"pairs\":[[1,2]]}");
    check_refused("{\"x\":\"nowhere.npy[0\"}", "argument \"x\": array reference, column 12: '[' without ']'");
    check_refused(
        "{\"x\":\"[0]\"}",
        "argument \"x\": \"[0]\" is no list (numbers as in JSON: 0.5, not .5), and a reference names a "
        "file before its slice");
    check_refused("{\"pairs\":[1,2]}", "argument \"pairs\" wants the shape [n,2], got i8 of shape (2,)");
    check_refused("{\"few\":0}", "argument \"few\" must be from 1 to 100, not 0");
    cache = own;
}

/* ---- refuses ---- */

/* An argument that the row does not have is a typing mistake, and a missing one is named. */
static void test_bind__refuses_unknown_and_missing_arguments(void **state)
{
    (void)state;
    check_refused("{\"xx\":1}", "unknown argument \"xx\": see the arguments with: skep kernels k");
    check_refused_for(&needy, "{}", SKEP_E_BAD_ARGS, "argument \"r\" is missing");
    check_refused_for(&needy, NULL, SKEP_E_BAD_ARGS, "argument \"r\" is missing");
}

/* The wrong type: the argument, what was wanted, what came. */
static void test_bind__refuses_wrong_types(void **state)
{
    (void)state;
    check_refused("{\"x\":1}",
                  "argument \"x\" must be an array: a reference \"PATH[slice]\" or a list of numbers, not 1");
    check_refused(
        "{\"x\":null}",
        "argument \"x\" must be an array: a reference \"PATH[slice]\" or a list of numbers, not null");
    check_refused("{\"x\":[1,\"two\"]}",
                  "argument \"x\": element [1]: wanted a number, got the text \"two\"");
    check_refused("{\"x\":[1,[2]]}", "argument \"x\": element [1]: wanted a number, got an array of 1");
    check_refused("{\"real\":\"much\"}", "argument \"real\" must be a number, not the text \"much\"");
    check_refused("{\"real\":true}", "argument \"real\" must be a number, not true");
    check_refused("{\"real\":[1]}", "argument \"real\" must be a number, not an array of 1");
    check_refused("{\"whole\":1.5}", "argument \"whole\" must be an integer, not 1.5");
    check_refused("{\"whole\":1e300}", "argument \"whole\" must be an integer, not 1e+300");
    check_refused("{\"whole\":\"9223372036854775808\"}",
                  "argument \"whole\" must be an integer, not the text \"9223372036854775808\"");
    check_refused("{\"large\":-1}", "argument \"large\" must be an integer that is not negative, not -1");
    check_refused("{\"flag\":1}", "argument \"flag\" must be true or false, not 1");
    check_refused("{\"edge\":\"soft\"}",
                  "argument \"edge\" must be one of \"strict\", \"inclusive\", not the text \"soft\"");
    check_refused("{\"base\":10}", "argument \"base\" must be one of \"e\", \"2\", not 10");
    check_refused("{\"edge\":{}}",
                  "argument \"edge\" must be one of \"strict\", \"inclusive\", not an object");
    check_refused("{\"variant\":\"slow\"}",
                  "argument \"variant\" must be one of \"fast\", \"ref\", not the text \"slow\"");
    check_refused("{\"variant\":null}", "argument \"variant\" must be one of \"fast\", \"ref\", not null");
}

/* An array object has a path, a view or none, and nothing else. */
static void test_bind__refuses_malformed_array_objects(void **state)
{
    static const char *const malformed[] = {
        "{\"x\":{}}",
        "{\"x\":{\"view\":\"[0]\"}}",
        "{\"x\":{\"path\":1}}",
        "{\"x\":{\"path\":\"f8-little.npy\",\"view\":0}}",
        "{\"x\":{\"path\":\"f8-little.npy\",\"slice\":\"[0]\"}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        check_refused(malformed[i],
                      "argument \"x\": an array as an object is {\"path\": PATH} or {\"path\": PATH, "
                      "\"view\": \"[slice]\"}, both of them text");
    }
    check_refused("{\"x\":{\"path\":\"f8-little.npy[0]\"}}",
                  "argument \"x\": the slice belongs into \"view\", not \"path\"");
}

/* The wrong rank, the wrong length of an axis, a dtype that would lose something. */
static void test_bind__refuses_wrong_shapes_and_dtypes(void **state)
{
    (void)state;
    check_refused("{\"x\":\"f8-little.npy\"}", "argument \"x\" wants the shape [n], got f8 of shape (3, 4)");
    check_refused("{\"pairs\":\"f8-little.npy\"}",
                  "argument \"pairs\" wants the shape [n,2], got f8 of shape (3, 4)");
    check_refused("{\"x\":\"zero-d.npy\"}", "argument \"x\" wants the shape [n], got f8 of shape ()");
    check_refused("{\"counts\":[[1]]}",
                  "argument \"counts\" wants the shape that its documentation names, got i8 of shape (1, 1)");
    check_refused("{\"x\":\"i8-little.npy[0]\"}",
                  "argument \"x\" wants f8[n] or what converts to it without loss, got i8 of shape (4,)");
    check_refused("{\"x\":\"u8-little.npy[0]\"}",
                  "argument \"x\" wants f8[n] or what converts to it without loss, got u8 of shape (4,)");
    check_refused("{\"x\":[1,9007199254740993]}",
                  "argument \"x\" wants f8[n] or what converts to it without loss, got i8 of shape (2,)");
    check_refused(
        "{\"x\":[0.5,9007199254740993]}",
        "argument \"x\": element [1]: wanted a number that is exact as a double, got 9007199254740993");
    check_refused("{\"counts\":[1.5]}",
                  "argument \"counts\" wants i8 or what converts to it without loss, got f8 of shape (1,)");
    check_refused("{\"real\":\"f8-little.npy[0]\"}",
                  "argument \"real\" wants one number, got f8 of shape (4,)");
    check_refused("{\"real\":\"i8-little.npy[0,0]\"}",
                  "argument \"real\" wants one number, got i8 of shape ()");
}

/* Numbers out of their range, among them NaN, which is in none. */
static void test_bind__refuses_what_is_out_of_range(void **state)
{
    (void)state;
    check_refused("{\"part\":1.5}", "argument \"part\" must be from 0 to 1, not 1.5");
    check_refused("{\"part\":\"nan\"}", "argument \"part\" must be from 0 to 1, not nan");
    check_refused("{\"part\":\"f8-little.npy[0,0]\"}", "argument \"part\" must be from 0 to 1, not -4");
    check_refused("{\"few\":0}", "argument \"few\" must be from 1 to 100, not 0");
    check_refused("{\"few\":101}", "argument \"few\" must be from 1 to 100, not 101");
}

/* A slice that the array does not have. */
static void test_bind__refuses_slices_out_of_range(void **state)
{
    (void)state;
    check_refused("{\"x\":\"f8-little.npy[3]\"}",
                  "argument \"x\": f8-little.npy: index 3 is out of bounds for axis 0 with length 3");
    check_refused("{\"x\":\"f8-little.npy[0,0,0]\"}",
                  "argument \"x\": f8-little.npy: 3 indices for an array of 2 dimensions");
    check_refused("{\"x\":\"f8-little.npy[::0]\"}",
                  "argument \"x\": array reference, column 18: a step of 0");
    check_refused("{\"real\":\"f8-little.npy[7,0]\"}",
                  "argument \"real\": f8-little.npy: index 7 is out of bounds for axis 0 with length 3");
}

/* ---- breaks ---- */

/* However little the arena may hold: a refusal that says so, or the arguments. */
static void test_bind__says_when_memory_is_short(void **state)
{
    const struct skep_node *args = parse(
        "{\"x\":\"f4-little.npy[0]\",\"real\":\"f8-big.npy[0,0]\",\"any\":[[1,2],[3,4]],\"vars\":{\"a\":1},"
        "\"pairs\":{\"path\":\"i4-big.npy\",\"view\":\":,:2\"}}");
    struct skep_arg *bound = NULL;
    skep_status st = SKEP_E_NOMEM;
    size_t room = 0;

    (void)state;
    for (; st != SKEP_OK && room < 100000; room += 64) {
        arena.max_bytes = arena.used_bytes + room;
        skep_error_clear(&err);
        st = skep_args_bind(&kernel, args, cache, &arena, &bound, &is_reference, &err);
        if (st != SKEP_OK) {
            assert_true(st == SKEP_E_NOMEM || st == SKEP_E_LIMIT);
            assert_true(strstr(err.text, "no room") != NULL || strstr(err.text, "no memory") != NULL);
        }
        skep_npy_cache_end_task(cache);
    }
    assert_int_equal(st, SKEP_OK);
    assert_true(room > 3 * 64);
    check_row(&bound[X].view, (const double[]){-4, -1, 2, 5}, 4);
}

/* An array too large to convert names the argument and the setting. */
static void test_bind__names_the_array_that_is_too_large(void **state)
{
    const struct skep_node *args = parse("{\"x\":\"f4-little.npy[0]\"}");
    struct skep_arg *bound = NULL;

    (void)state;
    arena.max_bytes = arena.used_bytes + (sizeof(struct skep_arg) * (VARS + 1) + 63) / 64 * 64;
    assert_int_equal(skep_args_bind(&kernel, args, cache, &arena, &bound, &is_reference, &err), SKEP_E_NOMEM);
    assert_string_equal(err.text, "argument \"x\": no room to convert 4 elements; raise the slot's --memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bind__lends_an_array_as_it_lies_in_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__converts_what_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__leaves_the_dtype_where_any_will_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__takes_inline_arrays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__takes_a_path_and_a_view, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__takes_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__takes_integers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__takes_the_other_kinds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__fills_in_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__hands_everything_to_a_kernel_that_wants_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_bind__chooses_the_variant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__looks_at_arguments_without_their_arrays, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_bind__refuses_unknown_and_missing_arguments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__refuses_wrong_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__refuses_malformed_array_objects, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__refuses_wrong_shapes_and_dtypes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__refuses_what_is_out_of_range, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__refuses_slices_out_of_range, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__says_when_memory_is_short, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bind__names_the_array_that_is_too_large, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
