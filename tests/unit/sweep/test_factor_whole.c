/* SPDX-License-Identifier: MIT */
#include "unit/sweep/spec.h"

static struct spec spec; /* large */

static void open_pairs(int64_t of, bool unordered)
{
    char factor[128];

    snprintf(factor, sizeof factor, "{\"pairs\":[\"i\",\"j\"],\"of\":%lld,\"unordered\":%s}", (long long)of,
             unordered ? "true" : "false");
    spec_open(&spec, factor);
}

static void check_pair(int64_t index, int64_t i, int64_t j)
{
    const struct skep_coordinate first = spec_at(&spec, index, "i");
    const struct skep_coordinate second = spec_at(&spec, index, "j");

    assert_int_equal(first.i64, i);
    assert_int_equal(second.i64, j);
    assert_int_equal(first.place, i);
    assert_int_equal(second.place, j);
    assert_int_equal(first.extent, spec.sweep.factors[0].of);
}

/* ---- works ---- */

/* Ordered pairs come as from two loops that leave out the diagonal. */
static void test_factor_whole__ordered_pairs_are_two_loops(void **state)
{
    (void)state;
    for (int64_t of = 2; of <= 40; of++) {
        int64_t index = 0;

        open_pairs(of, false);
        for (int64_t i = 0; i < of; i++) {
            for (int64_t j = 0; j < of; j++) {
                if (i != j) {
                    check_pair(index++, i, j);
                }
            }
        }
        assert_int_equal(spec.sweep.n_all, index);
        spec_close(&spec);
    }
}

/* Unordered pairs come in the order of np.triu_indices(n, k=1). */
static void test_factor_whole__unordered_pairs_are_the_triangle(void **state)
{
    (void)state;
    for (int64_t of = 2; of <= 200; of += of < 20 ? 1 : 37) {
        int64_t index = 0;

        open_pairs(of, true);
        for (int64_t i = 0; i < of; i++) {
            for (int64_t j = i + 1; j < of; j++) {
                check_pair(index++, i, j);
            }
        }
        assert_int_equal(spec.sweep.n_all, index);
        spec_close(&spec);
    }
}

/* The first and the last pair of every row of a triangle near the largest there is. */
static void test_factor_whole__large_triangles_are_exact(void **state)
{
    const int64_t of = 1482910; /* the most with of (of - 1) / 2 <= 2^40 */
    int64_t index = 0;

    (void)state;
    open_pairs(of, true);
    for (int64_t i = 0; i + 1 < of; i++) {
        check_pair(index, i, i + 1);
        index += of - 1 - i;
        check_pair(index - 1, i, of - 1);
    }
    assert_int_equal(spec.sweep.n_all, index);
    spec_close(&spec);
}

/* The most of ordered pairs: 2^20 (2^20 - 1). */
static void test_factor_whole__large_squares(void **state)
{
    const int64_t of = 1 << 20;

    (void)state;
    open_pairs(of, false);
    check_pair(0, 0, 1);
    check_pair(of * (of - 1) - 1, of - 1, of - 2);
    check_pair((of - 1) * 777 + 776, 777, 776);
    check_pair((of - 1) * 777 + 777, 777, 778);
    spec_close(&spec);
}

/* The slices of an axis and the times are numbers from 0 on. */
static void test_factor_whole__axis_and_times_count(void **state)
{
    (void)state;
    spec_open(&spec, "{\"axis\":\"k\",\"of\":5},{\"times\":3}");
    assert_int_equal(spec.sweep.n_all, 15);
    for (int64_t i = 0; i < 15; i++) {
        assert_int_equal(spec_int(&spec, i, "k"), i / 3);
        assert_int_equal(spec_int(&spec, i, "time"), i % 3);
        assert_int_equal(spec_at(&spec, i, "time").extent, 3);
    }
    spec_close(&spec);
}

/* ---- refuses ---- */

/* Too few, too many, or what has no place there. */
static void test_factor_whole__refuses(void **state)
{
    (void)state;
    spec_refuse("{\"pairs\":[\"i\",\"j\"],\"of\":1}", "pairs i: pairs want at least 2 to choose from, not 1");
    spec_refuse("{\"pairs\":[\"i\",\"j\"],\"of\":1482911,\"unordered\":true}",
                "at most 1099511627776 (2^40)");
    spec_refuse("{\"pairs\":[\"i\",\"j\"],\"of\":4000000000}", "too many pairs of 4000000000");
    spec_refuse("{\"pairs\":[\"i\",\"j\"],\"of\":1048577}", "at most 1099511627776 (2^40)");
    spec_refuse("{\"pairs\":\"i\",\"of\":4}", "wanted a list of 2 names, got the text");
    spec_refuse("{\"pairs\":[\"i\",\"j\",\"k\"],\"of\":4}", "wanted a list of 2 names, got an array of 3");
    spec_refuse("{\"axis\":\"k\",\"of\":0}", "\"of\": wanted an integer of at least 1, got 0");
    spec_refuse("{\"axis\":\"k\",\"of\":2,\"unordered\":true}", "axis: no place for \"unordered\"");
    spec_refuse("{\"axis\":\"k\"}", "axis: no \"of\"");
    spec_refuse("{\"times\":0}", "times: wanted an integer of at least 1, got 0");
    spec_refuse("{\"times\":\"n\"}", "times: wanted an integer of at least 1, got the text \"n\"");
    spec_refuse("{\"times\":2},{\"times\":2}", "the variable \"time\" is there twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor_whole__ordered_pairs_are_two_loops),
        cmocka_unit_test(test_factor_whole__unordered_pairs_are_the_triangle),
        cmocka_unit_test(test_factor_whole__large_triangles_are_exact),
        cmocka_unit_test(test_factor_whole__large_squares),
        cmocka_unit_test(test_factor_whole__axis_and_times_count),
        cmocka_unit_test(test_factor_whole__refuses),
    };
    return cmocka_run_group_tests_name("sweep/factor_whole", tests, NULL, NULL);
}
