/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_cases.h"

#include "kernel/box/points.h"

enum { N_MAX = 200 };

struct fixture {
    struct skep_arena arena;
    atomic_uint stop;
    struct skep_call call;
    struct skep_error err;
};

static void open_fixture(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    skep_arena_init_guarded(&f->arena, (size_t)64 << 20);
    f->call = (struct skep_call){.arena = &f->arena, .stop = &f->stop};
}

/* An axis has the radius of the options, times the deviation of its values when that is wanted. */
static void test_points__axis_measure(void **state)
{
    const double values[] = {1, 2, 3, 4, 5};
    struct skep_box_options options = {.r = 0.5, .is_inclusive = true};
    struct skep_box_axis axis;
    struct fixture f;

    (void)state;
    open_fixture(&f);
    assert_int_equal(skep_box_axis_measure(&f.call, values, 5, &options, &axis), SKEP_OK);
    assert_true(axis.values == values && axis.n == 5 && axis.radius == 0.5 && axis.is_inclusive);
    options.is_normalised = true;
    assert_int_equal(skep_box_axis_measure(&f.call, values, 5, &options, &axis), SKEP_OK);
    assert_true(fabs(axis.radius - 0.5 * sqrt(2.5)) < 1e-15);
    atomic_store(&f.stop, 1);
    assert_int_equal(skep_box_axis_measure(&f.call, values, 5, &options, &axis), SKEP_STOPPED);
    skep_arena_release(&f.arena);
}

/* Points whose past and next are one series, with one radius or two, or two series that share nothing: the
 * fast counts are those of the plain loop, and take what was said. */
static void test_points__count(void **state)
{
    static double values[3][N_MAX + 1];
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < box_rounds(600); round++) {
        enum box_kind kind = (enum box_kind)(round % BOX_KINDS);
        int64_t n = 1 + (int64_t)(test_chance(&chance) % N_MAX);
        struct skep_box_points points = {.n_axes = 2 + round / 2 % 2, .n = n, .gap = round % 4};
        struct skep_box_shape shape = {.n_axes = points.n_axes, .n = n, .gap = points.gap};
        struct skep_box_counts fast, plain;
        struct skep_cost cost;
        struct fixture f;

        open_fixture(&f);
        for (int a = 0; a < points.n_axes; a++) {
            for (int64_t i = 0; i <= n; i++) {
                values[a][i] = box_value(kind, i, &chance);
            }
            points.axes[a] = (struct skep_box_axis){.values = values[a],
                                                    .n = n,
                                                    .radius = box_radius(kind, &chance),
                                                    .is_inclusive = round % 5 == 0};
        }
        if (points.n_axes == 3 && round % 3 != 0) {
            points.axes[SKEP_BOX_NEXT].values = points.axes[SKEP_BOX_PAST].values + 1;
            shape.is_one_series = true;
            if (round % 3 == 1) {
                points.axes[SKEP_BOX_NEXT].radius = points.axes[SKEP_BOX_PAST].radius;
                shape.is_one_width = true;
            }
        }
        assert_int_equal(skep_box_counts_init(&f.call, points.n_axes, n, &fast, &f.err), SKEP_OK);
        assert_int_equal(skep_box_points_count(&f.call, &points, false, &fast, &f.err), SKEP_OK);
        cost = skep_box_points_cost(&shape);
        if ((double)f.arena.used_bytes > cost.bytes) {
            fail_msg("round %d: %zu bytes, not %g", round, f.arena.used_bytes, cost.bytes);
        }
        assert_int_equal(skep_box_counts_init(&f.call, points.n_axes, n, &plain, &f.err), SKEP_OK);
        assert_int_equal(skep_box_points_count(&f.call, &points, true, &plain, &f.err), SKEP_OK);
        assert_memory_equal(fast.joint, plain.joint, (size_t)(points.n_axes + 1) * (size_t)n * 4);
        assert_true((fast.given == NULL) == (points.n_axes == 2));
        skep_arena_release(&f.arena);
    }
}

/* Without room there are no counts. */
static void test_points__no_room(void **state)
{
    static const double values[100];
    struct skep_box_points points = {.n_axes = 3, .n = 99};
    struct skep_box_counts counts;
    struct fixture f;

    (void)state;
    open_fixture(&f);
    for (int a = 0; a < 3; a++) {
        points.axes[a] = (struct skep_box_axis){.values = values, .n = 99, .radius = 1};
    }
    f.arena.max_bytes = 1000;
    assert_int_equal(skep_box_counts_init(&f.call, 3, 99, &counts, &f.err), SKEP_E_NOMEM);
    f.arena.max_bytes = 1700;
    assert_int_equal(skep_box_counts_init(&f.call, 3, 99, &counts, &f.err), SKEP_OK);
    assert_int_equal(skep_box_points_count(&f.call, &points, false, &counts, &f.err), SKEP_E_NOMEM);
    skep_arena_release(&f.arena);
}

/* Counts and places have 32 bits, and so many points are the most, whatever the memory. */
static void test_points__too_many(void **state)
{
    struct skep_box_counts counts;
    struct fixture f;

    (void)state;
    open_fixture(&f);
    assert_int_equal(skep_box_counts_init(&f.call, 3, UINT32_MAX, &counts, &f.err), SKEP_E_BAD_ARGS);
    assert_non_null(strstr(f.err.text, "4294967295 points are too many"));
    assert_int_equal(skep_box_counts_init(&f.call, 3, UINT32_MAX - 1, &counts, &f.err), SKEP_E_NOMEM);
    skep_arena_release(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points__axis_measure),
        cmocka_unit_test(test_points__count),
        cmocka_unit_test(test_points__no_room),
        cmocka_unit_test(test_points__too_many),
    };
    return cmocka_run_group_tests_name("kernel/box/points", tests, NULL, NULL);
}
