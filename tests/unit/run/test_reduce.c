/* SPDX-License-Identifier: MIT */
/* What is left of a sweep's array: the same as the kernel would say, whatever is asked for checked before. */
#include "unit/run/run_fixture.h"

#include <math.h>

#include "npy/write.h"
#include "run/reduce.h"

static void write_f8(const char *name, int n, const double *values)
{
    const int64_t shape[] = {n};
    struct skep_view view;

    skep_view_init(&view, values, SKEP_F8, 1, shape);
    assert_int_equal(skep_npy_write(outputs, name, strlen(name), &view, false, NULL), SKEP_OK);
}

/* The JSON of REDUCE over the output NAME is WANTED. */
static void check(const char *reduce, const char *name, const char *wanted)
{
    struct skep_error err = {0};
    struct skep_buf json;

    skep_buf_init(&json, 4096);
    if (skep_reduce_array(reduce, outputs, name, &json, &err) != SKEP_OK) {
        fail_msg("%s: %s", reduce, err.text);
    }
    assert_string_equal(json.bytes, wanted);
    skep_buf_release(&json);
}

static void check_refused(const char *reduce, skep_status status, const char *words)
{
    struct skep_error err = {0};
    struct skep_buf json;

    skep_buf_init(&json, 4096);
    assert_int_equal(skep_reduce_array(reduce, outputs, "te.npy", &json, &err), status);
    if (strstr(err.text, words) == NULL) {
        fail_msg("'%s' is not in '%s'", words, err.text);
    }
    skep_buf_release(&json);
}

/* ---- works ---- */

/* Each kernel gives its value; the sum is exact where a plain loop is not. */
static void test_reduce__runs_kernels(void **state)
{
    const double values[] = {3.0, -1.5, 0.0, 8.25, 1e16, -1e16};
    const double counted[] = {1, 2, 2, 3, 7.5, NAN};

    (void)state;
    write_f8("te.npy", 6, values);
    check("sum", "te.npy", "9.75");
    check("mean", "te.npy", "1.625");
    check("min", "te.npy", "-1e+16");
    check("max", "te.npy", "1e+16");
    check("argmin", "te.npy", "5");
    check("argmax", "te.npy", "4");
    write_f8("h.npy", 6, counted);
    check("sum", "h.npy", "\"nan\"");
    check("sum:nan=skip", "h.npy", "15.5");
    check("var:nan=skip,ddof=1", "h.npy", "6.550000000000001"); /* as numpy.var */
    check("hist:bins=4,range=[0,8]", "h.npy", "[[0.0,2.0,4.0,6.0,8.0],[1.0,3.0,0.0,1.0,1.0]]");
}

/* A hit is what is neither 0 nor NaN; its place is counted in C order. */
static void test_reduce__searches(void **state)
{
    const double values[] = {0.0, NAN, -0.0, 2.0, -1.0};
    const double hits[] = {1.0, INFINITY};
    const double none[] = {0.0, NAN};

    (void)state;
    write_f8("te.npy", 5, values);
    check("any", "te.npy", "true");
    check("all", "te.npy", "false");
    check("count", "te.npy", "2");
    check("first", "te.npy", "3");
    write_f8("hits.npy", 2, hits);
    check("all", "hits.npy", "true");
    check("first", "hits.npy", "0");
    write_f8("none.npy", 2, none);
    check("any", "none.npy", "false");
    check("count", "none.npy", "0");
    check("first", "none.npy", "null");
    write_f8("empty.npy", 0, none);
    check("any", "empty.npy", "false");
    check("all", "empty.npy", "true");
}

/* Whole numbers of 64 bits are hits even where a double would not tell them apart. */
static void test_reduce__searches_whole_numbers(void **state)
{
    const int64_t numbers[] = {0, INT64_MIN, 1};
    const bool flags[] = {false, false, true};
    const int64_t shape[] = {3};
    struct skep_view view;

    (void)state;
    skep_view_init(&view, numbers, SKEP_I8, 1, shape);
    assert_int_equal(skep_npy_write(outputs, "i.npy", 5, &view, false, NULL), SKEP_OK);
    check("first", "i.npy", "1");
    check("count", "i.npy", "2");
    check("sum", "i.npy", "-9223372036854775807");
    skep_view_init(&view, flags, SKEP_B1, 1, shape);
    assert_int_equal(skep_npy_write(outputs, "b.npy", 5, &view, false, NULL), SKEP_OK);
    check("first", "b.npy", "2");
    check("sum", "b.npy", "1");
}

/* One output gives its value, several a list. */
static void test_reduce__takes_all_outputs(void **state)
{
    const double values[] = {1.0, 2.0};
    struct skep_sweep sweep = {
        .reduce = "sum", .n_outs = 1, .outs = {{.path = "a.npy"}, {.path = "sub/b.npy"}}};
    struct skep_buf json;

    (void)state;
    write_f8("a.npy", 2, values);
    write_f8("sub/b.npy", 1, values);
    skep_buf_init(&json, 4096);
    assert_int_equal(skep_reduce_sweep(&sweep, outputs, &json, NULL), SKEP_OK);
    assert_string_equal(json.bytes, "3.0");
    skep_buf_reset(&json);
    sweep.n_outs = 2;
    assert_int_equal(skep_reduce_sweep(&sweep, outputs, &json, NULL), SKEP_OK);
    assert_string_equal(json.bytes, "[3.0,1.0]");
    skep_buf_release(&json);
}

/* ---- refuses ---- */

/* What cannot be computed is known before there is an array. */
static void test_reduce__knows_its_names(void **state)
{
    static const char *const good[] = {"sum",
                                       "mean",
                                       "var",
                                       "min",
                                       "max",
                                       "argmin",
                                       "argmax",
                                       "any",
                                       "all",
                                       "first",
                                       "hist",
                                       "count",
                                       "sum:nan=skip",
                                       "hist:bins=[0,1,2]",
                                       "var:ddof=1,nan=\"skip\"",
                                       NULL};
    static const char *const bad[] = {
        "",        "summ",     "su",        "echo",          "any:nan=skip", "sum:",
        "sum:nan", "sum:nan=", "sum:=skip", "sum:nan=never", "sum:x=a.npy",  NULL};

    (void)state;
    for (size_t i = 0; good[i] != NULL; i++) {
        if (skep_reduce_check(good[i], NULL) != SKEP_OK) {
            fail_msg("%s is not known", good[i]);
        }
    }
    for (size_t i = 0; bad[i] != NULL; i++) {
        if (skep_reduce_check(bad[i], NULL) == SKEP_OK) {
            fail_msg("%s is known", bad[i]);
        }
    }
}

/* Mistakes are named. */
static void test_reduce__refuses(void **state)
{
    const double values[] = {1.0};

    (void)state;
    check_refused("sum", SKEP_E_ARRAY_MISSING, "te.npy");
    check_refused("any", SKEP_E_ARRAY_MISSING, "te.npy");
    check_refused("summ", SKEP_E_BAD_ARGS, "no reduction \"summ\"");
    check_refused("sum:nan", SKEP_E_BAD_ARGS, "\"nan\" is not ARGUMENT=VALUE");
    check_refused("sum:nan=never", SKEP_E_BAD_ARGS, "propagate");
    write_f8("te.npy", 0, values);
    check_refused("max", SKEP_E_BAD_ARGS, "te.npy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reduce__runs_kernels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reduce__searches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reduce__searches_whole_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reduce__takes_all_outputs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reduce__knows_its_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reduce__refuses, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
