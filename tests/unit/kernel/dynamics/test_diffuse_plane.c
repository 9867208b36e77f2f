/* SPDX-License-Identifier: MIT */
#include "unit/kernel/dynamics/diffuse_data.h"

#include "kernel/dynamics/diffuse_plane.h"

static const struct skep_diffuse_shape plane = {.room = skep_diffuse_plane_room,
                                                .pass = skep_diffuse_plane_pass};

/* Random planes in random strips and depths, also deeper than the plane is high, have the formula's bits. */
static void test_diffuse_plane__any_plan(void **state)
{
    (void)state;
    diffuse_check_pass(&plane, true, getenv("SKEP_TEST_LONG") != NULL ? 20000 : 400);
}

/* A plan is no deeper than there are steps, and strip and plane are many times as large as it is deep. */
static void test_diffuse_plane__plan(void **state)
{
    (void)state;
    for (int64_t m = 1; m < 5000; m += m < 40 ? 1 : 37) {
        struct skep_grid grid = {.n = 5000 - m, .m = m};
        for (int64_t steps = 1; steps < 200; steps += 9) {
            struct skep_diffuse_plan plan = skep_diffuse_plane_plan(&grid, steps);
            assert_true(plan.depth >= 1 && plan.depth <= steps);
            assert_true(plan.width % 8 == 0 && plan.width >= 8 * plan.depth && plan.width < m + 8);
            assert_true(plan.depth == 1 || 8 * plan.depth <= grid.n);
        }
    }
}

/* A stop is seen before a turn of the wave. */
static void test_diffuse_plane__stops(void **state)
{
    static double u[8], out[8], room[300];
    atomic_uint stop = 1;
    const struct skep_call call = {.stop = &stop};
    struct skep_diffuse_pass pass = {.plan = {1, 8}, .grid = {u, 2, 4, 4, 1}, .room = room, .out = out};

    (void)state;
    assert_int_equal(skep_diffuse_plane_pass(&call, &pass), SKEP_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diffuse_plane__any_plan),
        cmocka_unit_test(test_diffuse_plane__plan),
        cmocka_unit_test(test_diffuse_plane__stops),
    };
    return cmocka_run_group_tests_name("kernel/diffuse_plane", tests, NULL, NULL);
}
