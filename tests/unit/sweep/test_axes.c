/* SPDX-License-Identifier: MIT */
#include "unit/sweep/random_spec.h"

#include <stdlib.h>

#include "npy/write.h"
#include "support/files.h"

static struct spec spec; /* large */

/* ---- works ---- */

/* numpy 1.24.2: np.unravel_index(i, (3, 4, 5)) */
static void test_axes__order_is_that_of_unravel_index(void **state)
{
    static const int64_t cases[][4] = {{0, 0, 0, 0},  {1, 0, 0, 1},  {5, 0, 1, 0},
                                       {19, 0, 3, 4}, {20, 1, 0, 0}, {59, 2, 3, 4}};

    (void)state;
    spec_open(&spec, "{\"axis\":\"a\",\"of\":3},{\"axis\":\"b\",\"of\":4},{\"times\":5}");
    assert_int_equal(spec.sweep.n_all, 60);
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        assert_int_equal(spec_int(&spec, cases[c][0], "a"), cases[c][1]);
        assert_int_equal(spec_int(&spec, cases[c][0], "b"), cases[c][2]);
        assert_int_equal(spec_int(&spec, cases[c][0], "time"), cases[c][3]);
        assert_int_equal(spec_int(&spec, cases[c][0], "index"), cases[c][0]);
        assert_int_equal(spec_at(&spec, cases[c][0], "index").place, cases[c][0]);
        assert_int_equal(spec_at(&spec, cases[c][0], "index").extent, 60);
    }
    spec_close(&spec);
}

static double number_of(const struct skep_coordinate *at)
{
    return at->kind == SKEP_OF_INT ? (double)at->i64 : at->f64;
}

/* The variables at the places that an odometer shows, the last factor its fastest wheel. */
static void check_point(const struct random_spec *random, const struct skep_point *point, const int *wheel)
{
    int k = 0;

    for (int f = 0; f < random->n_factors; f++) {
        const struct random_factor *factor = &random->factors[f];

        for (int i = 0; i < factor->n_names; i++, k++) {
            assert_string_equal(point->at[k].name, factor->names[i]);
            assert_true(number_of(&point->at[k]) == factor->values[i][wheel[f]]);
            assert_in_range(point->at[k].place, 0, point->at[k].extent - 1);
        }
    }
    assert_string_equal(point->at[k].name, "index");
    assert_int_equal(point->n, k + 1);
}

static void odometer_turn(const struct random_spec *random, int *wheel)
{
    for (int f = random->n_factors - 1; f >= 0 && ++wheel[f] == random->factors[f].n; f--) {
        wheel[f] = 0;
    }
}

/* Of sweeps made by chance, every point is what nested loops give. */
static void test_axes__points_are_nested_loops(void **state)
{
    static struct random_spec random;

    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        int wheel[RANDOM_MOST_FACTORS] = {0};
        struct skep_point point;
        int64_t n = 1;

        random_spec_make(&random, seed);
        for (int f = 0; f < random.n_factors; f++) {
            n *= random.factors[f].n;
        }
        spec_open(&spec, random.over);
        assert_int_equal(spec.sweep.n_all, n);
        for (int64_t index = 0; index < n && index < 20000; index++) {
            skep_axes_point(spec.axes, index, &point);
            check_point(&random, &point, wheel);
            odometer_turn(&random, wheel);
        }
        spec_close(&spec);
    }
}

/* A sweep over nothing has one point. */
static void test_axes__no_factor_is_one_point(void **state)
{
    (void)state;
    spec_open(&spec, "");
    assert_int_equal(spec.sweep.n_all, 1);
    assert_int_equal(spec_int(&spec, 0, "index"), 0);
    spec_close(&spec);
}

/* A name is found whole, not by its beginning. */
static void test_axes__names_are_whole(void **state)
{
    struct skep_point point;

    (void)state;
    spec_open(&spec, "{\"split\":\"n\",\"from\":\"10:3\"},{\"axis\":\"nn\",\"of\":2}");
    skep_axes_point(spec.axes, 0, &point);
    assert_int_equal(skep_point_find(&point, "n", 1), 0);
    assert_int_equal(skep_point_find(&point, "nn", 2), 3);
    assert_int_equal(skep_point_find(&point, "nnn", 1), 0);
    assert_int_equal(skep_point_find(&point, "n.hi", 4), 2);
    assert_int_equal(skep_point_find(&point, "n.", 2), -1);
    assert_int_equal(skep_point_find(&point, "", 0), -1);
    spec_close(&spec);
}

/* ---- arrays ---- */

struct folder {
    char *path;
    struct skep_roots *roots;
    struct skep_npy_cache *cache;
};

static void folder_open(struct folder *folder)
{
    folder->path = test_make_folder();
    assert_int_equal(skep_roots_new(&folder->roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(folder->roots, folder->path, NULL), SKEP_OK);
    assert_int_equal(skep_npy_cache_new(folder->roots, 16, UINT64_C(1) << 30, &folder->cache, NULL), SKEP_OK);
}

static void folder_close(struct folder *folder)
{
    skep_npy_cache_free(folder->cache);
    skep_roots_free(folder->roots);
    test_remove_folder(folder->path);
}

static void folder_write(struct folder *folder, const char *name, enum skep_dtype dtype, int64_t n,
                         const void *data)
{
    struct skep_view view;
    char *path = test_path(folder->path, name);

    skep_view_init(&view, data, dtype, 1, &n);
    assert_int_equal(skep_npy_write_path(path, &view, NULL), SKEP_OK);
    free(path);
}

/* Open the axes of a grid from an array of N as the record says. */
static skep_status grid_open(struct folder *folder, const char *from, int n)
{
    char factor[128];

    snprintf(factor, sizeof factor, "{\"grid\":\"v\",\"from\":\"@%s\",\"n\":%d}", from, n);
    spec_compose(&spec, factor, "");
    assert_int_equal(spec_read(&spec), SKEP_OK);
    return skep_axes_open(&spec.sweep, folder->cache, &spec.arena, &spec.axes, &spec.err);
}

static const int8_t i1[] = {-128, 7, 127};
static const uint8_t u1[] = {0, 7, 255};
static const int16_t i2[] = {-32768, 7, 32767};
static const uint16_t u2[] = {0, 7, 65535};
static const int32_t i4[] = {INT32_MIN, 7, INT32_MAX};
static const uint32_t u4[] = {0, 7, UINT32_MAX};
static const int64_t i8[] = {INT64_MIN, 7, INT64_MAX};
static const uint64_t u8[] = {0, 7, INT64_MAX};
static const float f4[] = {0.25F, -1, 3e38F};
static const double f8[] = {0.1, -1, 1e308};
static const uint8_t b1[] = {1, 0, 1};

/* The elements of an array of any dtype, exactly. */
static void test_axes__arrays_of_every_dtype(void **state)
{
    const struct {
        enum skep_dtype dtype;
        const void *data;
        int64_t first, last;
    } integers[] = {{SKEP_I1, i1, -128, 127},
                    {SKEP_U1, u1, 0, 255},
                    {SKEP_I2, i2, -32768, 32767},
                    {SKEP_U2, u2, 0, 65535},
                    {SKEP_I4, i4, INT32_MIN, INT32_MAX},
                    {SKEP_U4, u4, 0, UINT32_MAX},
                    {SKEP_I8, i8, INT64_MIN, INT64_MAX},
                    {SKEP_U8, u8, 0, INT64_MAX}};
    struct folder folder;

    (void)state;
    folder_open(&folder);
    for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
        char name[16];

        snprintf(name, sizeof name, "%s.npy", skep_dtype_name(integers[i].dtype));
        folder_write(&folder, name, integers[i].dtype, 3, integers[i].data);
        assert_int_equal(grid_open(&folder, name, 3), SKEP_OK);
        assert_int_equal(spec_int(&spec, 0, "v"), integers[i].first);
        assert_int_equal(spec_int(&spec, 1, "v"), 7);
        assert_int_equal(spec_int(&spec, 2, "v"), integers[i].last);
        spec_close(&spec);
    }
    folder_write(&folder, "f4.npy", SKEP_F4, 3, f4);
    folder_write(&folder, "f8.npy", SKEP_F8, 3, f8);
    folder_write(&folder, "b1.npy", SKEP_B1, 3, b1);
    assert_int_equal(grid_open(&folder, "f4.npy", 3), SKEP_OK);
    assert_true(spec_at(&spec, 2, "v").f64 == (double)3e38F);
    spec_close(&spec);
    assert_int_equal(grid_open(&folder, "f8.npy[::-1]", 3), SKEP_OK);
    assert_int_equal(spec_at(&spec, 2, "v").kind, SKEP_OF_REAL);
    assert_true(spec_at(&spec, 2, "v").f64 == 0.1);
    spec_close(&spec);
    assert_int_equal(grid_open(&folder, "b1.npy", 3), SKEP_OK);
    assert_int_equal(spec_at(&spec, 1, "v").kind, SKEP_OF_BOOL);
    assert_false(spec_at(&spec, 1, "v").boolean);
    assert_true(spec_at(&spec, 2, "v").boolean);
    spec_close(&spec);
    skep_npy_cache_end_task(folder.cache);
    folder_close(&folder);
}

/* ---- refuses ---- */

static void check_refused(struct folder *folder, const char *from, int n, skep_status wanted,
                          const char *words)
{
    assert_int_equal(grid_open(folder, from, n), wanted);
    if (strstr(spec.err.text, words) == NULL) {
        fail_msg("\"%s\" is not \"%s\"", spec.err.text, words);
    }
    spec_close(&spec);
}

/* An array that is not what it was when the job was put is refused, as is one that cannot be a list. */
static void test_axes__refuses_other_arrays(void **state)
{
    static const uint64_t too_large[] = {1, UINT64_MAX};
    struct folder folder;

    (void)state;
    folder_open(&folder);
    folder_write(&folder, "f8.npy", SKEP_F8, 3, f8);
    folder_write(&folder, "u8.npy", SKEP_U8, 2, too_large);
    check_refused(&folder, "f8.npy", 4, SKEP_E_INPUT_CHANGED,
                  "variable v: @f8.npy: 3 values, but there were 4 when it was put");
    check_refused(&folder, "f8.npy[None]", 3, SKEP_E_BAD_ARGS, "variable v: @f8.npy[None]");
    check_refused(&folder, "f8.npy[0]", 1, SKEP_E_ARRAY_INVALID,
                  "wanted an array with one axis, got f8 of shape ()");
    check_refused(&folder, "u8.npy", 2, SKEP_E_ARRAY_INVALID, "element 1 is above 2^63 - 1");
    check_refused(&folder, "none.npy", 2, SKEP_E_ARRAY_MISSING, "none.npy");
    skep_npy_cache_end_task(folder.cache);
    folder_close(&folder);
}

/* ---- breaks ---- */

/* With any arena that is too small, the answer is that it is. */
static void test_axes__survives_a_small_arena(void **state)
{
    bool was_ok = false;

    (void)state;
    spec_open(&spec, "{\"split\":\"n\",\"from\":\"10:3\"},{\"split\":\"m\",\"from\":\"10:3\"}");
    for (size_t size = 0; !was_ok; size += 64) {
        struct skep_arena arena;
        struct skep_axes *axes = NULL;
        skep_status st;

        skep_arena_init(&arena, size);
        st = skep_axes_open(&spec.sweep, NULL, &arena, &axes, NULL);
        was_ok = st == SKEP_OK;
        assert_true(was_ok || st == SKEP_E_NOMEM);
        skep_arena_release(&arena);
    }
    spec_close(&spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axes__order_is_that_of_unravel_index),
        cmocka_unit_test(test_axes__points_are_nested_loops),
        cmocka_unit_test(test_axes__no_factor_is_one_point),
        cmocka_unit_test(test_axes__names_are_whole),
        cmocka_unit_test(test_axes__arrays_of_every_dtype),
        cmocka_unit_test(test_axes__refuses_other_arrays),
        cmocka_unit_test(test_axes__survives_a_small_arena),
    };
    return cmocka_run_group_tests_name("sweep/axes", tests, NULL, NULL);
}
