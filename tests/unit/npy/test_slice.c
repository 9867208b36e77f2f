/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "npy/slice.h"

/* What NumPy makes of slices: printed by golden/npy/make-golden. */
static const struct numpy_case {
    int ndim;
    int64_t shape[4];
    const char *items;
    const char *out_shape; /* "error": NumPy raises IndexError */
    const char *elements;
} numpy_cases[] = {
#include "../../golden/npy/slices.inc"
};

static skep_status parse(const char *ref, size_t *path_n, struct skep_slice *slice, struct skep_error *err)
{
    return skep_ref_parse(ref, strlen(ref), path_n, slice, err);
}

static void format_elements(const struct skep_view *view, char *text, size_t size)
{
    int64_t count = skep_view_count(view);
    double *elements = calloc((size_t)count + 1, sizeof *elements);
    size_t used = 0;

    assert_non_null(elements);
    skep_view_copy_f8(view, elements);
    text[0] = '\0';
    for (int64_t i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, size - used, i == 0 ? "%.0f" : " %.0f", elements[i]);
        assert_true(used < size);
    }
    free(elements);
}

static void check_numpy_case(const struct numpy_case *c)
{
    static int64_t arange[1024];
    static char elements[8192];
    struct skep_view whole, view;
    struct skep_slice slice;
    struct skep_error err = {0};
    char shape[64];
    size_t path_n;

    for (int64_t i = 0; i < 1024; i++) {
        arange[i] = i;
    }
    skep_view_init(&whole, arange, SKEP_I8, c->ndim, c->shape);
    assert_int_equal(parse(c->items, &path_n, &slice, &err), SKEP_OK);
    assert_int_equal(path_n, 0);
    if (strcmp(c->out_shape, "error") == 0) {
        assert_int_equal(skep_slice_apply(&slice, &whole, &view, &err), SKEP_E_BAD_ARGS);
        return;
    }
    assert_int_equal(skep_slice_apply(&slice, &whole, &view, &err), SKEP_OK);
    skep_shape_format(view.ndim, view.shape, shape, sizeof shape);
    format_elements(&view, elements, sizeof elements);
    if (strcmp(shape, c->out_shape) != 0 || strcmp(elements, c->elements) != 0) {
        skep_shape_format(c->ndim, c->shape, elements, sizeof elements);
        fail_msg("%s of shape %s: %s instead of %s", c->items, elements, shape, c->out_shape);
    }
}

/* ---- works ---- */

/* Shape and elements of 300 slices are NumPy's, and so are the refusals. */
static void test_slice__does_what_numpy_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numpy_cases / sizeof numpy_cases[0]; i++) {
        check_numpy_case(&numpy_cases[i]);
    }
}

/* A reference without a bracket is a path, and its slice leaves the array whole. */
static void test_slice__is_optional(void **state)
{
    static const double data[6];
    struct skep_slice slice;
    struct skep_view whole, view;
    size_t path_n;

    (void)state;
    assert_int_equal(parse("data/a.npy", &path_n, &slice, NULL), SKEP_OK);
    assert_int_equal(path_n, 10);
    assert_int_equal(slice.n, 0);
    skep_view_init(&whole, data, SKEP_F8, 2, (const int64_t[]){2, 3});
    assert_int_equal(skep_slice_apply(&slice, &whole, &view, NULL), SKEP_OK);
    assert_int_equal(view.ndim, 2);
    assert_ptr_equal(view.data, data);
    assert_int_equal(view.strides[0], 3);
}

/* The last bracket is the slice; brackets before it belong to the path. */
static void test_slice__starts_at_the_last_bracket(void **state)
{
    static const struct {
        const char *ref;
        size_t path_n;
        int n;
    } cases[] = {{"a.npy[0]", 5, 1},    {"run[1]/a.npy", 12, 0}, {"run[1]/a.npy[2,3]", 12, 2},
                 {"odd[1][...]", 6, 1}, {"a[1].npy", 8, 0},      {"", 0, 0},
                 {"[0]", 0, 1},         {"a]b.npy", 7, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct skep_slice slice;
        size_t path_n;
        assert_int_equal(parse(cases[i].ref, &path_n, &slice, NULL), SKEP_OK);
        assert_int_equal(path_n, cases[i].path_n);
        assert_int_equal(slice.n, cases[i].n);
    }
}

/* Slicing a view again goes by its own strides, negative ones too. */
static void test_slice__applies_to_slices(void **state)
{
    static const int32_t data[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct skep_slice backwards, third;
    struct skep_view whole, reversed, view;
    size_t path_n;

    (void)state;
    skep_view_init(&whole, data, SKEP_I4, 1, (const int64_t[]){10});
    assert_int_equal(parse("[::-1]", &path_n, &backwards, NULL), SKEP_OK);
    assert_int_equal(parse("[1::3]", &path_n, &third, NULL), SKEP_OK);
    assert_int_equal(skep_slice_apply(&backwards, &whole, &reversed, NULL), SKEP_OK);
    assert_int_equal(skep_slice_apply(&third, &reversed, &view, NULL), SKEP_OK);
    assert_int_equal(view.shape[0], 3); /* 8, 5, 2 */
    assert_int_equal(*(const int32_t *)view.data, 8);
    assert_int_equal(view.strides[0], -3);
}

/* A slice can be located before there is any data. */
static void test_slice__is_located_without_data(void **state)
{
    struct skep_slice slice;
    struct skep_view whole, view;
    size_t path_n;
    int64_t at = -1;

    (void)state;
    skep_view_init(&whole, NULL, SKEP_F8, 2, (const int64_t[]){1000000, 1000});
    assert_int_equal(parse("[-1,::-2]", &path_n, &slice, NULL), SKEP_OK);
    assert_int_equal(skep_slice_locate(&slice, &whole, &view, &at, NULL), SKEP_OK);
    assert_int_equal(at, 999999999);
    assert_int_equal(view.shape[0], 500);
    assert_int_equal(view.strides[0], -2);
    assert_null(view.data);
}

/* ---- refuses ---- */

/* What is no slice is refused with the column of the trouble. */
static void test_slice__refuses_bad_syntax(void **state)
{
    static const struct {
        const char *ref;
        int column;
    } cases[] = {
        {"a.npy[]", 7},         {"a.npy[", 6},       {"a.npy[0", 6},      {"a.npy]", 6},
        {"a.npy[0]]", 8},       {"a.npy[1,]", 9},    {"a.npy[,1]", 7},    {"a.npy[1 2]", 9},
        {"a.npy[1:2:3:4]", 12}, {"a.npy[::0]", 10},  {"a.npy[x]", 7},     {"a.npy[1.5]", 8},
        {"a.npy[--1]", 7},      {"a.npy[1:-]", 9},   {"a.npy[..]", 7},    {"a.npy[...,...]", 14},
        {"a.npy[None]", 7},     {"a.npy[+]", 7},     {"a.npy[0x1]", 8},   {"a.npy[9223372036854775808]", 7},
        {"a.npy[0\t]", 8},      {"a.npy[\"x\"]", 7}, {"a.npy[[0,1]]", 11}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct skep_slice slice;
        struct skep_error err = {0};
        char column[32];
        size_t path_n;
        snprintf(column, sizeof column, "column %d:", cases[i].column);
        if (parse(cases[i].ref, &path_n, &slice, &err) != SKEP_E_BAD_ARGS ||
            strstr(err.text, column) == NULL) {
            fail_msg("%s: '%s', not %s", cases[i].ref, err.text, column);
        }
    }
}

/* As many items as an array can have dimensions, and an ellipsis, are read; one more is refused. */
static void test_slice__refuses_too_many_items(void **state)
{
    char ref[256] = "[...";
    struct skep_slice slice;
    struct skep_error err = {0};
    size_t path_n;

    (void)state;
    for (int i = 0; i < SKEP_MAX_DIMS; i++) {
        snprintf(ref + strlen(ref), sizeof ref - strlen(ref), ",:");
    }
    snprintf(ref + strlen(ref), sizeof ref - strlen(ref), "]");
    assert_int_equal(parse(ref, &path_n, &slice, &err), SKEP_OK);
    assert_int_equal(slice.n, SKEP_MAX_DIMS + 1);
    snprintf(ref + strlen(ref) - 1, sizeof ref - strlen(ref) + 1, ",:]");
    assert_int_equal(parse(ref, &path_n, &slice, &err), SKEP_E_BAD_ARGS);
}

/* Out of range: axis, index and length are in the message. */
static void test_slice__says_which_index_is_out_of_range(void **state)
{
    struct skep_slice slice;
    struct skep_view whole, view;
    struct skep_error err = {0};
    size_t path_n;

    (void)state;
    skep_view_init(&whole, NULL, SKEP_F8, 2, (const int64_t[]){4, 3});
    assert_int_equal(parse("[0,-4]", &path_n, &slice, NULL), SKEP_OK);
    assert_int_equal(skep_slice_apply(&slice, &whole, &view, &err), SKEP_E_BAD_ARGS);
    assert_string_equal(err.text, "index -4 is out of bounds for axis 1 with length 3");
    skep_error_clear(&err);
    assert_int_equal(parse("[0,0,0]", &path_n, &slice, NULL), SKEP_OK);
    assert_int_equal(skep_slice_apply(&slice, &whole, &view, &err), SKEP_E_BAD_ARGS);
    assert_string_equal(err.text, "3 indices for an array of 2 dimensions");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slice__does_what_numpy_does),
        cmocka_unit_test(test_slice__is_optional),
        cmocka_unit_test(test_slice__starts_at_the_last_bracket),
        cmocka_unit_test(test_slice__applies_to_slices),
        cmocka_unit_test(test_slice__is_located_without_data),
        cmocka_unit_test(test_slice__refuses_bad_syntax),
        cmocka_unit_test(test_slice__refuses_too_many_items),
        cmocka_unit_test(test_slice__says_which_index_is_out_of_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
