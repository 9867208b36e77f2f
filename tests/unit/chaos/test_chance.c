/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "chaos/chance.h"

/* The numbers of Java's SplittableRandom and of Vigna's splitmix64.c for the seed 1234567. */
static void test_chance__is_splitmix64(void **state)
{
    struct skep_chance chance = {.state = 1234567};

    (void)state;
    assert_true(skep_chance_u64(&chance) == 6457827717110365317u);
    assert_true(skep_chance_u64(&chance) == 3203168211198807973u);
    assert_true(skep_chance_u64(&chance) == 9817491932198370423u);
}

/* Numbers stay in their range, and lives have about the mean that was asked for. */
static void test_chance__keeps_its_ranges(void **state)
{
    enum { N = 20000, MEAN_MS = 2000 };
    struct skep_chance chance = {.state = 7};
    int64_t sum = 0;

    (void)state;
    assert_int_equal(skep_chance_below(&chance, 0), 0);
    for (int i = 0; i < N; i++) {
        double uniform = skep_chance_f64(&chance);
        int64_t life_ms = skep_chance_life_ms(&chance, MEAN_MS);
        assert_true(uniform >= 0 && uniform < 1);
        assert_true(skep_chance_below(&chance, 3) < 3);
        assert_in_range(life_ms, 1, 8 * MEAN_MS);
        sum += life_ms;
    }
    assert_in_range(sum / N, MEAN_MS * 95 / 100, MEAN_MS * 105 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chance__is_splitmix64),
        cmocka_unit_test(test_chance__keeps_its_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
