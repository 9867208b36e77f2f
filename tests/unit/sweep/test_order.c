/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/order.h"

static struct skep_sweep random_order(int64_t n, uint64_t seed)
{
    return (struct skep_sweep){.n_all = n, .n = n, .seed = seed, .order = SKEP_ORDER_RANDOM};
}

/* ---- works ---- */

/* By index, a position is its index, and --take leaves the end out. */
static void test_order__index_is_plain(void **state)
{
    struct skep_sweep sweep = {.n_all = 10, .n = 4};

    (void)state;
    assert_int_equal(skep_order_index(&sweep, 3), 3);
    assert_int_equal(skep_order_position(&sweep, 3), 3);
    assert_int_equal(skep_order_position(&sweep, 4), -1);
}

/* For every n up to 3000: a random order takes each index once, and its inverse undoes it. */
static void test_order__random_is_a_permutation(void **state)
{
    unsigned char *seen = malloc(3000);

    (void)state;
    assert_non_null(seen);
    for (int64_t n = 1; n <= 3000; n++) {
        const struct skep_sweep sweep = random_order(n, (uint64_t)n % 7);

        memset(seen, 0, (size_t)n);
        for (int64_t p = 0; p < n; p++) {
            const int64_t index = skep_order_index(&sweep, p);

            assert_in_range(index, 0, n - 1);
            assert_int_equal(seen[index]++, 0);
            assert_int_equal(skep_order_position(&sweep, index), p);
        }
    }
    free(seen);
}

/* In ranges that nobody can try out, the inverse still undoes it. */
static void test_order__large_random_orders_invert(void **state)
{
    static const int64_t sizes[] = {INT64_C(1) << 40, (INT64_C(1) << 40) - 1, (INT64_C(1) << 38) + 1,
                                    1000000007};

    (void)state;
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        const struct skep_sweep sweep = random_order(sizes[k], 11);

        for (int64_t p = k % 2 == 0 ? 0 : sizes[k] - 1; p >= 0 && p < sizes[k];
             p += sizes[k] / 5003 * (k % 2 == 0 ? 1 : -1)) {
            const int64_t index = skep_order_index(&sweep, p);

            assert_in_range(index, 0, sizes[k] - 1);
            assert_int_equal(skep_order_position(&sweep, index), p);
        }
    }
}

/* Where a position lands in tenths of the range, and how its neighbour's landing follows it: chi squared of a
 * 10 by 10 table with 99 degrees of freedom. Its mean is 99, its standard deviation 14. */
static void test_order__random_looks_random(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 8; seed++) {
        const int64_t n = 100003;
        const struct skep_sweep sweep = random_order(n, seed);
        int counts[10][10] = {{0}};
        double chi2 = 0;

        for (int64_t p = 0; p + 1 < n; p++) {
            counts[skep_order_index(&sweep, p) * 10 / n][skep_order_index(&sweep, p + 1) * 10 / n]++;
        }
        for (int i = 0; i < 100; i++) {
            const double wanted = (double)(n - 1) / 100;
            const double more = ((const int *)counts)[i] - wanted;

            chi2 += more * more / wanted;
        }
        assert_true(chi2 > 99 - 6 * 14 && chi2 < 99 + 6 * 14);
    }
}

/* Another seed is another order; the same seed is the same. */
static void test_order__seed_is_the_key(void **state)
{
    const struct skep_sweep a = random_order(1000, 1);
    const struct skep_sweep b = random_order(1000, 2);
    int n_same = 0;

    (void)state;
    for (int64_t p = 0; p < 1000; p++) {
        n_same += skep_order_index(&a, p) == skep_order_index(&b, p);
    }
    assert_true(n_same < 20); /* 1 is expected */
}

/* --take of a random order takes a random part: positions behind it have no index of theirs taken. */
static void test_order__take_of_a_random_order(void **state)
{
    struct skep_sweep sweep = random_order(1000, 3);
    int n_taken = 0;

    (void)state;
    sweep.n = 100;
    for (int64_t index = 0; index < 1000; index++) {
        const int64_t position = skep_order_position(&sweep, index);

        if (position >= 0) {
            assert_int_equal(skep_order_index(&sweep, position), index);
            n_taken++;
        }
    }
    assert_int_equal(n_taken, 100);
}

/* `longest` is the list that was written down. */
static void test_order__longest_is_a_list(void **state)
{
    static const int64_t perm[] = {2, 0, 3, 1};
    struct skep_sweep sweep = {.n_all = 4, .n = 3, .order = SKEP_ORDER_LONGEST, .perm = perm};

    (void)state;
    assert_int_equal(skep_order_index(&sweep, 0), 2);
    assert_int_equal(skep_order_index(&sweep, 2), 3);
    assert_int_equal(skep_order_position(&sweep, 3), 2);
    assert_int_equal(skep_order_position(&sweep, 1), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order__index_is_plain),
        cmocka_unit_test(test_order__random_is_a_permutation),
        cmocka_unit_test(test_order__large_random_orders_invert),
        cmocka_unit_test(test_order__random_looks_random),
        cmocka_unit_test(test_order__seed_is_the_key),
        cmocka_unit_test(test_order__take_of_a_random_order),
        cmocka_unit_test(test_order__longest_is_a_list),
    };
    return cmocka_run_group_tests_name("sweep/order", tests, NULL, NULL);
}
