/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "kernel/dynamics/star_kicks.h"

/* Given noise is read row by row, whatever its strides. */
static void test_star_kicks__given(void **state)
{
    static const double noise[] = {1, 2, 3, 4, 5, 6};
    const struct skep_view view = {noise + 5, SKEP_F8, 2, {2, 3}, {-3, -1}};
    const struct skep_star_series series = {.m = 3, .noise = &view};
    struct skep_star_kicks kicks;
    double out[3];

    (void)state;
    assert_true(skep_star_has_kicks(&series));
    skep_star_kicks_init(&kicks, &series);
    skep_star_kicks_next(&kicks, out);
    assert_true(out[0] == 6 && out[1] == 5 && out[2] == 4);
    skep_star_kicks_next(&kicks, out);
    assert_true(out[0] == 3 && out[1] == 2 && out[2] == 1);
}

/* The leaves' are multiples of the normals of stream 1, in order; the hub gets none. */
static void test_star_kicks__normals(void **state)
{
    const struct skep_star_series series = {.m = 4, .kick = 0.5, .stream = {9, 2}};
    struct skep_philox philox;
    struct skep_star_kicks kicks;
    double out[4];

    (void)state;
    assert_true(skep_star_has_kicks(&series));
    skep_philox_init(&philox, series.stream, 1);
    skep_star_kicks_init(&kicks, &series);
    for (int step = 0; step < 99; step++) {
        skep_star_kicks_next(&kicks, out);
        assert_true(out[0] == 0);
        for (int j = 1; j < 4; j++) {
            assert_true(out[j] == 0.5 * skep_philox_next_normal(&philox));
        }
    }
}

/* A series with neither has no kicks. */
static void test_star_kicks__none(void **state)
{
    const struct skep_star_series series = {.m = 4};

    (void)state;
    assert_false(skep_star_has_kicks(&series));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_star_kicks__given),
        cmocka_unit_test(test_star_kicks__normals),
        cmocka_unit_test(test_star_kicks__none),
    };
    return cmocka_run_group_tests_name("kernel/star_kicks", tests, NULL, NULL);
}
