/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include "kernel/sketches/kmv_set.h"

/* Every level sifts as a loop does, at every limit and length. */
static void test_kmv_set__levels_agree(void **state)
{
    enum { N = 60 };
    uint64_t chance = 9;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        uint64_t hashes[N], expected[N], out[N],
            limit = test_chance(&chance) >> 1 >> test_chance(&chance) % 4;
        int64_t n = (int64_t)(test_chance(&chance) % N), n_expected = 0;

        limit = round % 5 == 0 ? SKEP_KMV_NOTHING : limit;
        for (int64_t i = 0; i < n; i++) {
            hashes[i] = i % 7 == 3 ? UINT64_MAX - (uint64_t)i % 2 : test_chance(&chance);
            expected[n_expected] = hashes[i] / 2 == SKEP_KMV_NOTHING ? SKEP_KMV_NOTHING - 1 : hashes[i] / 2;
            n_expected += expected[n_expected] < limit;
        }
        for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
            if (skep_cpu_has((enum skep_cpu_level)level)) {
                assert_int_equal(skep_kmv_sift_at((enum skep_cpu_level)level)(hashes, n, limit, out),
                                 n_expected);
                assert_memory_equal(out, expected, (size_t)n_expected * sizeof *out);
            }
        }
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* What comes out is what sorting all and leaving out the equal ones gives, also when all share their low
 * bits. */
static void test_kmv_set__keeps_the_smallest(void **state)
{
    enum { N = 20000 };
    static uint64_t values[N], out[1000];
    uint64_t chance = 10;

    (void)state;
    for (int round = 0; round < 20; round++) {
        int64_t k = 8 + (int64_t)(test_chance(&chance) % 900), n, n_expected = 0;
        uint64_t range = test_chance(&chance) % (round % 2 == 0 ? 3000 : 1u << 30) + 1;
        struct kernel_call call; /* for its arena */
        struct skep_kmv_set set;

        kernel_call_init(&call, "kmv");
        assert_int_equal(skep_kmv_set_init(&call.call, &set, k, &call.err), SKEP_OK);
        assert_true((double)call.arena.used_bytes == skep_kmv_set_bytes(k));
        for (int i = 0; i < N; i++) {
            values[i] = test_chance(&chance) % range << (round % 3 == 0 ? 30 : 0);
            skep_kmv_set_add(&set, values[i]);
        }
        n = skep_kmv_set_take(&set, out);
        qsort(values, N, sizeof *values, compare);
        for (int i = 0; i < N && n_expected < k; i++) {
            if (i == 0 || values[i] != values[i - 1]) {
                assert_true(n_expected < n && out[n_expected] == values[i]);
                n_expected++;
            }
        }
        assert_int_equal(n, n_expected);
        kernel_call_release(&call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kmv_set__levels_agree),
        cmocka_unit_test(test_kmv_set__keeps_the_smallest),
    };
    return cmocka_run_group_tests_name("kernel/sketches/kmv_set", tests, NULL, NULL);
}
