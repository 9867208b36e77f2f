/* SPDX-License-Identifier: MIT */
#include "unit/kernel/dynamics/diffuse_data.h"

#include "kernel/dynamics/diffuse_line.h"

static const struct skep_diffuse_shape line = {.room = skep_diffuse_line_room,
                                               .pass = skep_diffuse_line_pass};

/* Random lines in random pieces and depths, also deeper than the line is long, have the formula's bits. */
static void test_diffuse_line__any_plan(void **state)
{
    (void)state;
    diffuse_check_pass(&line, false, getenv("SKEP_TEST_LONG") != NULL ? 100000 : 2000);
}

/* A plan is no deeper than there are steps, and a strip is many times as wide as deep. */
static void test_diffuse_line__plan(void **state)
{
    (void)state;
    for (int64_t m = 1; m < 5000; m += m < 40 ? 1 : 37) {
        struct skep_grid grid = {.n = 1, .m = m};
        for (int64_t steps = 1; steps < 200; steps += 9) {
            struct skep_diffuse_plan plan = skep_diffuse_line_plan(&grid, steps);
            assert_true(plan.depth >= 1 && plan.depth <= steps);
            assert_true(plan.width % 8 == 0 && plan.width >= 8 * plan.depth && plan.width < m + 8);
        }
    }
}

/* A stop is seen before a piece. */
static void test_diffuse_line__stops(void **state)
{
    static double u[8], out[8], room[200];
    atomic_uint stop = 1;
    const struct skep_call call = {.stop = &stop};
    struct skep_diffuse_pass pass = {.plan = {1, 8}, .grid = {u, 1, 8, 0, 1}, .room = room, .out = out};

    (void)state;
    assert_int_equal(skep_diffuse_line_pass(&call, &pass), SKEP_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diffuse_line__any_plan),
        cmocka_unit_test(test_diffuse_line__plan),
        cmocka_unit_test(test_diffuse_line__stops),
    };
    return cmocka_run_group_tests_name("kernel/diffuse_line", tests, NULL, NULL);
}
