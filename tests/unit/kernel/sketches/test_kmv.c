/* SPDX-License-Identifier: MIT */
#include "unit/kernel/sketches/sketch_call.h"

#include <math.h>

/* The state of the example, from a program in Python's whole numbers. */
static void test_kmv__gives_state_and_estimate(void **state)
{
    static const int64_t smallest[8] = {
        1046394712501569526, 3567305580077179309, 3979477524527301989, 5225608189600411232,
        5452762862878174055, 6293685368797016114, 6823607562592055296, INT64_MAX};
    static const int64_t x[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
    static const int64_t n = 11;
    struct sketch_call s;

    (void)state;
    sketch_call_init(&s, "kmv");
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    assert_true(sketch_call_number(&s) == 7.0);
    sketch_call_i64(&s, "k", 8);
    assert_true(sketch_call_number(&s) == 7.0);
    kernel_call_word(&s.k, "value", "state");
    assert_memory_equal(sketch_call_array(&s)->data, smallest, sizeof smallest);
    assert_int_equal(s.k.value.array.dtype, SKEP_I8);
    kernel_call_release(&s.k);
}

/* The estimate of 0 ... 99999 with k = 64, from the same program. */
static void test_kmv__estimates_as_published(void **state)
{
    static int64_t x[100000];
    static const int64_t n = 100000;
    struct sketch_call s;

    (void)state;
    for (int64_t i = 0; i < n; i++) {
        x[i] = i;
    }
    sketch_call_init(&s, "kmv");
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    sketch_call_i64(&s, "k", 64);
    assert_true(fabs(sketch_call_number(&s) - 77908.60523718233) < 1e-6);
    kernel_call_release(&s.k);
}

/* The error over many sets: mean 0, standard deviation at most 1 / sqrt(k - 2), each within 3 standard
 * errors. */
static void check_error(int64_t k, int64_t n, int rounds)
{
    double sum = 0, squares = 0, bound = 1 / sqrt((double)(k - 2));
    int64_t *x = malloc((size_t)n * sizeof *x);
    struct sketch_call s;

    sketch_call_init(&s, "kmv");
    sketch_call_i64(&s, "k", k);
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    for (int round = 0; round < rounds; round++) {
        double error;
        for (int64_t i = 0; i < n; i++) {
            x[i] = (int64_t)round * 10000019 + i * 3;
        }
        error = sketch_call_number(&s) / (double)n - 1.0;
        sum += error;
        squares += error * error;
        skep_arena_reset(&s.k.arena, SIZE_MAX);
    }
    assert_true(fabs(sum / rounds) < 3 * bound / sqrt(rounds));
    assert_true(sqrt(squares / rounds) < bound * (1 + 3 / sqrt(2 * rounds)));
    free(x);
    kernel_call_release(&s.k);
}

static void test_kmv__keeps_its_error_bounds(void **state)
{
    int longer = getenv("SKEP_TEST_LONG") != NULL ? 10 : 1;

    (void)state;
    check_error(64, 1000, 300 * longer);
    check_error(64, 20000, 100 * longer);
    check_error(256, 10000, 100 * longer);
    check_error(1024, 100000, 20 * longer);
}

/* The state of a whole: in any order, by both variants, and merged from parts of any size, to the bit. */
static void test_kmv__parts_merge_to_the_whole(void **state)
{
    enum { N = 3000, PARTS = 12 };
    static int64_t x[N];
    uint64_t chance = 4;

    (void)state;
    for (int round = 0; round < 30; round++) {
        int n_parts = 1 + (int)(test_chance(&chance) % PARTS);
        int64_t n = (int64_t)(test_chance(&chance) % N), begin = 0,
                k = 8 + (int64_t)(test_chance(&chance) % 100);
        struct sketch_call whole, merged, parts[PARTS];

        sketch_fill(x, N, 1 + test_chance(&chance) % 5000, test_chance(&chance));
        sketch_call_init(&whole, "kmv");
        sketch_call_i64(&whole, "k", k);
        kernel_call_word(&whole.k, "value", "state");
        kernel_call_array(&whole.k, "x", SKEP_I8, 1, &n, x);
        sketch_call_check(&whole);
        sketch_shuffle(x, n, test_chance(&chance));
        sketch_call_init(&merged, "kmv");
        kernel_call_word(&merged.k, "value", "state");
        for (int i = 0; i < n_parts; i++) {
            int64_t left = n - begin;
            int64_t m = i == n_parts - 1 ? left : (int64_t)(test_chance(&chance) % (uint64_t)(left + 1));
            sketch_call_init(&parts[i], "kmv");
            sketch_call_i64(&parts[i], "k", k);
            kernel_call_word(&parts[i].k, "value", "state");
            kernel_call_array(&parts[i].k, "x", SKEP_I8, 1, &m, x + begin);
            if (i > 0 || n_parts == 1) {
                sketch_call_merge(&merged, sketch_call_array(&parts[i]));
            } else { /* the first part comes as numbers, together with the states of the others */
                kernel_call_array(&merged.k, "x", SKEP_I8, 1, &m, x);
            }
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

/* Below k distinct numbers their number is exact, whatever the dtype; NaN is one, zeros of both signs are
 * one. */
static void test_kmv__counts_small_sets_exactly(void **state)
{
    static const double f8[] = {0.0, -0.0, (double)NAN, -(double)NAN, 1.0, 0.1, (double)INFINITY, 0.1};
    static const float f4[] = {0.0f, 1.0f, 0.1f, 0.5f};
    struct sketch_call s;
    int64_t n = 8;

    (void)state;
    sketch_call_init(&s, "kmv");
    kernel_call_array(&s.k, "x", SKEP_F8, 1, &n, f8);
    assert_true(sketch_call_number(&s) == 5.0);
    n = 4;
    kernel_call_array(&s.k, "x", SKEP_F4, 1, &n, f4);
    assert_true(sketch_call_number(&s) == 4.0);
    n = 0;
    kernel_call_array(&s.k, "x", SKEP_F4, 1, &n, NULL);
    assert_true(sketch_call_number(&s) == 0.0);
    kernel_call_release(&s.k);
}

/* Many equal numbers in any order do not disturb: the candidates that are thrown away come again. */
static void test_kmv__stands_repetitions(void **state)
{
    static int64_t x[50000];
    static const int64_t n = 50000;
    struct sketch_call s;

    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        static const uint64_t ranges[] = {1, 15, 40, 30000};
        sketch_fill(x, n, ranges[kind], 5);
        sketch_call_init(&s, "kmv");
        sketch_call_i64(&s, "k", 16);
        kernel_call_word(&s.k, "value", "state");
        kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
        sketch_call_check(&s);
        kernel_call_release(&s.k);
    }
}

static void test_kmv__refuses(void **state)
{
    static const int64_t values[16] = {0, -5};
    struct sketch_call s;
    struct skep_view view;

    (void)state;
    sketch_call_init(&s, "kmv");
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "give x, or states to merge");
    skep_view_init(&view, values, SKEP_I8, 1, (const int64_t[]){7});
    sketch_call_merge(&s, &view);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "8 to 262144 elements, those of merge have 7");
    skep_view_init(&s.items[0].view, values, SKEP_I8, 1, (const int64_t[]){16});
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "and it holds -5");
    sketch_call_i64(&s, "k", 17);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "k is 17, and the states of merge were made with 16");
    kernel_call_release(&s.k);
}

/* Who is told to stop stops; too little memory is said. */
static void test_kmv__stops(void **state)
{
    static int64_t x[10];
    static const int64_t n = 10;
    struct sketch_call s;

    (void)state;
    sketch_call_init(&s, "kmv");
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    s.k.arena.max_bytes = 10000;
    kernel_call_refused(&s.k, SKEP_E_NOMEM, "bytes");
    s.k.arena.max_bytes = 1 << 20;
    atomic_store(&s.k.stop, 1);
    assert_int_equal(kernel_call_run(&s.k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&s.k), SKEP_STOPPED);
    kernel_call_release(&s.k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kmv__gives_state_and_estimate),
        cmocka_unit_test(test_kmv__estimates_as_published),
        cmocka_unit_test(test_kmv__keeps_its_error_bounds),
        cmocka_unit_test(test_kmv__parts_merge_to_the_whole),
        cmocka_unit_test(test_kmv__counts_small_sets_exactly),
        cmocka_unit_test(test_kmv__stands_repetitions),
        cmocka_unit_test(test_kmv__refuses),
        cmocka_unit_test(test_kmv__stops),
    };
    return cmocka_run_group_tests_name("kernel/sketches/kmv", tests, NULL, NULL);
}
