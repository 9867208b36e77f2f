/* SPDX-License-Identifier: MIT */
#include "unit/sweep/spec.h"

#include <math.h>

static struct spec spec; /* large */

/* ---- works ---- */

static const struct linspace_case {
    const char *text;
    double values[10];
} linspace_cases[] = {
    /* numpy 1.24.2: np.linspace(a, b, n), each .hex() */
    {"0.1:1.0:10",
     {0x1.999999999999ap-4, 0x1.999999999999ap-3, 0x1.3333333333334p-2, 0x1.999999999999ap-2,
      0x1.0000000000000p-1, 0x1.3333333333333p-1, 0x1.6666666666667p-1, 0x1.999999999999ap-1,
      0x1.ccccccccccccdp-1, 0x1.0000000000000p+0}},
    {"-1:1:7",
     {-0x1.0000000000000p+0, -0x1.5555555555556p-1, -0x1.5555555555556p-2, 0x0.0p+0, 0x1.5555555555554p-2,
      0x1.5555555555554p-1, 0x1.0000000000000p+0}},
    {"5:9:1", {0x1.4000000000000p+2}},
    {"0:5e-324:5", {0x0.0p+0, 0x0.0p+0, 0x0.0p+0, 0x0.0000000000001p-1022, 0x0.0000000000001p-1022}},
    {"1e300:-7e299:4",
     {0x1.7e43c8800759cp+996, 0x1.4b4bcfe66cc54p+995, -0x1.97bfc4ccd4a40p+993, -0x1.0b95d9266b8bap+996}},
    {"0.3:0.3:3", {0x1.3333333333333p-2, 0x1.3333333333333p-2, 0x1.3333333333333p-2}},
    {"1:0:6",
     {0x1.0000000000000p+0, 0x1.999999999999ap-1, 0x1.3333333333333p-1, 0x1.9999999999998p-2,
      0x1.9999999999998p-3, 0x0.0p+0}},
};

/* The values of FROM:TO:N are those of np.linspace, bit for bit. */
static void test_factor_grid__linspace_is_that_of_numpy(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof linspace_cases / sizeof linspace_cases[0]; c++) {
        char factor[128];

        snprintf(factor, sizeof factor, "{\"grid\":\"r\",\"from\":\"%s\"}", linspace_cases[c].text);
        spec_open(&spec, factor);
        for (int64_t i = 0; i < spec.sweep.n_all; i++) {
            const struct skep_coordinate at = spec_at(&spec, i, "r");

            assert_int_equal(at.kind, SKEP_OF_REAL);
            assert_memory_equal(&at.f64, &linspace_cases[c].values[i], sizeof at.f64);
            assert_int_equal(at.place, i);
            assert_int_equal(at.extent, spec.sweep.n_all);
        }
        spec_close(&spec);
    }
}

/* A long one, at places here and there. */
static void test_factor_grid__long_linspace(void **state)
{
    static const struct {
        int64_t place;
        double value;
    } wanted[] = {{0, 0x1.0624dd2f1a9fcp-10},      {1, 0x1.2681c5b1367d8p-10},
                  {2, 0x1.46deae33525b4p-10},      {77777, 0x1.334b4985731a6p+3},
                  {500000, 0x1.edd3b71508125p+5},  {999999, 0x1.edd2909342613p+6},
                  {1000001, 0x1.edd2d14d13656p+6}, {1000002, 0x1.edd2f1a9fbe77p+6}};

    (void)state;
    spec_open(&spec, "{\"grid\":\"r\",\"from\":\"1e-3:123.456:1000003\"}");
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const struct skep_coordinate at = spec_at(&spec, wanted[i].place, "r");
        assert_memory_equal(&at.f64, &wanted[i].value, sizeof at.f64);
    }
    spec_close(&spec);
}

/* Lists are integers, reals, booleans or texts; one real makes all of them reals. */
static void test_factor_grid__lists_have_one_kind(void **state)
{
    (void)state;
    spec_open(&spec,
              "{\"grid\":\"a\",\"from\":[3,-1,9007199254740993]},{\"grid\":\"b\",\"from\":[1,2.5,\"-inf\"]},"
              "{\"grid\":\"c\",\"from\":[true,false]},{\"grid\":\"d\",\"from\":[\"x\",\"inf\",\"\"]}");
    assert_int_equal(spec.sweep.n_all, 54);
    assert_int_equal(spec_int(&spec, 53, "a"), 9007199254740993);
    assert_int_equal(spec_at(&spec, 0, "b").kind, SKEP_OF_REAL);
    assert_true(spec_at(&spec, 0, "b").f64 == 1.0);
    assert_true(spec_at(&spec, 6, "b").f64 == 2.5);
    assert_true(spec_at(&spec, 12, "b").f64 == -INFINITY);
    assert_int_equal(spec_at(&spec, 0, "c").kind, SKEP_OF_BOOL);
    assert_true(spec_at(&spec, 0, "c").boolean);
    assert_false(spec_at(&spec, 3, "c").boolean);
    assert_int_equal(spec_at(&spec, 1, "d").kind, SKEP_OF_TEXT);
    assert_int_equal(spec_at(&spec, 1, "d").length, 3);
    assert_memory_equal(spec_at(&spec, 1, "d").text, "inf", 3);
    assert_int_equal(spec_at(&spec, 2, "d").length, 0);
    spec_close(&spec);
}

/* The variables of a zip go in lockstep, each with values of its own kind and the same place. */
static void test_factor_grid__zip_goes_in_lockstep(void **state)
{
    static const int64_t a[] = {5, 7, 1};
    static const double b[] = {0, 0.5, 1};

    (void)state;
    spec_open(&spec, "{\"zip\":[\"a\",\"b\",\"c\"],\"from\":[[5,7,1],\"0:1:3\",[\"p\",\"q\",\"r\"]]}");
    assert_int_equal(spec.sweep.n_all, 3);
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal(spec_int(&spec, i, "a"), a[i]);
        assert_true(spec_at(&spec, i, "b").f64 == b[i]);
        assert_int_equal(spec_at(&spec, i, "c").text[0], 'p' + i);
        assert_int_equal(spec_at(&spec, i, "a").place, i);
        assert_int_equal(spec_at(&spec, i, "c").place, i);
        assert_int_equal(spec_at(&spec, i, "c").extent, 3);
    }
    spec_close(&spec);
}

/* Lines are texts, whatever they look like. */
static void test_factor_grid__lines_are_texts(void **state)
{
    (void)state;
    spec_open(&spec, "{\"lines\":\"f\",\"from\":[\"a.npy\",\"7\"]}");
    assert_int_equal(spec_at(&spec, 1, "f").kind, SKEP_OF_TEXT);
    assert_memory_equal(spec_at(&spec, 1, "f").text, "7", 1);
    spec_close(&spec);
}

/* ---- refuses ---- */

/* What is no list of values of one kind is refused, with the place. */
static void test_factor_grid__refuses(void **state)
{
    static const struct {
        const char *from;
        const char *words;
    } cases[] = {
        {"[]", "grid r: no values"},
        {"[1,\"a\"]", "value 1: wanted numbers only"},
        {"[1,true]", "value 1: wanted numbers only"},
        {"[null]", "value 0: wanted numbers only, texts only or booleans only, got null"},
        {"[0.5,9007199254740993]", "value 1: 9007199254740993 is not exact"},
        {"[[1]]", "value 0"},
        {"\"0:1\"", "wanted FROM:TO:N"},
        {"\"0:1:2:3\"", "wanted FROM:TO:N"},
        {"\"0:1:x\"", "wanted FROM:TO:N"},
        {"\"0:1:2.5\"", "wanted FROM:TO:N"},
        {"\":1:2\"", "wanted FROM:TO:N"},
        {"\"@\"", "wanted FROM:TO:N"},
        {"\"\"", "wanted FROM:TO:N"},
        {"\"0:1:0\"", "no values: the count is 0"},
        {"\"0:1:-3\"", "no values: the count is -3"},
        {"\"0:inf:3\"", "FROM and TO must be finite"},
        {"\"-1e308:1e308:3\"", "FROM and TO must be finite"},
        {"7", "wanted a list"},
        {"\"@a.npy\"", "no values: the count is 0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char factor[128];
        snprintf(factor, sizeof factor, "{\"grid\":\"r\",\"from\":%s}", cases[i].from);
        spec_refuse(factor, cases[i].words);
    }
    spec_refuse("{\"zip\":[\"a\",\"b\"],\"from\":[[1,2],[1,2,3]]}", "a has 2 values and b has 3");
    spec_refuse("{\"zip\":[\"a\",\"b\"],\"from\":[[1,2]]}", "values for each of 2 variables");
    spec_refuse("{\"zip\":[],\"from\":[]}", "wanted a list of 1 or more names, got an array of 0");
    spec_refuse("{\"lines\":\"f\",\"from\":[1]}", "wanted a list of texts");
    spec_refuse("{\"lines\":\"f\",\"from\":\"0:1:2\"}", "wanted a list of texts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor_grid__linspace_is_that_of_numpy),
        cmocka_unit_test(test_factor_grid__long_linspace),
        cmocka_unit_test(test_factor_grid__lists_have_one_kind),
        cmocka_unit_test(test_factor_grid__zip_goes_in_lockstep),
        cmocka_unit_test(test_factor_grid__lines_are_texts),
        cmocka_unit_test(test_factor_grid__refuses),
    };
    return cmocka_run_group_tests_name("sweep/factor_grid", tests, NULL, NULL);
}
