/* SPDX-License-Identifier: MIT */
#include "unit/sweep/spec.h"

static struct spec spec; /* large */

static const struct skep_factor *find(const char *name, int *place_out)
{
    *place_out = -1;
    return skep_sweep_find(&spec.sweep, name, strlen(name), place_out);
}

/* ---- works ---- */

/* A variable is found by its whole name, with what comes with a dot. */
static void test_sweep__finds_variables(void **state)
{
    const struct skep_factor *factors = spec.sweep.factors;
    int place;

    (void)state;
    spec_open(&spec, "{\"split\":\"n\",\"from\":\"9:3\"},{\"pairs\":[\"i\",\"nn\"],\"of\":3},{\"times\":2}");
    assert_ptr_equal(find("n", &place), &factors[0]);
    assert_int_equal(place, 0);
    assert_ptr_equal(find("n.lo", &place), &factors[0]);
    assert_int_equal(place, 1);
    assert_ptr_equal(find("n.hi", &place), &factors[0]);
    assert_int_equal(place, 2);
    assert_ptr_equal(find("nn", &place), &factors[1]);
    assert_int_equal(place, 1);
    assert_ptr_equal(find("time", &place), &factors[2]);
    assert_null(find("index", &place));
    assert_null(find("i.lo", &place));
    assert_null(find("n.", &place));
    assert_null(find("", &place));
    spec_close(&spec);
}

/* A producer fills the struct; completing it counts. */
static void test_sweep__completes(void **state)
{
    static struct skep_sweep sweep;

    (void)state;
    sweep = (struct skep_sweep){.kernel = "sum", .n_factors = 2};
    sweep.factors[0] = (struct skep_factor){
        .kind = SKEP_FACTOR_GRID,
        .n_variables = 1,
        .variables = {"r"},
        .grids = {{.kind = SKEP_GRID_LINSPACE, .from = 0, .to = 1, .n = 11}},
    };
    sweep.factors[1] = (struct skep_factor){
        .kind = SKEP_FACTOR_SPLIT, .n_variables = 1, .variables = {"n"}, .hi = 100, .n = 7};
    assert_int_equal(skep_sweep_complete(&sweep, NULL), SKEP_OK);
    assert_int_equal(sweep.factors[0].n, 11);
    assert_int_equal(sweep.n_all, 77);
    assert_int_equal(sweep.n, 77);
    sweep.n = 5;
    assert_int_equal(skep_sweep_complete(&sweep, NULL), SKEP_OK);
    assert_int_equal(sweep.n, 5);
    sweep.order = SKEP_ORDER_LONGEST; /* the list may follow later */
    assert_int_equal(skep_sweep_complete(&sweep, NULL), SKEP_OK);
}

/* 2^40 points are possible, and a take above their number is all of them. */
static void test_sweep__most_points(void **state)
{
    (void)state;
    spec_open_with(&spec, "{\"axis\":\"a\",\"of\":1048576},{\"axis\":\"b\",\"of\":1048576}",
                   "\"take\":4611686018427387904");
    assert_int_equal(spec.sweep.n_all, SKEP_SWEEP_MAX_TASKS);
    assert_int_equal(spec.sweep.n, SKEP_SWEEP_MAX_TASKS);
    assert_int_equal(spec_int(&spec, SKEP_SWEEP_MAX_TASKS - 1, "a"), 1048575);
    spec_close(&spec);
}

/* ---- refuses ---- */

/* A grid of 10^15 points, however it comes about, is refused with its size. */
static void test_sweep__refuses_too_many_points(void **state)
{
    (void)state;
    spec_refuse("{\"grid\":\"a\",\"from\":\"0:1:1e15\"}",
                "1e+15 points, at most 1099511627776 (2^40) are possible");
    spec_refuse("{\"axis\":\"a\",\"of\":100000000},{\"axis\":\"b\",\"of\":10000000}", "1e+15 points");
    spec_refuse("{\"axis\":\"a\",\"of\":9223372036854775807},{\"axis\":\"b\",\"of\":9223372036854775807}",
                "8.507e+37 points");
    spec_refuse_with("{\"times\":4097}", "\"order\":\"longest\"", "at most 4096 tasks, this has 4097");
}

/* Names are what an expression can hold, and each is there once. */
static void test_sweep__refuses_names(void **state)
{
    char factors[4096] = "";

    (void)state;
    spec_refuse("{\"axis\":\"a\",\"of\":1},{\"axis\":\"a\",\"of\":2}", "the variable \"a\" is there twice");
    spec_refuse("{\"pairs\":[\"a\",\"a\"],\"of\":3}", "the variable \"a\" is there twice");
    spec_refuse("{\"axis\":\"index\",\"of\":1}", "\"index\" is there already");
    spec_refuse("{\"axis\":\"time\",\"of\":1}", "\"time\" is the variable of `times`");
    spec_refuse("{\"axis\":\"\",\"of\":1}", "the variable \"\": a name is 1 to 32 of A-Z a-z 0-9 _");
    spec_refuse("{\"axis\":\"7a\",\"of\":1}", "the variable \"7a\": a name");
    spec_refuse("{\"axis\":\"n.lo\",\"of\":1}", "the variable \"n.lo\": a name");
    spec_refuse("{\"axis\":\"a b\",\"of\":1}", "the variable \"a b\": a name");
    spec_refuse("{\"axis\":\"abcdefghijklmnopqrstuvwxyz0123456\",\"of\":1}", "a name is 1 to 32");
    for (int i = 0; i < 9; i++) {
        snprintf(factors + strlen(factors), sizeof factors - strlen(factors),
                 "%s{\"split\":\"n%d\",\"from\":\"1:1\"}", i > 0 ? "," : "", i);
    }
    spec_refuse(factors, "27 variables, at most 24 are possible");
}

/* A template with a variable that nobody has. */
static void test_sweep__refuses_templates(void **state)
{
    (void)state;
    spec_refuse_with("{\"axis\":\"a\",\"of\":1}", "\"args\":{\"x\":[{\"y\":\"{b}\"}]}",
                     "argument \"x\": there is no variable \"b\": there are a, index");
    spec_refuse_with("{\"axis\":\"a\",\"of\":1}", "\"args\":{\"x\":\"{a\"}", "argument \"x\": column 1: a {");
    spec_refuse_with("{\"axis\":\"a\",\"of\":1}", "\"args\":{\"x\":\"{a.lo}\"}",
                     "there is no variable \"a.lo\"");
    spec_open_with(&spec, "{\"split\":\"a\",\"from\":\"1:1\"}", "\"args\":{\"x\":\"{a.lo}{index}{{b}}\"}");
    spec_close(&spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep__finds_variables), cmocka_unit_test(test_sweep__completes),
        cmocka_unit_test(test_sweep__most_points),     cmocka_unit_test(test_sweep__refuses_too_many_points),
        cmocka_unit_test(test_sweep__refuses_names),   cmocka_unit_test(test_sweep__refuses_templates),
    };
    return cmocka_run_group_tests_name("sweep/sweep", tests, NULL, NULL);
}
