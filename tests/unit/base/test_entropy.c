/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/entropy.h"

/* Draws differ: names made of them do not collide. */
static void test_entropy__draws_differ(void **state)
{
    uint64_t drawn[64];

    (void)state;
    for (int i = 0; i < 64; i++) {
        drawn[i] = skep_entropy_u64();
        for (int j = 0; j < i; j++) {
            assert_int_not_equal(drawn[i], drawn[j]);
        }
    }
}

/* Every bit is drawn: over 64 draws each is seen both set and clear (fails by chance once in 10^17 runs). */
static void test_entropy__every_bit_moves(void **state)
{
    uint64_t any = 0;
    uint64_t all = UINT64_MAX;

    (void)state;
    for (int i = 0; i < 64; i++) {
        uint64_t word = skep_entropy_u64();
        any |= word;
        all &= word;
    }
    assert_int_equal(any, UINT64_MAX);
    assert_int_equal(all, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entropy__draws_differ),
        cmocka_unit_test(test_entropy__every_bit_moves),
    };
    return cmocka_run_group_tests_name("base/entropy", tests, NULL, NULL);
}
