/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "run/plan_ref.h"
#include "sweep/axes.h"

static struct skep_arena arena;
static struct skep_plan_ref ref;
static struct skep_point point;

/* Variables i, j, n.lo, real, text, flag. */
static int set_up(void **state)
{
    (void)state;
    skep_arena_init(&arena, 1 << 20);
    point = (struct skep_point){.n = 6};
    point.at[0] = (struct skep_coordinate){.name = "i", .kind = SKEP_OF_INT, .i64 = 5};
    point.at[1] = (struct skep_coordinate){.name = "j", .kind = SKEP_OF_INT, .i64 = 9};
    point.at[2] = (struct skep_coordinate){.name = "n.lo", .kind = SKEP_OF_INT, .i64 = 100};
    point.at[3] = (struct skep_coordinate){.name = "real", .kind = SKEP_OF_REAL, .f64 = 2.0};
    point.at[4] = (struct skep_coordinate){.name = "text", .kind = SKEP_OF_TEXT, .text = "7", .length = 1};
    point.at[5] = (struct skep_coordinate){.name = "flag", .kind = SKEP_OF_BOOL, .boolean = true};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    return 0;
}

static skep_status read_ref(const char *text)
{
    const struct skep_node node = {.kind = SKEP_NODE_TEXT, .text = text, .length = strlen(text)};

    return skep_plan_ref_read(&node, &point, &arena, &ref);
}

/* The numbers of one item, after TEXT was read and the point's were put in. */
static const struct skep_slice_item *item_of(const char *text, int item)
{
    assert_int_equal(read_ref(text), SKEP_OK);
    assert_true(skep_plan_ref_set(&ref, &point));
    assert_true(item < ref.slice.n);
    return &ref.slice.items[item];
}

/* Variables stand anywhere in a slice: as an index, as start, stop and step, with a sign. */
static void test_plan_ref__puts_numbers_in(void **state)
{
    const struct skep_slice_item *item;

    (void)state;
    assert_true(item_of("a.npy[{i}]", 0)->start == 5);
    assert_true(ref.path_n == 5 && memcmp(ref.path, "a.npy", 5) == 0);
    assert_true(item_of("a.npy[:,...,{j}]", 2)->start == 9);
    assert_int_equal(ref.n_holes, 1);
    assert_true(item_of("a.npy[ -{j} ]", 0)->start == -9);
    item = item_of("a.npy[3, {i}:-{j}:{n.lo}, 4]", 1);
    assert_true(item->start == 5 && item->stop == -9 && item->step == 100);
    assert_true(item->has_start && item->has_stop && item->kind == SKEP_SLICE_RANGE);
    assert_true(ref.slice.items[0].start == 3 && ref.slice.items[2].start == 4);
    item = item_of("a.npy[{i}:{i}]", 0);
    assert_true(item->start == 5 && item->stop == 5 && item->step == 1);
}

/* Another point, other numbers. */
static void test_plan_ref__follows_the_point(void **state)
{
    (void)state;
    assert_int_equal(read_ref("a.npy[{i}]"), SKEP_OK);
    for (int64_t i = 0; i < INT64_MAX / 2; i = 3 * i + 1) {
        point.at[0].i64 = i;
        assert_true(skep_plan_ref_set(&ref, &point));
        assert_true(ref.slice.items[0].start == i);
    }
}

/* A path and a slice without variables are what they are; braces that are written twice are braces. */
static void test_plan_ref__reads_what_is_constant(void **state)
{
    (void)state;
    assert_true(item_of("d/{{x}}.npy[7]", 0)->start == 7);
    assert_true(ref.path_n == 9 && memcmp(ref.path, "d/{x}.npy", 9) == 0);
    assert_int_equal(ref.n_holes, 0);
    assert_int_equal(read_ref("a.npy"), SKEP_OK);
    assert_int_equal(ref.slice.n, 0);
}

/* Numbers that would make another text are left to who reads that text. */
static void test_plan_ref__refuses_odd_numbers(void **state)
{
    (void)state;
    point.at[0].i64 = -1;
    assert_int_equal(read_ref("a.npy[{i}]"), SKEP_OK);
    assert_false(skep_plan_ref_set(&ref, &point));
    point.at[0].i64 = 0;
    assert_true(skep_plan_ref_set(&ref, &point));
    assert_int_equal(read_ref("a.npy[::{i}]"), SKEP_OK);
    assert_false(skep_plan_ref_set(&ref, &point));
}

/* Reals are numbers as long as they are whole and not negative. */
static void test_plan_ref__takes_whole_reals(void **state)
{
    static const double odd[] = {0.5, -1, -0.0, 1e15, 1e300, (double)NAN, (double)INFINITY};

    (void)state;
    assert_true(item_of("a.npy[{real}]", 0)->start == 2);
    assert_true(item_of("a.npy[:-{real}]", 0)->stop == -2);
    assert_int_equal(read_ref("a.npy[{real}]"), SKEP_OK);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        point.at[3].f64 = odd[i];
        assert_false(skep_plan_ref_set(&ref, &point));
    }
    point.at[3].f64 = 999999999999999;
    assert_true(skep_plan_ref_set(&ref, &point));
    assert_true(ref.slice.items[0].start == 999999999999999);
}

/* Anything that is not a whole number of a slice is not for this way. */
static void test_plan_ref__leaves_the_rest(void **state)
{
    static const char *const texts[] = {
        "x_{i}.npy",     "{text}",      "x_{real}.npy[0]", "x{flag}.npy[0]", "x_{text}.npy[0]",
        "a.npy[{i}{j}]", "a.npy[1{i}]", "a.npy[{i}0]",     "a.npy[{text}]",  "a.npy[{none}]",
        "a.npy[{i}",     "a.npy[{i]",   "a.npy[{flag}]",   "a.npy[{i}+1]",   "a.npy[--{i}]",
    };
    char many[256] = "a.npy[";

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (read_ref(texts[i]) != SKEP_EMPTY) {
            fail_msg("%s", texts[i]);
        }
    }
    for (size_t i = 0; i <= SKEP_PLAN_HOLES; i++) {
        memcpy(many + 6 + 4 * i, i < SKEP_PLAN_HOLES ? "{i}," : "{i}]", 4);
    }
    assert_int_equal(read_ref(many), SKEP_EMPTY);
}

/* A full arena is told. */
static void test_plan_ref__needs_memory(void **state)
{
    (void)state;
    arena.max_bytes = 4;
    assert_int_equal(read_ref("a.npy[{i}]"), SKEP_E_NOMEM);
}

int main(void)
{
#define REF_TEST(fact) cmocka_unit_test_setup_teardown(test_plan_ref__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        REF_TEST(puts_numbers_in),     REF_TEST(follows_the_point), REF_TEST(reads_what_is_constant),
        REF_TEST(refuses_odd_numbers), REF_TEST(takes_whole_reals), REF_TEST(leaves_the_rest),
        REF_TEST(needs_memory),
    };
    return cmocka_run_group_tests_name("run/plan_ref", tests, NULL, NULL);
}
