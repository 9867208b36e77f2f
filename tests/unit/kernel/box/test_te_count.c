/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/te_data.h"

enum { COUNT_MAX = 2500 }; /* more than two tiles */

static const struct skep_call nobody_stops;

/* Compare the plain loop of the library and the tiles of every level with the loop of this test. */
static void check_all(const struct skep_te_record *record)
{
    static int64_t expected[COUNT_MAX][4];
    static int64_t counts[COUNT_MAX][4];
    size_t bytes = (size_t)record->n * sizeof expected[0];

    for (int64_t i = 0; i < record->n; i++) {
        te_data_counts(record->columns[0], record->columns[1], record->columns[2], record->n, record->radius,
                       record->exclude, record->is_inclusive, i, expected[i]);
    }
    assert_int_equal(skep_te_count_plain(&nobody_stops, record, 0, record->n, counts), SKEP_OK);
    assert_memory_equal(counts, expected, bytes);
    assert_int_equal(skep_te_count_fast(&nobody_stops, record, 0, record->n, counts), SKEP_OK);
    assert_memory_equal(counts, expected, bytes);
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        if (skep_cpu_has((enum skep_cpu_level)level)) {
            assert_int_equal(skep_te_count_with(skep_te_spans_at((enum skep_cpu_level)level), &nobody_stops,
                                                record, 0, record->n, counts),
                             SKEP_OK);
            assert_memory_equal(counts, expected, bytes);
        }
    }
}

static void check_random(uint64_t *chance, int64_t n, int64_t exclude)
{
    static double data[3][COUNT_MAX];
    enum te_data_kind kind = (enum te_data_kind)(test_chance(chance) % TE_DATA_KINDS);
    struct skep_te_record record = {
        .columns = {data[0], data[1], data[2]},
        .n = n,
        .exclude = exclude,
        .is_inclusive = test_chance(chance) % 2 == 0,
    };

    for (int c = 0; c < 3; c++) {
        record.radius[c] = te_data_radius(kind, chance);
        for (int64_t i = 0; i < n; i++) {
            data[c][i] = te_data_value(kind, chance);
        }
    }
    check_all(&record);
}

/* Thousands of small records of every kind, with every relation of exclude to their length. */
static void test_te_count__small_records(void **state)
{
    uint64_t chance = 2;

    (void)state;
    for (int round = 0; round < 5000; round++) {
        int64_t n = 1 + (int64_t)(test_chance(&chance) % 40);
        int64_t exclude = (int64_t)(test_chance(&chance) % (uint64_t)(n + 3));
        check_random(&chance, n, exclude);
    }
}

/* Records longer than a tile, with gaps that lie across its edge. */
static void test_te_count__records_of_several_tiles(void **state)
{
    static const int64_t excludes[] = {0, 1, 2, 100, 1023, 1024, 1025, 2047, 2499, 2500};
    uint64_t chance = 3;

    (void)state;
    for (size_t i = 0; i < sizeof excludes / sizeof excludes[0]; i++) {
        check_random(&chance, COUNT_MAX, excludes[i]);
    }
    check_random(&chance, 1024, 1);
    check_random(&chance, 1025, 1);
}

/* An exclude as large as integers go leaves no pairs and does not overflow. */
static void test_te_count__largest_exclude(void **state)
{
    uint64_t chance = 4;

    (void)state;
    check_random(&chance, 30, INT64_MAX);
    check_random(&chance, 30, INT64_MAX - 29);
}

/* A part of the points gets the counts that it has within the whole. */
static void test_te_count__part_of_the_points(void **state)
{
    const double x[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const struct skep_te_record record = {.columns = {x, x, x}, .radius = {2.5, 2.5, 2.5}, .n = 10};
    int64_t plain[3][4], fast[3][4];

    (void)state;
    assert_int_equal(skep_te_count_plain(&nobody_stops, &record, 7, 10, plain), SKEP_OK);
    assert_int_equal(skep_te_count_fast(&nobody_stops, &record, 7, 10, fast), SKEP_OK);
    assert_memory_equal(plain, fast, sizeof plain);
    assert_true(plain[0][0] == 5 && plain[1][0] == 4 && plain[2][0] == 3);
}

/* Told to stop, both stop. */
static void test_te_count__stops(void **state)
{
    const double x[] = {0, 1};
    const struct skep_te_record record = {.columns = {x, x, x}, .radius = {1, 1, 1}, .n = 2};
    atomic_uint stop = 1;
    const struct skep_call call = {.stop = &stop};
    int64_t counts[2][4];

    (void)state;
    assert_int_equal(skep_te_count_plain(&call, &record, 0, 2, counts), SKEP_STOPPED);
    assert_int_equal(skep_te_count_fast(&call, &record, 0, 2, counts), SKEP_STOPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_te_count__small_records),
        cmocka_unit_test(test_te_count__records_of_several_tiles),
        cmocka_unit_test(test_te_count__largest_exclude),
        cmocka_unit_test(test_te_count__part_of_the_points),
        cmocka_unit_test(test_te_count__stops),
    };
    return cmocka_run_group_tests_name("kernel/te_count", tests, NULL, NULL);
}
