/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/box_data.h"

#include <stdlib.h>

enum { ARENA_BYTES = 1 << 26, SERIES_MOST = 60000 };

/* Sort N values and check the order by what it must be. */
static void check_sorted(const double *values, int64_t n)
{
    static bool is_there[SERIES_MOST];
    struct skep_arena arena;
    struct skep_call call = {.arena = &arena};
    struct skep_box_work work;
    struct skep_box_series series;
    struct skep_error err = {0};
    int64_t low = 0, finite = 0, numbers = 0;

    skep_arena_init_guarded(&arena, ARENA_BYTES);
    memset(is_there, 0, sizeof is_there);
    assert_int_equal(skep_box_work_init(&call, n, &work, &err), SKEP_OK);
    assert_int_equal(skep_box_series_init(&call, &work, values, n, &series, &err), SKEP_OK);
    for (int64_t p = 0; p < n; p++) {
        uint32_t index = series.order[p];

        assert_true(index < n && !is_there[index]);
        is_there[index] = true;
        assert_memory_equal(&series.sorted[p], &values[index], sizeof(double));
        assert_true(p == 0 || isnan(series.sorted[p]) || series.sorted[p - 1] <= series.sorted[p]);
        low += values[p] == -HUGE_VAL;
        finite += isfinite(values[p]) != 0;
        numbers += !isnan(values[p]);
    }
    assert_int_equal(series.finite_first, low);
    assert_int_equal(series.finite_last, low + finite);
    assert_int_equal(series.n_numbers, numbers);
    for (int64_t p = n; p < n + SKEP_BOX_BEYOND; p++) {
        assert_true(isnan(series.sorted[p]));
    }
    skep_arena_release(&arena);
}

/* Every kind of data, in every length that is special, comes out in order. */
static void test_series__every_kind(void **state)
{
    static const int64_t lengths[] = {0, 1, 2, 3, 100, 2047, 2048, 5000, SERIES_MOST};
    static double values[SERIES_MOST];
    uint64_t chance = 7;

    (void)state;
    for (int kind = 0; kind < BOX_DATA_KINDS; kind++) {
        for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
            for (int64_t i = 0; i < lengths[k]; i++) {
                values[i] = box_data_value((enum box_data_kind)kind, i, &chance);
            }
            check_sorted(values, lengths[k]);
        }
    }
}

/* Values that a scale of equal steps cannot tell apart are sorted by all their bits. */
static void test_series__one_far_away(void **state)
{
    static double values[20000];
    uint64_t chance = 8;

    (void)state;
    for (int64_t i = 0; i < 20000; i++) {
        values[i] = test_chance_f8(&chance);
    }
    values[777] = 1e300;
    check_sorted(values, 20000);
    values[778] = -0x1.fffffffffffffp+1023;
    check_sorted(values, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series__every_kind),
        cmocka_unit_test(test_series__one_far_away),
    };
    return cmocka_run_group_tests_name("kernel/box/series", tests, NULL, NULL);
}
