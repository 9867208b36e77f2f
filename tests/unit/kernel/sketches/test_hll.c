/* SPDX-License-Identifier: MIT */
#include "unit/kernel/sketches/sketch_call.h"

#include <math.h>

#include "kernel/sketches/hll_registers.h"

/* Registers and estimate of the example, from a program in Python's whole numbers. */
static void test_hll__gives_state_and_estimate(void **state)
{
    static const uint8_t registers[16] = {0, 1, 0, 0, 0, 0, 3, 0, 0, 4, 1, 1, 0, 0, 0, 0};
    static const int64_t x[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
    static const int64_t n = 11;
    struct sketch_call s;

    (void)state;
    sketch_call_init(&s, "hll");
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    assert_true(fabs(sketch_call_number(&s) - 7.001430365107124) < 1e-12);
    sketch_call_i64(&s, "p", 4);
    assert_true(fabs(sketch_call_number(&s) - 5.9735928311951785) < 1e-12);
    kernel_call_word(&s.k, "value", "state");
    assert_memory_equal(sketch_call_array(&s)->data, registers, sizeof registers);
    assert_int_equal(s.k.value.array.dtype, SKEP_U1);
    kernel_call_release(&s.k);
}

/* Estimates of larger sets, from the same program. */
static void test_hll__estimates_as_published(void **state)
{
    static int64_t x[100000];
    static double f[1000];
    int64_t n = 100000;
    struct sketch_call s;

    (void)state;
    for (int64_t i = 0; i < n; i++) {
        x[i] = i;
    }
    sketch_call_init(&s, "hll");
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    sketch_call_i64(&s, "p", 10);
    assert_true(fabs(sketch_call_number(&s) - 103339.62733943075) < 1e-6);
    n = 1000;
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    sketch_call_i64(&s, "p", 8);
    assert_true(fabs(sketch_call_number(&s) - 1007.6579418070222) < 1e-8);
    for (int i = 0; i < 1000; i++) {
        f[i] = (i - 500) * 0.1;
    }
    kernel_call_array(&s.k, "x", SKEP_F8, 1, &n, f);
    assert_true(fabs(sketch_call_number(&s) - 957.7718205025317) < 1e-8);
    kernel_call_release(&s.k);
}

/* The error over many sets is what the description says: mean 0 and standard deviation 1.04 / sqrt(m) within
 * 3 standard errors of each, and none beyond 5. */
static void check_error(int p, int64_t n, int rounds)
{
    double sum = 0, squares = 0, bound = 1.04 / sqrt((double)(1 << p));
    int64_t *x = malloc((size_t)n * sizeof *x);
    struct sketch_call s;

    sketch_call_init(&s, "hll");
    sketch_call_i64(&s, "p", p);
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    for (int round = 0; round < rounds; round++) {
        double error;
        for (int64_t i = 0; i < n; i++) {
            x[i] = (int64_t)round * 10000019 + i * 3;
        }
        error = sketch_call_number(&s) / (double)n - 1.0;
        assert_true(fabs(error) < 5 * bound);
        sum += error;
        squares += error * error;
    }
    assert_true(fabs(sum / rounds) < 3 * bound / sqrt(rounds));
    assert_true(sqrt(squares / rounds) < bound * (1 + 3 / sqrt(2 * rounds)));
    free(x);
    kernel_call_release(&s.k);
}

static void test_hll__keeps_its_error_bounds(void **state)
{
    int longer = getenv("SKEP_TEST_LONG") != NULL ? 10 : 1;

    (void)state;
    check_error(8, 100, 300 * longer);
    check_error(8, 700, 300 * longer); /* where older estimates are biased */
    check_error(8, 20000, 200 * longer);
    check_error(12, 10000, 100 * longer);
    check_error(14, 200000, 10 * longer);
}

/* Small sets are counted exactly, but for two numbers of them that share a register. */
static void test_hll__counts_small_sets(void **state)
{
    int64_t x[64];
    int64_t n = 64;
    struct sketch_call s;

    (void)state;
    for (int i = 0; i < 64; i++) {
        x[i] = i * 977;
    }
    sketch_call_init(&s, "hll");
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    for (n = 0; n <= 64; n++) {
        kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
        assert_true(fabs(sketch_call_number(&s) - (double)n) < 1.5);
    }
    kernel_call_release(&s.k);
}

/* The state of a whole: in any order, and merged from parts of any size, to the bit. */
static void test_hll__parts_merge_to_the_whole(void **state)
{
    enum { N = 3000 };
    static int64_t x[N];
    uint64_t chance = 3;

    (void)state;
    for (int round = 0; round < 30; round++) {
        int n_parts = 1 + (int)(test_chance(&chance) % 12);
        int64_t n = (int64_t)(test_chance(&chance) % N), begin = 0;
        struct sketch_call whole, merged, parts[12];

        sketch_fill(x, N, 1 + test_chance(&chance) % 5000, test_chance(&chance));
        sketch_call_init(&whole, "hll");
        sketch_call_i64(&whole, "p", 4 + round % 8);
        kernel_call_word(&whole.k, "value", "state");
        kernel_call_array(&whole.k, "x", SKEP_I8, 1, &n, x);
        sketch_call_check(&whole);
        sketch_shuffle(x, n, test_chance(&chance));

        sketch_call_init(&merged, "hll");
        kernel_call_word(&merged.k, "value", "state");
        for (int i = 0; i < n_parts; i++) {
            int64_t left = n - begin;
            int64_t m = i == n_parts - 1 ? left : (int64_t)(test_chance(&chance) % (uint64_t)(left + 1));
            sketch_call_init(&parts[i], "hll");
            sketch_call_i64(&parts[i], "p", 4 + round % 8);
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

/* Strided views, reversed, repeated and turned around, give what their numbers give. */
static void test_hll__takes_any_strides(void **state)
{
    static double x[60];
    struct sketch_call s, t;
    struct skep_view view;

    (void)state;
    for (int i = 0; i < 60; i++) {
        x[i] = i % 7 == 0 ? (double)NAN : i * 0.25;
    }
    for (int kind = 0; kind < 5; kind++) {
        double copy[84];
        int64_t n;

        skep_view_init(&view, x, SKEP_F8, 2, (const int64_t[]){5, 12});
        if (kind == 1) { /* [::-1, 1::3] */
            view.data = x + 4 * 12 + 1;
            view.strides[0] = -12;
            view.strides[1] = 3;
            view.shape[1] = 4;
        } else if (kind == 2) { /* .T */
            view = (struct skep_view){x, SKEP_F8, 2, {12, 5}, {1, 12}};
        } else if (kind == 3) { /* one row, seven times */
            view = (struct skep_view){x, SKEP_F8, 2, {7, 12}, {0, 1}};
        } else if (kind == 4) { /* one number without axes */
            view = (struct skep_view){x, SKEP_F8, 0, {0}, {0}};
        }
        skep_view_copy_f8(&view, copy);
        n = skep_view_count(&view);
        sketch_call_init(&s, "hll");
        kernel_call_word(&s.k, "value", "state");
        sketch_call_view(&s, &view);
        sketch_call_check(&s);
        sketch_call_init(&t, "hll");
        kernel_call_word(&t.k, "value", "state");
        kernel_call_array(&t.k, "x", SKEP_F8, 1, &n, copy);
        assert_same_array(sketch_call_array(&s), sketch_call_array(&t));
        kernel_call_release(&s.k);
        kernel_call_release(&t.k);
    }
}

/* States as they come from JSON (i8), and many of them in one array. */
static void test_hll__merges_stacked_states(void **state)
{
    static const int64_t stacked[3][16] = {{1, 0, 9}, {0, 5, 2}, {0, 0, 0, 61}};
    static const uint8_t expected[16] = {1, 5, 9, 61};
    struct sketch_call s;
    struct skep_view view;

    (void)state;
    skep_view_init(&view, stacked, SKEP_I8, 2, (const int64_t[]){3, 16});
    sketch_call_init(&s, "hll");
    kernel_call_word(&s.k, "value", "state");
    sketch_call_merge(&s, &view);
    assert_memory_equal(sketch_call_array(&s)->data, expected, sizeof expected);
    kernel_call_release(&s.k);
    view.data = stacked[2]; /* the other way round */
    view.strides[0] = -16;
    sketch_call_init(&s, "hll");
    kernel_call_word(&s.k, "value", "state");
    sketch_call_merge(&s, &view);
    assert_memory_equal(sketch_call_array(&s)->data, expected, sizeof expected);
    kernel_call_release(&s.k);
}

/* No numbers at all: registers of 0, the estimate 0. */
static void test_hll__of_nothing_is_zero(void **state)
{
    static const int64_t n = 0;
    struct sketch_call s;

    (void)state;
    sketch_call_init(&s, "hll");
    kernel_call_array(&s.k, "x", SKEP_F8, 1, &n, NULL);
    assert_true(sketch_call_number(&s) == 0.0);
    kernel_call_release(&s.k);
}

/* What does not fit is refused, with words. */
static void test_hll__refuses(void **state)
{
    static const uint8_t bytes[32] = {62};
    static const double reals[16] = {0};
    struct sketch_call s;
    struct skep_view view;

    (void)state;
    sketch_call_init(&s, "hll");
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "give x, or states to merge");
    skep_view_init(&view, reals, SKEP_F8, 1, (const int64_t[]){16});
    sketch_call_merge(&s, &view);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS,
                        "merge[0] must be an array of whole numbers, got f8 of shape (16,)");
    skep_view_init(&s.items[0].view, bytes, SKEP_U1, 1, (const int64_t[]){15});
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "2^4 to 2^18 elements, those of merge have 15");
    skep_view_init(&s.items[0].view, bytes, SKEP_U1, 1, (const int64_t[]){16});
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "from 0 to 61, and it holds 62");
    skep_view_init(&view, bytes, SKEP_U1, 1, (const int64_t[]){32});
    sketch_call_merge(&s, &view);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "merge[1] must be a state of shape (16,) as merge[0] is");
    s.k.args[2].arrays.n = 1;
    sketch_call_i64(&s, "p", 5);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "p is 5, and the states of merge were made with 4");
    s.items[0].is_number = true;
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "not a number");
    kernel_call_release(&s.k);
}

/* Who is told to stop stops. */
static void test_hll__stops(void **state)
{
    static int64_t x[10];
    static const int64_t n = 10;
    struct sketch_call s;

    (void)state;
    sketch_call_init(&s, "hll");
    kernel_call_array(&s.k, "x", SKEP_I8, 1, &n, x);
    atomic_store(&s.k.stop, 1);
    assert_int_equal(kernel_call_run(&s.k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&s.k), SKEP_STOPPED);
    kernel_call_release(&s.k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hll__gives_state_and_estimate),
        cmocka_unit_test(test_hll__estimates_as_published),
        cmocka_unit_test(test_hll__keeps_its_error_bounds),
        cmocka_unit_test(test_hll__counts_small_sets),
        cmocka_unit_test(test_hll__parts_merge_to_the_whole),
        cmocka_unit_test(test_hll__takes_any_strides),
        cmocka_unit_test(test_hll__merges_stacked_states),
        cmocka_unit_test(test_hll__of_nothing_is_zero),
        cmocka_unit_test(test_hll__refuses),
        cmocka_unit_test(test_hll__stops),
    };
    return cmocka_run_group_tests_name("kernel/sketches/hll", tests, NULL, NULL);
}
