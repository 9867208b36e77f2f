/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include "kernel/arrays/walk.h"

/* Every run of an axis comes once, in C order of the other axes, at the offset that the strides say. */
static void test_walk__runs_in_c_order(void **state)
{
    static const int64_t shape[] = {2, 3, 4};
    double data[24] = {0};
    struct skep_view view;

    (void)state;
    skep_view_init(&view, data, SKEP_F8, 3, shape);
    for (int axis = 0; axis < 3; axis++) {
        int a = axis == 0 ? 1 : 0;
        int b = axis == 2 ? 1 : 2;
        struct skep_walk walk;
        int64_t n = 0;

        skep_walk_init(&walk, &view, axis);
        assert_int_equal(walk.length, shape[axis]);
        assert_int_equal(walk.stride, view.strides[axis]);
        assert_int_equal(walk.n_runs, 24 / shape[axis]);
        do {
            assert_int_equal(walk.at, n / shape[b] * view.strides[a] + n % shape[b] * view.strides[b]);
            n++;
        } while (skep_walk_step(&walk));
        assert_int_equal(n, walk.n_runs);
    }
}

/* Negative and zero strides are walked like others. */
static void test_walk__strides_of_any_sign(void **state)
{
    static const int64_t at[] = {5, 5, 4, 4, 3, 3};
    static const int64_t shape[] = {3, 2, 7};
    double data[24] = {0};
    struct skep_view view;
    struct skep_walk walk;
    int n = 0;

    (void)state;
    skep_view_init(&view, data, SKEP_F8, 3, shape);
    view.strides[0] = -1;
    view.strides[1] = 0;
    skep_walk_init(&walk, &view, 2);
    walk.at = 5;
    do {
        assert_int_equal(walk.at, at[n++]);
    } while (skep_walk_step(&walk));
    assert_int_equal(n, 6);
}

/* A number without axes is one run of one; an array without elements may have no run, or empty ones. */
static void test_walk__degenerate_shapes(void **state)
{
    static const int64_t shape[] = {0, 5};
    struct skep_view view;
    struct skep_walk walk;

    (void)state;
    skep_view_init(&view, NULL, SKEP_F8, 0, NULL);
    skep_walk_init(&walk, &view, -1);
    assert_int_equal(walk.n_runs, 1);
    assert_int_equal(walk.length, 1);
    assert_false(skep_walk_step(&walk));
    skep_view_init(&view, NULL, SKEP_F8, 2, shape);
    skep_walk_init(&walk, &view, 1);
    assert_int_equal(walk.n_runs, 0);
    skep_walk_init(&walk, &view, 0);
    assert_int_equal(walk.n_runs, 5);
    assert_int_equal(walk.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk__runs_in_c_order),
        cmocka_unit_test(test_walk__strides_of_any_sign),
        cmocka_unit_test(test_walk__degenerate_shapes),
    };
    return cmocka_run_group_tests_name("kernel/walk", tests, NULL, NULL);
}
