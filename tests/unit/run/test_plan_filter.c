/* SPDX-License-Identifier: MIT */
#include "unit/run/plan_fixture.h"

#include "run/plan_filter.h"
#include "sweep/order.h"

/* A plan over FACTORS with FILTER and more keys of the record; its kernel is of no matter. */
static void make_filter(const char *factors, const char *filter, const char *more)
{
    char spec[1024];

    snprintf(spec, sizeof spec,
             "{\"kernel\":\"pi_mc\",\"args\":{\"samples\":1},\"over\":[%s],\"filter\":\"%s\"%s}", factors,
             filter, more);
    make_plan(spec);
}

/* Whether the task at POSITION is skipped. */
static bool is_skipped(int64_t position)
{
    struct skep_point_outcome outcome = run_point(position);

    if (outcome.status != SKEP_OK && outcome.status != SKEP_EMPTY) {
        fail_msg("position %lld: %s", (long long)position, outcome.err.text);
    }
    return outcome.status == SKEP_EMPTY;
}

static void check_refused(const char *factors, const char *filter, skep_status status, const char *message)
{
    struct skep_error err = {0};

    make_filter(factors, filter, "");
    for (int i = 0; i < 2; i++) { /* every chunk says it again */
        skep_error_clear(&err);
        assert_int_equal(skep_plan_begin(plan, 0, sweep.n, &err), status);
        assert_string_equal(err.text, message);
    }
}

#define SQUARE "{\"axis\":\"i\",\"of\":70},{\"axis\":\"j\",\"of\":40}"

/* Over more than one block, in any order of positions: what a plain loop says. */
static void test_plan_filter__skips_what_is_false(void **state)
{
    static const char *const orders[] = {"", ",\"order\":\"random\",\"seed\":\"3\""};

    (void)state;
    for (size_t order = 0; order < 2; order++) {
        make_filter(SQUARE, "(i < j) & (i * j % 3 != 1)", orders[order]);
        assert_true(sweep.n > 2 * SKEP_PLAN_FILTER_BLOCK);
        begin(0, sweep.n);
        for (int64_t p = 0; p < sweep.n; p++) {
            int64_t index = skep_order_index(&sweep, p);
            int64_t i = index / 40;
            int64_t j = index % 40;
            assert_int_equal(skep_plan_skips(plan, p), !(i < j && i * j % 3 != 1));
            assert_int_equal(is_skipped(p), !(i < j && i * j % 3 != 1));
        }
        for (int64_t p = sweep.n - 1; p >= 0; p -= 37) {
            int64_t index = skep_order_index(&sweep, p);
            assert_int_equal(is_skipped(p), !(index / 40 < index % 40 && index / 40 * (index % 40) % 3 != 1));
        }
        skep_plan_end(plan);
    }
}

/* Reals, booleans, places of an array and the index itself can be named. */
static void test_plan_filter__knows_every_kind_of_number(void **state)
{
    (void)state;
    make_filter("{\"grid\":\"x\",\"from\":\"0:1:5\"},{\"grid\":\"b\",\"from\":[true,false]}", "(x > 0.3) & b",
                "");
    begin(0, 10);
    for (int64_t p = 0; p < 10; p++) {
        assert_int_equal(is_skipped(p), p < 4 || p % 2 == 1);
    }
    skep_plan_end(plan);
    make_filter("{\"grid\":\"x\",\"from\":\"@real.npy\",\"n\":5}", "(x >= 0.25) & (index != 3)", "");
    begin(1, 5);
    for (int64_t p = 1; p < 5; p++) {
        assert_int_equal(is_skipped(p), p < 2 || p == 3);
    }
}

/* A filter that names no variable holds for all. */
static void test_plan_filter__may_be_constant(void **state)
{
    (void)state;
    make_filter("{\"times\":3}", "True", "");
    begin(0, 3);
    assert_false(is_skipped(0) || is_skipped(2));
    skep_plan_end(plan);
    make_filter("{\"times\":3}", "1 > 2", "");
    begin(0, 3);
    assert_true(is_skipped(0) && is_skipped(2));
}

/* Only the tasks at which it cannot be computed fail. */
static void test_plan_filter__fails_where_it_cannot_be_computed(void **state)
{
    (void)state;
    make_filter("{\"axis\":\"i\",\"of\":3000}", "7 // (i - 1500) >= 0", "");
    begin(0, 3000);
    for (int64_t p = 1400; p < 1600; p++) {
        if (p != 1500) {
            assert_int_equal(is_skipped(p), p < 1500);
        }
    }
    check_failure(
        1500, SKEP_E_NUMERIC,
        "filter: expr: column 3: a whole number divided by 0; guard it, as in a // where(b == 0, 1, "
        "b) (element 0)");
}

/* What is no expression, or none that is true or false, is refused when a chunk begins. */
static void test_plan_filter__refuses_what_is_none(void **state)
{
    (void)state;
    check_refused("{\"axis\":\"i\",\"of\":3}", "i <", SKEP_E_BAD_ARGS,
                  "filter: expr: column 4: a name, a number or \"(\" is wanted, and the text ends here");
    check_refused("{\"axis\":\"i\",\"of\":3}", "i % 2", SKEP_E_BAD_ARGS,
                  "filter: \"i % 2\" is i8, not true or false: compare it with something");
    check_refused("{\"axis\":\"i\",\"of\":3}", "2", SKEP_E_BAD_ARGS,
                  "filter: \"2\" is a number, not true or false: compare it with something");
    make_filter("{\"lines\":\"t\",\"from\":[\"a\"]}", "t == 1", "");
    assert_int_equal(skep_plan_begin(plan, 0, 1, NULL), SKEP_E_BAD_ARGS);
}

/* What it takes of the arena is given back. */
static void test_plan_filter__leaves_the_arena_alone(void **state)
{
    size_t used;

    (void)state;
    make_filter(SQUARE, "i < j", "");
    begin(0, sweep.n);
    (void)is_skipped(0);
    used = arena.used_bytes;
    for (int64_t p = 0; p < sweep.n; p += SKEP_PLAN_FILTER_BLOCK) {
        (void)is_skipped(p);
        (void)is_skipped(p); /* the first one has left its block there */
        assert_true(arena.used_bytes <= used + 100000);
    }
    skep_plan_end(plan);
    assert_int_equal(arena.used_bytes, 0);
}

int main(void)
{
#define FILTER_TEST(fact)                                                                                    \
    cmocka_unit_test_setup_teardown(test_plan_filter__##fact, set_up_plan, tear_down_plan)
    const struct CMUnitTest tests[] = {
        FILTER_TEST(skips_what_is_false),  FILTER_TEST(knows_every_kind_of_number),
        FILTER_TEST(may_be_constant),      FILTER_TEST(fails_where_it_cannot_be_computed),
        FILTER_TEST(refuses_what_is_none), FILTER_TEST(leaves_the_arena_alone),
    };
    return cmocka_run_group_tests_name("run/plan_filter", tests, NULL, NULL);
}
