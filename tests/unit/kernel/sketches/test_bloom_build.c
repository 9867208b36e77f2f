/* SPDX-License-Identifier: MIT */
#include "unit/kernel/sketches/sketch_call.h"

#include <math.h>

/* Filters from a program in Python's whole numbers. */
static void test_bloom_build__sets_the_stated_bits(void **state)
{
    static const uint8_t primes[8] = {98, 18, 50, 224, 224, 50, 49, 17};
    static const uint8_t strange[6] = {140, 64, 16, 65, 16, 84};
    static const int8_t x[] = {2, 3, 5, 7, 11, 13};
    static const double f[] = {-3, 0.5, (double)NAN, 0.5};
    static const uint64_t u[] = {UINT64_MAX};
    struct sketch_call s, t;
    int64_t n = 6;

    (void)state;
    sketch_call_init(&s, "bloom_build");
    kernel_call_array(&s.k, "x", SKEP_I1, 1, &n, x);
    sketch_call_i64(&s, "bits", 64);
    sketch_call_i64(&s, "hashes", 4);
    assert_memory_equal(sketch_call_array(&s)->data, primes, sizeof primes);
    assert_int_equal(s.k.value.array.shape[0], 4);
    assert_int_equal(s.k.value.array.shape[1], 2);
    n = 4;
    kernel_call_array(&s.k, "x", SKEP_F8, 1, &n, f);
    sketch_call_i64(&s, "bits", 40);
    sketch_call_i64(&s, "hashes", 3);
    sketch_call_init(&t, "bloom_build");
    sketch_call_merge(&t, sketch_call_array(&s));
    n = 1;
    kernel_call_array(&t.k, "x", SKEP_U8, 1, &n, u);
    assert_memory_equal(sketch_call_array(&t)->data, strange, sizeof strange);
    kernel_call_release(&s.k);
    kernel_call_release(&t.k);
}

/* The filter of a whole: in any order, by both variants, and merged from parts of any size, to the bit. */
static void test_bloom_build__parts_merge_to_the_whole(void **state)
{
    enum { N = 2000, PARTS = 6 };
    static int64_t x[N];
    uint64_t chance = 6;

    (void)state;
    for (int round = 0; round < 30; round++) {
        int n_parts = 1 + (int)(test_chance(&chance) % PARTS);
        int64_t n = (int64_t)(test_chance(&chance) % N), begin = 0;
        struct sketch_call whole, merged, parts[PARTS];

        sketch_fill(x, N, 1 + test_chance(&chance) % 5000, test_chance(&chance));
        sketch_call_init(&whole, "bloom_build");
        sketch_call_i64(&whole, "bits", 1 + (int64_t)(test_chance(&chance) % 100000));
        sketch_call_i64(&whole, "hashes", 1 + (int64_t)(test_chance(&chance) % 20));
        kernel_call_array(&whole.k, "x", SKEP_I8, 1, &n, x);
        sketch_call_check(&whole);
        sketch_shuffle(x, n, test_chance(&chance));
        sketch_call_init(&merged, "bloom_build");
        for (int i = 0; i < n_parts; i++) {
            int64_t left = n - begin;
            int64_t m = i == n_parts - 1 ? left : (int64_t)(test_chance(&chance) % (uint64_t)(left + 1));
            sketch_call_init(&parts[i], "bloom_build");
            memcpy(parts[i].k.args, whole.k.args, sizeof whole.k.args);
            kernel_call_array(&parts[i].k, "x", SKEP_I8, 1, &m, x + begin);
            sketch_call_merge(&merged, sketch_call_array(&parts[i]));
            begin += m;
        }
        assert_same_array(sketch_call_array(&whole), sketch_call_array(&merged));
        sketch_call_check(&merged);
        for (int i = 0; i < n_parts; i++) {
            kernel_call_release(&parts[i].k);
        }
        kernel_call_release(&merged.k);
        kernel_call_release(&whole.k);
    }
}

/* The estimate is within three of the stated standard errors, over fixed sets of many sizes. */
static void test_bloom_build__estimates_its_numbers(void **state)
{
    static int64_t x[20000];
    struct sketch_call s;

    (void)state;
    sketch_call_init(&s, "bloom_build");
    sketch_call_i64(&s, "bits", 7 * 8 * 1250);
    kernel_call_word(&s.k, "value", "estimate");
    for (int64_t n = 0; n <= 20000; n = n * 2 + 50) {
        double w = 10000, t = (double)n / w;
        for (int64_t i = 0; i < n; i++) {
            x[i] = i * 7;
        }
        kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
        assert_true(fabs(sketch_call_number(&s) - (double)n) <= 3 * sqrt(w * (exp(t) - t - 1) / 7) + 1e-9);
        sketch_call_check(&s);
    }
    kernel_call_release(&s.k);
}

/* A full filter cannot say how much is in it. */
static void test_bloom_build__refuses(void **state)
{
    static int64_t x[1000];
    static const uint8_t filter[14] = {0};
    struct sketch_call s;
    struct skep_view view;
    int64_t n = 1000;

    (void)state;
    sketch_fill(x, n, 100000, 7);
    sketch_call_init(&s, "bloom_build");
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "give x, or states to merge");
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "give bits");
    sketch_call_i64(&s, "bits", 8);
    sketch_call_i64(&s, "hashes", 2);
    kernel_call_word(&s.k, "value", "estimate");
    kernel_call_refused(&s.k, SKEP_E_NUMERIC, "the filter is full");
    skep_view_init(&view, filter, SKEP_U1, 2, (const int64_t[]){7, 2});
    sketch_call_merge(&s, &view);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "hashes is 2, and the filters of merge were made with 7");
    sketch_call_i64(&s, "hashes", 7);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "bits is 8, and the filters of merge have 112");
    skep_view_init(&s.items[0].view, filter, SKEP_U1, 1, (const int64_t[]){14});
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "with two axes, got u1 of shape (14,)");
    skep_view_init(&s.items[0].view, filter, SKEP_U1, 3, (const int64_t[]){0, 7, INT64_C(1) << 60});
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "those of merge have (7, 1152921504606846976)");
    kernel_call_release(&s.k);
}

static void test_bloom_build__stops(void **state)
{
    static int64_t x[10];
    static const int64_t n = 10;
    struct sketch_call s;

    (void)state;
    sketch_call_init(&s, "bloom_build");
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    sketch_call_i64(&s, "bits", 100);
    atomic_store(&s.k.stop, 1);
    assert_int_equal(kernel_call_run(&s.k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&s.k), SKEP_STOPPED);
    kernel_call_release(&s.k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bloom_build__sets_the_stated_bits),
        cmocka_unit_test(test_bloom_build__parts_merge_to_the_whole),
        cmocka_unit_test(test_bloom_build__estimates_its_numbers),
        cmocka_unit_test(test_bloom_build__refuses),
        cmocka_unit_test(test_bloom_build__stops),
    };
    return cmocka_run_group_tests_name("kernel/sketches/bloom_build", tests, NULL, NULL);
}
