/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/sketches/hash.h"

/* The hashes of some numbers, from the definition in Python's whole numbers; that of 0 is also the first
 * output of SplitMix64 with seed 0 that its authors publish. */
static void test_hash__is_the_published_one(void **state)
{
    (void)state;
    assert_true(skep_hash_key(0) == 0xe220a8397b1dcdaf);
    assert_true(skep_hash_i8(0) == 0xe220a8397b1dcdaf);
    assert_true(skep_hash_i8(7) == 0x63cbe1e459320dd7);
    assert_true(skep_hash_i8(-1) == 0x4e68389f0748aa13);
    assert_true(skep_hash_i8(INT64_MIN) == 0x5a33bceffc750381);
    assert_true(skep_hash_key(UINT64_MAX) == 0xe4d971771b652c20);
    assert_true(skep_hash_f8(0.5) == 0x7dd7e7c81bef339b);
    assert_true(skep_hash_f8(-0.5) == 0x2ebf0475620227a0);
    assert_true(skep_hash_f8((double)INFINITY) == 0xcef6e1745ecf7e2f);
    assert_true(skep_hash_f8((double)-INFINITY) == 0x849260411e764904);
    assert_true(skep_hash_f8((double)NAN) == 0x2b3355045ddc95db);
    assert_true(skep_hash_f8(0x1p64) == 0xd0ce97afcd2cc832);
    assert_true(skep_hash_f8(1e300) == 0x7f64e9c21dd1130c);
    assert_true(skep_hash_f8(-1e19) == 0xab4ba5d9c563c21d);
    assert_true(skep_hash_f8(1.5e19) == 0x19160bfb136c9471);
    assert_true(skep_hash_f8(5e-324) == 0x663747f86adfc4c1);
}

/* Numbers that are equal hash alike, whatever they are stored as. */
static void test_hash__is_that_of_the_number(void **state)
{
    static const uint8_t b1 = 1, u1 = 1;
    static const int8_t i1 = 1;
    static const int16_t i2 = 1;
    static const uint16_t u2 = 1;
    static const int32_t i4 = 1;
    static const uint32_t u4 = 1;
    static const int64_t i8 = 1;
    static const uint64_t u8 = 1;
    static const float f4 = 1;
    static const double f8 = 1;
    const struct {
        enum skep_dtype dtype;
        const void *data;
    } rows[] = {{SKEP_B1, &b1}, {SKEP_U1, &u1}, {SKEP_I1, &i1}, {SKEP_I2, &i2},
                {SKEP_U2, &u2}, {SKEP_I4, &i4}, {SKEP_U4, &u4}, {SKEP_I8, &i8},
                {SKEP_U8, &u8}, {SKEP_F4, &f4}, {SKEP_F8, &f8}};
    uint64_t one = skep_hash_key(1);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_view view;
        uint64_t hash = 0;

        skep_view_init(&view, rows[i].data, rows[i].dtype, 0, NULL);
        assert_true(skep_hash_element(&view, 0) == one);
        skep_hash_run(&skep_hash_plain, rows[i].dtype, rows[i].data, 1, &hash);
        assert_true(hash == one);
    }
    assert_true(skep_hash_f8(-0.0) == skep_hash_i8(0));
    assert_true(skep_hash_f8(-0x1p63) == skep_hash_i8(INT64_MIN));
    assert_true(skep_hash_f8(0x1p63) == skep_hash_key(UINT64_C(1) << 63));
    assert_true(skep_hash_f8(-nan("5")) == skep_hash_f8(nan("77")));
    assert_true(skep_hash_i8(-1) != skep_hash_key(UINT64_MAX));
}

/* Numbers at which something changes, and chance. */
static double strange(uint64_t *chance)
{
    static const double numbers[] = {0.0,
                                     -0.0,
                                     1.0,
                                     -1.0,
                                     0.5,
                                     0x1p53,
                                     -0x1p53,
                                     0x1p62,
                                     0x1p63,
                                     -0x1p63,
                                     0x1.8p63,
                                     0x1p64,
                                     -0x1p64,
                                     1e300,
                                     5e-324,
                                     -1e-320,
                                     1e18,
                                     4.5e15,
                                     -4.5e15,
                                     0x1.fffffffffffffp62,
                                     0x1.fffffffffffffp63,
                                     3.0};
    uint64_t word = test_chance(chance);
    double x;

    switch (word % 4) {
    case 0:
        return numbers[word / 4 % (sizeof numbers / sizeof numbers[0])];
    case 1:
        return word % 8 == 1 ? (double)NAN : (double)INFINITY;
    case 2:
        return (double)(int64_t)test_chance(chance);
    default:
        word = test_chance(chance);
        memcpy(&x, &word, sizeof x);
        return x;
    }
}

/* Every level of instructions gives the same bits, at every length and place, in place too. */
static void test_hash__levels_agree(void **state)
{
    enum { N = 70 };
    uint64_t chance = 1;

    (void)state;
    for (int level = 0; level < SKEP_CPU_LEVEL_COUNT; level++) {
        const struct skep_hash_functions *functions = skep_hash_at((enum skep_cpu_level)level);
        if (!skep_cpu_has((enum skep_cpu_level)level)) {
            continue;
        }
        for (int round = 0; round < 2000; round++) {
            int64_t at = (int64_t)(test_chance(&chance) % 9), n = (int64_t)(test_chance(&chance) % (N - 8));
            double f8[N];
            int64_t i8[N];
            uint64_t u8[N], out[N];

            for (int i = 0; i < N; i++) {
                u8[i] = test_chance(&chance) >> test_chance(&chance) % 64;
                i8[i] = (int64_t)test_chance(&chance) >> test_chance(&chance) % 64;
                f8[i] = strange(&chance);
            }
            functions->f8(f8 + at, n, out);
            for (int64_t i = 0; i < n; i++) {
                assert_true(out[i] == skep_hash_f8(f8[at + i]));
            }
            functions->i8(i8 + at, n, out);
            for (int64_t i = 0; i < n; i++) {
                assert_true(out[i] == skep_hash_i8(i8[at + i]));
            }
            functions->u8(u8 + at, n, out);
            functions->u8(u8 + at, n, u8 + at);
            assert_memory_equal(out, u8 + at, (size_t)n * sizeof *out);
        }
    }
}

/* Each bit of the key turns each bit of the hash over in half of all cases. */
static void test_hash__avalanches(void **state)
{
    enum { N = 4096 };
    static int turned[64][64];
    uint64_t chance = 2;

    (void)state;
    memset(turned, 0, sizeof turned);
    for (int i = 0; i < N; i++) {
        uint64_t key = i % 2 == 0 ? test_chance(&chance) : (uint64_t)i;
        uint64_t hash = skep_hash_key(key);
        for (int in = 0; in < 64; in++) {
            uint64_t other = skep_hash_key(key ^ UINT64_C(1) << in) ^ hash;
            for (int out = 0; out < 64; out++) {
                turned[in][out] += (int)(other >> out & 1);
            }
        }
    }
    for (int in = 0; in < 64; in++) {
        for (int out = 0; out < 64; out++) {
            /* Five standard deviations: one of 4096 cells is beyond in one of 400 tests, and this one is
             * fixed. */
            assert_true(abs(turned[in][out] - N / 2) < 160);
        }
    }
}

/* The 256 values of some byte of the hashes are about equally frequent: chi squared of 255 degrees of
 * freedom, of which 5 standard deviations are 113. */
static void check_uniform(const uint64_t *hashes, int64_t n)
{
    for (int shift = 0; shift < 64; shift += 8) {
        int64_t counts[256] = {0};
        double mean = (double)n / 256, chi2 = 0;
        for (int64_t i = 0; i < n; i++) {
            counts[hashes[i] >> shift & 0xff]++;
        }
        for (int i = 0; i < 256; i++) {
            chi2 += ((double)counts[i] - mean) * ((double)counts[i] - mean) / mean;
        }
        assert_true(chi2 < 255 + 113 && chi2 > 255 - 113);
    }
}

/* What people count is rarely random: numbers in a row, multiples, fractions, negative ones. */
static void test_hash__spreads_regular_numbers(void **state)
{
    enum { N = 100000 };
    static uint64_t hashes[N];

    (void)state;
    for (int kind = 0; kind < 8; kind++) {
        for (int64_t i = 0; i < N; i++) {
            hashes[i] = kind == 0   ? skep_hash_i8(i)
                        : kind == 1 ? skep_hash_i8(-i)
                        : kind == 2 ? skep_hash_i8(i * 4096)
                        : kind == 3 ? skep_hash_i8(i << 40)
                        : kind == 4 ? skep_hash_f8((double)i * 0.1)
                        : kind == 5 ? skep_hash_f8((double)i * 0x1p-20)
                        : kind == 6 ? skep_hash_f8((double)i * 1e30)
                                    : skep_hash_i8(i * 1000003 + 17);
        }
        check_uniform(hashes, N);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash__is_the_published_one),
        cmocka_unit_test(test_hash__is_that_of_the_number),
        cmocka_unit_test(test_hash__levels_agree),
        cmocka_unit_test(test_hash__avalanches),
        cmocka_unit_test(test_hash__spreads_regular_numbers),
    };
    return cmocka_run_group_tests_name("kernel/sketches/hash", tests, NULL, NULL);
}
