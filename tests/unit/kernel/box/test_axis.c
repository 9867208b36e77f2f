/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_data.h"

#include <stdlib.h>

enum { ARENA_BYTES = 1 << 26, AXIS_MOST = 300 };

/* The interval of each place holds the places of the values that are close, and no others. */
static void check_intervals(const struct skep_box_axis *axis)
{
    const struct skep_box_series *series = axis->series;

    for (int64_t p = 0; p < series->n; p++) {
        for (int64_t q = 0; q < series->n; q++) {
            double distance = fabs(series->sorted[p] - series->sorted[q]);
            bool is_close = axis->is_inclusive ? distance <= axis->radius : distance < axis->radius;

            if (is_close != (axis->lo[p] <= q && q < axis->hi[p])) {
                fail_msg("%a and %a with radius %a", series->sorted[p], series->sorted[q], axis->radius);
            }
        }
    }
}

static void check_records(const struct skep_box_axis *axis)
{
    for (int64_t p = 0; p < axis->series->n; p++) {
        uint32_t index = axis->series->order[p];

        if (axis->is_wide) {
            struct skep_box_record32 r = ((const struct skep_box_record32 *)axis->records)[index];
            assert_true(r.place == p && r.lo == axis->lo[p] && r.hi == axis->hi[p]);
        } else {
            struct skep_box_record16 r = ((const struct skep_box_record16 *)axis->records)[index];
            assert_true(r.place == p && r.lo == axis->lo[p] && r.hi == axis->hi[p]);
        }
    }
}

/* Every kind of data and radius, at every level, in both widths. */
static void test_axis__intervals_hold_the_close_values(void **state)
{
    static double values[AXIS_MOST];
    uint64_t chance = 9;

    (void)state;
    for (int round = 0; round < 400; round++) {
        enum box_data_kind kind = (enum box_data_kind)(round % BOX_DATA_KINDS);
        int64_t n = (int64_t)(test_chance(&chance) % (round % 20 == 0 ? AXIS_MOST : 40));
        double radius = box_data_radius(kind, &chance);
        bool is_inclusive = test_chance(&chance) % 2 == 0;
        struct skep_arena arena;
        struct skep_call call = {.arena = &arena};
        struct skep_box_work work;
        struct skep_box_series series;
        struct skep_error err = {0};

        skep_arena_init_guarded(&arena, ARENA_BYTES);
        for (int64_t i = 0; i < n; i++) {
            values[i] = box_data_value(kind, i, &chance);
        }
        assert_int_equal(skep_box_work_init(&call, n, &work, &err), SKEP_OK);
        assert_int_equal(skep_box_series_init(&call, &work, values, n, &series, &err), SKEP_OK);
        for (int k = 0; k < 2 * SKEP_CPU_LEVEL_COUNT; k++) {
            enum skep_cpu_level level = (enum skep_cpu_level)(k / 2);
            struct skep_box_axis axis;

            if (skep_cpu_has(level)) {
                assert_int_equal(skep_box_axis_init_as(&call, skep_box_code_at(level), &series, 0, n, radius,
                                                       is_inclusive, k % 2 != 0, &axis, &err),
                                 SKEP_OK);
                check_intervals(&axis);
                check_records(&axis);
            }
        }
        skep_arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axis__intervals_hold_the_close_values),
    };
    return cmocka_run_group_tests_name("kernel/box/axis", tests, NULL, NULL);
}
