/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "base/philox.h"

/* numpy 1.24.2: Philox(key=np.array(key, np.uint64), counter=np.array(counter, np.uint64)).random_raw(4),
 * with the counter that NumPy increments first already incremented. The last one is the known answer of
 * Random123. */
static void test_philox__blocks_are_those_of_numpy(void **state)
{
    static const struct {
        uint64_t key[2];
        uint64_t counter[4];
        uint64_t words[4];
    } cases[] = {
        {{0x0, 0x0},
         {0x1, 0x0, 0x0, 0x0},
         {0x2f4ba6408e4d89b, 0x3dd62b0b9ca8c5b2, 0x1c8667a55d902e79, 0x907d7a052fd5b4dc}},
        {{0x7, 0x0},
         {0x1, 0x0, 0x8000000000000000, 0x5},
         {0x7a2797e9358e7839, 0x12bb28e5ae9b5f6a, 0xe1c0ca7fd6b2b754, 0x6fada4a50d8a1bb1}},
        {{0xffffffffffffffff, 0x0},
         {0x5, 0x1, 0x3, 0xe8d4a51000},
         {0x2b4501c5c56f4901, 0x8d4891648722fc80, 0x7a61d820c14db355, 0x4d9f4eebc05edce6}},
        {{0x0, 0x0},
         {0x0, 0x0, 0x0, 0x0},
         {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}},
        {{0x452821e638d01377, 0xbe5466cf34e90c6c},
         {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x82efa98ec4e6c89},
         {0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t words[4];

        skep_philox_block(cases[i].key, cases[i].counter, words);
        assert_memory_equal(words, cases[i].words, sizeof words);
    }
}

/* A round is a tenth of a block: ten of them with the keys moved on are the block. */
static void test_philox__block_is_ten_rounds(void **state)
{
    const uint64_t key[2] = {7, 9};
    const uint64_t counter[4] = {1, 2, 3, 4};
    uint64_t c[4] = {1, 2, 3, 4};
    uint64_t words[4];

    (void)state;
    for (uint64_t round = 0; round < 10; round++) {
        skep_philox_round(c, key[0] + round * SKEP_PHILOX_W0, key[1] + round * SKEP_PHILOX_W1);
    }
    skep_philox_block(key, counter, words);
    assert_memory_equal(words, c, sizeof words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox__blocks_are_those_of_numpy),
        cmocka_unit_test(test_philox__block_is_ten_rounds),
    };
    return cmocka_run_group_tests_name("base/philox", tests, NULL, NULL);
}
