/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "sweep/out_map.h"

/* Sweeps made by hand; their points come from skep_axes_point. */
static struct skep_sweep sweep;
static struct skep_sweep_out *const out = &sweep.outs[0];
static struct skep_arena arena;
static struct skep_error err;

static void begin_sweep(void)
{
    memset(&sweep, 0, sizeof sweep);
    sweep.n_all = sweep.n = 1;
    sweep.n_outs = 1;
}

static int set_up(void **state)
{
    (void)state;
    begin_sweep();
    memset(&err, 0, sizeof err);
    skep_arena_init(&arena, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    return 0;
}

static struct skep_factor *add_factor(enum skep_factor_kind kind, int64_t n, const char *name)
{
    struct skep_factor *factor = &sweep.factors[sweep.n_factors++];

    factor->kind = kind;
    factor->n = factor->of = n;
    factor->n_variables = 1;
    factor->variables[0] = name;
    factor->grids[0] = (struct skep_grid){.kind = SKEP_GRID_LINSPACE, .from = 0, .to = 1, .n = n};
    factor->hi = n; /* SPLIT: parts of 1 */
    sweep.n_all *= n;
    sweep.n = sweep.n_all;
    return factor;
}

static void add_grid(int64_t n, const char *name)
{
    (void)add_factor(SKEP_FACTOR_GRID, n, name);
}

static void add_pairs(int64_t of, bool is_unordered)
{
    struct skep_factor *factor = add_factor(SKEP_FACTOR_PAIRS, 1, "i");

    factor->n_variables = 2;
    factor->variables[1] = "j";
    factor->of = of;
    factor->is_unordered = is_unordered;
    factor->n = is_unordered ? of * (of - 1) / 2 : of * (of - 1);
    sweep.n_all *= factor->n;
    sweep.n = sweep.n_all;
}

static skep_status complete(const char *text, const struct skep_view *value)
{
    skep_status st;

    memset(&err, 0, sizeof err);
    st = skep_out_parse(&sweep, text, &arena, out, &err);
    return st == SKEP_OK ? skep_out_complete(&sweep, out, value, &err) : st;
}

static skep_status complete_scalar(const char *text)
{
    struct skep_view value;

    skep_view_init(&value, NULL, SKEP_F8, 0, NULL);
    return complete(text, &value);
}

static void assert_shape(int ndim, const int64_t *shape)
{
    assert_int_equal(out->ndim, ndim);
    for (int i = 0; i < ndim; i++) {
        assert_int_equal(out->shape[i], shape[i]);
    }
}

/* Every point has a slice of its own, inside, and the same in both ways of asking. Returns the slices by
 * index; free() them. */
static int64_t *assert_disjoint(void)
{
    struct skep_out_map map;
    struct skep_axes *axes;
    struct skep_point point;
    int64_t *slices = calloc((size_t)sweep.n_all, sizeof *slices);
    char *is_taken;

    assert_int_equal(skep_out_map_init(&map, &sweep, 0, &err), SKEP_OK);
    assert_int_equal(skep_axes_open(&sweep, NULL, &arena, &axes, &err), SKEP_OK);
    is_taken = calloc((size_t)map.n_slices, 1);
    for (int64_t index = 0; index < sweep.n_all; index++) {
        skep_axes_point(axes, index, &point);
        slices[index] = skep_out_map_slice(&map, &point);
        assert_int_equal(skep_out_map_at(&map, index), slices[index]);
        assert_in_range(slices[index], 0, map.n_slices - 1);
        assert_false(is_taken[slices[index]]);
        is_taken[slices[index]] = 1;
    }
    free(is_taken);
    return slices;
}

/* ---- works ---- */

/* Without brackets each factor is an axis, also one of a single point, and slices are in the order of the
 * index. */
static void test_out_map__gives_each_factor_an_axis(void **state)
{
    int64_t *slices;

    (void)state;
    add_grid(3, "a");
    add_grid(1, "b");
    add_grid(4, "c");
    assert_int_equal(complete_scalar("te.npy"), SKEP_OK);
    assert_string_equal(out->path, "te.npy");
    assert_string_equal(out->fill, "nan");
    assert_shape(3, (const int64_t[]){3, 1, 4});
    slices = assert_disjoint();
    for (int64_t i = 0; i < 12; i++) {
        assert_int_equal(slices[i], i);
    }
    free(slices);
}

/* Pairs are two axes, whose places are the integers themselves. */
static void test_out_map__puts_pairs_where_they_point(void **state)
{
    int64_t *slices;

    (void)state;
    add_pairs(4, false);
    add_grid(3, "r");
    assert_int_equal(complete_scalar("te.npy"), SKEP_OK);
    assert_int_equal(out->n_at, 3);
    assert_shape(3, (const int64_t[]){4, 4, 3});
    slices = assert_disjoint();
    for (int64_t index = 0, i = 0; i < 4; i++) {
        for (int64_t j = 0; j < 4; j++) {
            for (int64_t r = 0; r < 3 && i != j; r++) {
                assert_int_equal(slices[index++], (4 * i + j) * 3 + r);
            }
        }
    }
    free(slices);
}

/* Unordered pairs make a square, of which the triangle below the diagonal is left; a single pair is (0, 1).
 */
static void test_out_map__leaves_the_other_triangle(void **state)
{
    int64_t *slices;

    (void)state;
    add_pairs(5, true);
    assert_int_equal(complete_scalar("te.npy[{i},{j}]"), SKEP_OK);
    assert_shape(2, (const int64_t[]){5, 5});
    slices = assert_disjoint();
    assert_int_equal(slices[0], 1);
    assert_int_equal(slices[9], 3 * 5 + 4);
    free(slices);
    assert_int_equal(complete_scalar("te.npy[5*{i}+{j}]"), SKEP_OK);
    assert_shape(1, (const int64_t[]){25});
    assert_int_equal(complete_scalar("te.npy[{i},{j}-1]"), SKEP_OK);
    assert_shape(2, (const int64_t[]){5, 4});
    begin_sweep();
    add_pairs(2, true);
    assert_int_equal(complete_scalar("te.npy[{i},{j}]"), SKEP_OK);
    assert_shape(2, (const int64_t[]){2, 2});
    slices = assert_disjoint();
    assert_int_equal(slices[0], 1);
    free(slices);
}

/* Multiples, constants, differences and both orders of the axes are understood as arithmetic says. */
static void test_out_map__reads_arithmetic(void **state)
{
    static const struct {
        const char *text;
        int64_t shape[3];
        int64_t by_a, by_b, start; /* of the slice */
    } cases[] = {
        {"x.npy[{b},{a}]", {5, 3, 0}, 1, 3, 0},
        {"x.npy[5*{a}+{b}]", {15, 0, 0}, 5, 1, 0},
        {"x.npy[ {b}*2 + 10*{a} + 7 ]", {36, 0, 0}, 10, 2, 7},
        {"x.npy[{a}+1,4-{b}]", {4, 5, 0}, 5, -1, 9},
        {"x.npy[2-{a},{b},0]", {3, 5, 1}, -5, 1, 10},
        {"x.npy[{index}]", {15, 0, 0}, 5, 1, 0},
        {"x.npy[2*{index}+1]", {30, 0, 0}, 10, 2, 1},
        {"x.npy[{index}-{b}+3*5*{b}]", {71, 0, 0}, 5, 15, 0},
        {"x.npy[14-{index}]", {15, 0, 0}, -5, -1, 14},
        {"x.npy[{a}, {index}]", {3, 15, 0}, 20, 1, 0},
    };

    (void)state;
    add_grid(3, "a");
    add_grid(5, "b");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int ndim = 0;
        int64_t *slices;
        while (ndim < 3 && cases[i].shape[ndim] > 0) {
            ndim++;
        }
        if (complete_scalar(cases[i].text) != SKEP_OK) {
            fail_msg("%s: %s", cases[i].text, err.text);
        }
        assert_shape(ndim, cases[i].shape);
        slices = assert_disjoint();
        for (int64_t index = 0; index < 15; index++) {
            assert_int_equal(slices[index],
                             cases[i].start + cases[i].by_a * (index / 5) + cases[i].by_b * (index % 5));
        }
        free(slices);
    }
}

/* Variables in lockstep are one place; what comes with a dot is one, too. */
static void test_out_map__knows_what_goes_together(void **state)
{
    struct skep_factor *factor = add_factor(SKEP_FACTOR_ZIP, 6, "x");

    (void)state;
    factor->n_variables = 2;
    factor->variables[1] = "y";
    factor->grids[1] = factor->grids[0];
    add_factor(SKEP_FACTOR_SPLIT, 4, "n");
    assert_int_equal(complete_scalar("z.npy[{x},{n.lo}]"), SKEP_OK);
    assert_shape(2, (const int64_t[]){6, 4});
    free(assert_disjoint());
    assert_int_equal(complete_scalar("z.npy[{y},{n.hi}]"), SKEP_OK);
    free(assert_disjoint());
    assert_int_equal(complete_scalar("z.npy[2*{x}-{y}+{n.lo}*6]"), SKEP_OK);
    assert_shape(1, (const int64_t[]){24});
    free(assert_disjoint());
    /* The diagonal of an array is a map, too. */
    assert_int_equal(complete_scalar("z.npy[{x},{n},{y}]"), SKEP_OK);
    free(assert_disjoint());
    assert_int_equal(complete_scalar("z.npy[{x}-{y},{n}]"), SKEP_E_BAD_ARGS);
}

/* A sweep of one task fills an array without axes. */
static void test_out_map__needs_no_axes(void **state)
{
    int64_t *slices;

    (void)state;
    assert_int_equal(complete_scalar("one.npy"), SKEP_OK);
    assert_int_equal(out->ndim, 0);
    slices = assert_disjoint();
    assert_int_equal(slices[0], 0);
    free(slices);
}

/* The axes of a value follow those of the index, cut as it says. */
static void test_out_map__cuts_the_value(void **state)
{
    struct skep_out_map map;
    struct skep_view value;

    (void)state;
    add_grid(3, "a");
    skep_view_init(&value, NULL, SKEP_I4, 2, (const int64_t[]){12, 7});
    assert_int_equal(complete("x.npy", &value), SKEP_OK);
    assert_shape(3, (const int64_t[]){3, 12, 7});
    assert_int_equal(out->dtype, SKEP_I4);
    assert_string_equal(out->fill, "0");
    assert_int_equal(complete("x.npy[{a}]=[0:4]", &value), SKEP_OK);
    assert_shape(3, (const int64_t[]){3, 4, 7});
    assert_int_equal(complete("x.npy=[::-5,-1]", &value), SKEP_OK);
    assert_shape(2, (const int64_t[]){3, 3});
    assert_string_equal(out->of, "[::-5,-1]");
    assert_int_equal(skep_out_map_init(&map, &sweep, 0, &err), SKEP_OK);
    assert_int_equal(map.n_slices, 3);
    assert_int_equal(map.slice_count, 3);
    assert_int_equal(map.slice_bytes, 12);
    skep_view_init(&value, NULL, SKEP_F8, 1, (const int64_t[]){0});
    assert_int_equal(complete("x.npy", &value), SKEP_OK);
    assert_int_equal(skep_out_map_init(&map, &sweep, 0, &err), SKEP_OK);
    assert_int_equal(map.n_slices, 3);
    assert_int_equal(map.slice_bytes, 0);
}

/* A dtype that was asked for stays where it holds the values. */
static void test_out_map__keeps_a_dtype_that_fits(void **state)
{
    struct skep_view value;

    (void)state;
    add_grid(3, "a");
    skep_view_init(&value, NULL, SKEP_F8, 0, NULL);
    assert_int_equal(skep_out_parse(&sweep, "x.npy", &arena, out, &err), SKEP_OK);
    out->dtype = SKEP_F4;
    out->fill = "-1";
    assert_int_equal(skep_out_complete(&sweep, out, &value, &err), SKEP_OK);
    assert_int_equal(out->dtype, SKEP_F4);
    assert_string_equal(out->fill, "-1");
    assert_int_equal(skep_out_parse(&sweep, "x.npy", &arena, out, &err), SKEP_OK);
    out->dtype = SKEP_I4;
    assert_int_equal(skep_out_complete(&sweep, out, &value, &err), SKEP_E_BAD_ARGS);
    assert_non_null(strstr(err.text, "values are f8, which i4 does not hold: --dtype f8, or none"));
    memset(&err, 0, sizeof err);
    assert_int_equal(skep_out_parse(&sweep, "x.npy", &arena, out, &err), SKEP_OK);
    out->dtype = SKEP_F8;
    out->fill = "many";
    assert_int_equal(skep_out_complete(&sweep, out, &value, &err), SKEP_E_BAD_ARGS);
}

/* What is proved is true: of random maps every one that is taken has disjoint slices, and the plain ones are
 * taken. */
static void test_out_map__proves_only_what_is_true(void **state)
{
    uint32_t noise = 7;
    int n_taken = 0;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        char text[200];
        size_t used = (size_t)snprintf(text, sizeof text, "x.npy[");
        int n_axes;
        noise = noise * 1664525 + 1013904223;
        skep_arena_reset(&arena, 1 << 20);
        begin_sweep();
        if (noise >> 31) {
            add_pairs(2 + (noise >> 24) % 3, noise >> 30 & 1);
        }
        add_grid(1 + (noise >> 20) % 4, "a");
        add_grid(1 + (noise >> 16) % 3, "b");
        n_axes = 1 + (int)(noise >> 12) % 2;
        for (int d = 0; d < n_axes; d++) {
            used +=
                (size_t)snprintf(text + used, sizeof text - used, "%s%u", d > 0 ? "," : "", noise >> 10 & 15);
            for (int v = 0; v < 5; v++) {
                static const char *const names[] = {"{a}", "{b}", "{i}", "{j}", "{index}"};
                noise = noise * 1664525 + 1013904223;
                if ((v == 2 || v == 3) && sweep.n_factors < 3) {
                    continue;
                }
                used += (size_t)snprintf(text + used, sizeof text - used, "%c%u*%s", noise >> 31 ? '+' : '-',
                                         noise >> 29 & 1 ? 0 : (noise >> 20) % 7, names[v]);
            }
        }
        snprintf(text + used, sizeof text - used, "]");
        if (complete_scalar(text) == SKEP_OK) {
            free(assert_disjoint());
            n_taken++;
        } else {
            assert_int_equal(err.status, SKEP_E_BAD_ARGS);
        }
    }
    assert_in_range(n_taken, 50, 2999);
}

/* ---- refuses ---- */

/* A factor that the index leaves out is named, with how many tasks and the way out. */
static void test_out_map__refuses_what_overlaps(void **state)
{
    (void)state;
    add_pairs(64, false);
    add_grid(10, "r");
    assert_int_equal(complete_scalar("te.npy[{i},{j}]"), SKEP_E_BAD_ARGS);
    assert_string_equal(err.text, "r is not in the index: 10 tasks would write te.npy[0,0]; "
                                  "write te.npy[{i},{j},{r}]");
    assert_int_equal(complete_scalar("te.npy[{i},{i},{r}]"), SKEP_E_BAD_ARGS);
    assert_non_null(strstr(err.text, "j is not in the index: 64 tasks"));
    assert_int_equal(complete_scalar("te.npy[{i}+{j},{r}]"), SKEP_E_BAD_ARGS);
    assert_string_equal(err.text, "te.npy: tasks that differ in i and j might write the same slice; "
                                  "write te.npy[{i},{j},{r}]");
    assert_int_equal(complete_scalar("te.npy[{i},9*{j}+{r}]"), SKEP_E_BAD_ARGS);
    assert_int_equal(complete_scalar("te.npy[{i},10*{j}+{r}]"), SKEP_OK);
    assert_int_equal(complete_scalar("te.npy[{index}]"), SKEP_OK);
    free(assert_disjoint());
    assert_int_equal(complete_scalar("te.npy[{index}+{r}]"), SKEP_E_BAD_ARGS);
    assert_int_equal(complete_scalar("te.npy[0]"), SKEP_E_BAD_ARGS);
}

/* Texts that are no output are refused with the column. */
static void test_out_map__refuses_what_it_cannot_read(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "empty"},
        {"te.txt", "must end in .npy"},
        {".npy", "must end in .npy"},
        {"te.npy[{q}]", "column 2: no such variable"},
        {"te.npy[{a]", "column 1: '{' without '}'"},
        {"te.npy[]", "column 1: wanted an integer"},
        {"te.npy[{a},]", "column 1: wanted an integer"},
        {"te.npy[a]", "column 1: wanted an integer"},
        {"te.npy[{a} {b}]", "column 5: wanted '+'"},
        {"te.npy[{a}*{b}]", "column 5: a product of variables"},
        {"te.npy[{a}**2]", "column 5: wanted an integer"},
        {"te.npy[3000000000000*{a}]", "2^40"},
        {"te.npy[2000000*1000000*{a}]", "2^40"},
        {"te.npy[{a}-1,{b}]", "goes down to -1"},
        {"te.npy[{a},{b}]=[1:x]", "[1:x]: array reference, column 4"},
        {"te.npy[{a},{b}]=[0]", "value of shape ()"},
    };

    (void)state;
    add_grid(3, "a");
    add_grid(5, "b");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(complete_scalar(cases[i].text), SKEP_E_BAD_ARGS);
        if (strstr(err.text, cases[i].words) == NULL) {
            fail_msg("%s: %s", cases[i].text, err.text);
        }
    }
}

/* A stranger's record is proved again: a shape that is too small, a path twice, lengths without end. */
static void test_out_map__proves_a_record_again(void **state)
{
    struct skep_out_map map;
    struct skep_sweep_out good;

    (void)state;
    add_grid(3, "a");
    add_grid(5, "b");
    assert_int_equal(complete_scalar("x.npy"), SKEP_OK);
    good = *out;
    out->shape[1] = 4;
    assert_int_equal(skep_out_map_init(&map, &sweep, 0, &err), SKEP_E_BAD_ARGS);
    assert_non_null(strstr(err.text, "goes up to 4 of 4"));
    *out = good;
    out->shape[0] = 100; /* larger is fine: an array for more than this sweep */
    assert_int_equal(skep_out_map_init(&map, &sweep, 0, NULL), SKEP_OK);
    assert_int_equal(map.n_slices, 500);
    out->shape[0] = INT64_MAX / 5;
    assert_int_equal(skep_out_map_init(&map, &sweep, 0, NULL), SKEP_E_BAD_ARGS);
    *out = good;
    out->ndim = 1;
    assert_int_equal(skep_out_map_init(&map, &sweep, 0, NULL), SKEP_E_BAD_ARGS);
    *out = good;
    out->dtype = SKEP_DTYPE_NONE;
    assert_int_equal(skep_out_map_init(&map, &sweep, 0, NULL), SKEP_E_BAD_ARGS);
    *out = good;
    sweep.outs[1] = good;
    sweep.n_outs = 2;
    assert_int_equal(skep_out_map_init(&map, &sweep, 1, NULL), SKEP_E_BAD_ARGS);
}

/* Very many points times very large steps are an error, not an overflow. */
static void test_out_map__survives_large_numbers(void **state)
{
    (void)state;
    add_grid(INT64_C(1) << 20, "a");
    add_grid(INT64_C(1) << 20, "b");
    assert_int_equal(complete_scalar("x.npy"), SKEP_OK);
    assert_int_equal(complete_scalar("x.npy[1099511627776*{a}+{b}]"), SKEP_OK);
    assert_int_equal(complete_scalar("x.npy[1099511627776*{a},1099511627776*{b}]"), SKEP_E_BAD_ARGS);
    assert_int_equal(complete_scalar("x.npy[1099511627776*{index}]"), SKEP_E_BAD_ARGS);
    assert_int_equal(complete_scalar("x.npy[1099511627776*{index}-1099511627776*{index}+{index}]"), SKEP_OK);
}

/* ---- breaks ---- */

/* Without memory there is an error that says so. */
static void test_out_map__says_when_memory_is_short(void **state)
{
    struct skep_arena tiny;

    (void)state;
    add_grid(3, "a");
    skep_arena_init(&tiny, 1);
    assert_int_equal(skep_out_parse(&sweep, "x.npy", &tiny, out, NULL), SKEP_E_NOMEM);
    assert_int_equal(skep_out_parse(&sweep, "x.npy[0]", &tiny, out, NULL), SKEP_E_NOMEM);
    assert_int_equal(skep_out_parse(&sweep, "x.npy=[0]", &tiny, out, NULL), SKEP_E_NOMEM);
    skep_arena_release(&tiny);
}

int main(void)
{
#define OUT_MAP_TEST(fact) cmocka_unit_test_setup_teardown(test_out_map__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        OUT_MAP_TEST(gives_each_factor_an_axis),
        OUT_MAP_TEST(puts_pairs_where_they_point),
        OUT_MAP_TEST(leaves_the_other_triangle),
        OUT_MAP_TEST(reads_arithmetic),
        OUT_MAP_TEST(knows_what_goes_together),
        OUT_MAP_TEST(needs_no_axes),
        OUT_MAP_TEST(cuts_the_value),
        OUT_MAP_TEST(keeps_a_dtype_that_fits),
        OUT_MAP_TEST(proves_only_what_is_true),
        OUT_MAP_TEST(refuses_what_overlaps),
        OUT_MAP_TEST(refuses_what_it_cannot_read),
        OUT_MAP_TEST(proves_a_record_again),
        OUT_MAP_TEST(survives_large_numbers),
        OUT_MAP_TEST(says_when_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
