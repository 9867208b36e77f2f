/* SPDX-License-Identifier: MIT */
#include "unit/kernel/sketches/sketch_call.h"

#include <math.h>

/* Mean and variance over many streams are those of the theory, N and N (N - 1) / (2 a), within 3 and 4
 * standard errors (the variance of the variance from a normal distribution, to which the register is close
 * for large a). */
static void check_moments(int64_t a, uint64_t n, int rounds)
{
    double sum = 0, squares = 0;
    double variance = (double)n * ((double)n - 1) / (2 * (double)a);
    struct sketch_call s;

    sketch_call_init(&s, "morris");
    sketch_call_i64(&s, "a", a);
    kernel_call_arg(&s.k, "n")->u64 = n;
    for (int i = 0; i < rounds; i++) {
        double error;
        s.k.call.stream.index = (uint64_t)i;
        error = sketch_call_number(&s) - (double)n;
        sum += error;
        squares += error * error;
    }
    assert_true(fabs(sum / rounds) <= 3 * sqrt(variance / rounds) + 1e-12 * (double)n);
    assert_true(fabs(squares / rounds - variance) <= 4 * variance * sqrt(2.0 / rounds) + 1e-12);
    kernel_call_release(&s.k);
}

static void test_morris__keeps_its_error_bounds(void **state)
{
    (void)state;
    check_moments(100, 1, 100);
    check_moments(30, 2, 20000);
    check_moments(100, 50, 4000);
    check_moments(100, 100000, 1000);
    check_moments(1000, 10000, 300);
    check_moments(300, UINT64_MAX, 100);
}

/* One event is one, certainly; none is none. */
static void test_morris__counts_one_exactly(void **state)
{
    static const double x[1] = {(double)NAN};
    static const int64_t one = 1;
    struct sketch_call s;

    (void)state;
    sketch_call_init(&s, "morris");
    kernel_call_array(&s.k, "x", SKEP_F8, 1, &one, x);
    assert_true(fabs(sketch_call_number(&s) - 1.0) < 1e-12);
    kernel_call_array(&s.k, "x", SKEP_F8, 1, (const int64_t[]){0}, NULL);
    assert_true(sketch_call_number(&s) == 0.0);
    kernel_call_release(&s.k);
}

/* n, and as many elements in any shape, are the same to the bit; so is the same stream. */
static void test_morris__counts_elements_as_events(void **state)
{
    static const uint8_t x[600] = {0};
    struct sketch_call s, t;

    (void)state;
    sketch_call_init(&s, "morris");
    kernel_call_array(&s.k, "x", SKEP_U1, 3, (const int64_t[]){2, 30, 10}, x);
    sketch_call_init(&t, "morris");
    kernel_call_arg(&t.k, "n")->u64 = 600;
    assert_true(sketch_call_number(&s) == sketch_call_number(&t));
    sketch_call_check(&t);
    t.k.call.stream.seed = 1;
    assert_true(sketch_call_number(&s) != sketch_call_number(&t));
    kernel_call_release(&s.k);
    kernel_call_release(&t.k);
}

/* Registers of parts, merged, have mean and variance of the whole's. */
static void test_morris__merges_in_distribution(void **state)
{
    enum { ROUNDS = 1000, PARTS = 3 };
    static const uint64_t n[PARTS] = {1000, 40, 5000};
    double total = 6040, sum = 0, squares = 0, variance = total * (total - 1) / (2 * 200.0);

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct sketch_call s, parts[PARTS];
        double error;

        sketch_call_init(&s, "morris");
        s.k.call.stream.index = (uint64_t)round * 10 + 9;
        for (int i = 0; i < PARTS; i++) {
            sketch_call_init(&parts[i], "morris");
            parts[i].k.call.stream.index = (uint64_t)(round * 10 + i);
            sketch_call_i64(&parts[i], "a", 200);
            kernel_call_arg(&parts[i].k, "n")->u64 = n[i];
            kernel_call_word(&parts[i].k, "value", "state");
            sketch_call_merge(&s, sketch_call_array(&parts[i]));
        }
        error = sketch_call_number(&s) - total;
        sum += error;
        squares += error * error;
        for (int i = 0; i < PARTS; i++) {
            kernel_call_release(&parts[i].k);
        }
        kernel_call_release(&s.k);
    }
    assert_true(fabs(sum / ROUNDS) <= 3 * sqrt(variance / ROUNDS));
    assert_true(fabs(squares / ROUNDS - variance) <= 4 * variance * sqrt(2.0 / ROUNDS));
}

/* A state merged with nothing is itself. */
static void test_morris__keeps_a_state(void **state)
{
    static const uint32_t stack[2][2] = {{70, 33}, {70, 0}};
    static const uint32_t alone[2] = {70, 33};
    struct sketch_call s;
    struct skep_view view;

    (void)state;
    skep_view_init(&view, stack, SKEP_U4, 2, (const int64_t[]){2, 2});
    sketch_call_init(&s, "morris");
    sketch_call_merge(&s, &view);
    assert_true(fabs(sketch_call_number(&s) - 70 * (pow(71.0 / 70, 33) - 1)) < 1e-9);
    kernel_call_word(&s.k, "value", "state");
    assert_memory_equal(sketch_call_array(&s)->data, alone, sizeof alone);
    sketch_call_check(&s);
    kernel_call_release(&s.k);
}

static void test_morris__refuses(void **state)
{
    static const uint32_t states[2][2] = {{70, 33}, {80, 1}};
    struct sketch_call s;
    struct skep_view view;

    (void)state;
    sketch_call_init(&s, "morris");
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "give n, or x, or states");
    skep_view_init(&view, states, SKEP_U4, 2, (const int64_t[]){2, 2});
    sketch_call_merge(&s, &view);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "base a = 80, wanted is 70");
    sketch_call_i64(&s, "a", 33);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "base a = 70, wanted is 33");
    skep_view_init(&s.items[0].view, states, SKEP_U4, 1, (const int64_t[]){3});
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "those of merge have 3 elements");
    kernel_call_arg(&s.k, "n")->u64 = 5;
    s.k.args[3].is_given = false;
    atomic_store(&s.k.stop, 1);
    assert_int_equal(kernel_call_run(&s.k), SKEP_STOPPED);
    kernel_call_release(&s.k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_morris__keeps_its_error_bounds),
        cmocka_unit_test(test_morris__counts_one_exactly),
        cmocka_unit_test(test_morris__counts_elements_as_events),
        cmocka_unit_test(test_morris__merges_in_distribution),
        cmocka_unit_test(test_morris__keeps_a_state),
        cmocka_unit_test(test_morris__refuses),
    };
    return cmocka_run_group_tests_name("kernel/sketches/morris", tests, NULL, NULL);
}
