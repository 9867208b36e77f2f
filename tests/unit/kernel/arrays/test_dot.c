/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

#include "kernel/math/exact.h"
#include "unit/kernel/math/expansion.h"

static void dot_init(struct kernel_call *k, int64_t n, const double *x, const double *y)
{
    kernel_call_init(k, "dot");
    kernel_call_array(k, "x", SKEP_F8, 1, &n, x);
    kernel_call_array(k, "y", SKEP_F8, 1, &n, y);
}

/* By both variants, in exact agreement. */
static double dot_of(int64_t n, const double *x, const double *y)
{
    struct kernel_call k;
    struct skep_cost cost;
    double dot;

    dot_init(&k, n, x, y);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_F64);
    k.kernel->cost(&k.call, &cost);
    assert_true((double)k.arena.used_bytes == cost.bytes);
    dot = k.value.f64;
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    assert_true(k.value.f64 == dot || (isnan(dot) && isnan(k.value.f64)));
    kernel_call_release(&k);
    return dot;
}

/* Inner products of every condition number up to 1e30 and beyond are rounded once: against another exact
 * method. */
static void test_dot__of_any_condition(void **state)
{
    uint64_t chance = 1;
    int rounds = getenv("SKEP_TEST_LONG") != NULL ? 100 : 6;

    (void)state;
    for (int round = 0; round < rounds; round++) {
        for (int bits = 10; bits <= 130; bits += 10) { /* 2^100 is 1.3e30 */
            double x[100], y[100];
            int64_t n = 10 + (int64_t)(test_chance(&chance) % 90);

            make_hard_dot(x, y, n, bits, &chance);
            assert_true(dot_of(n, x, y) == expansion_dot(x, y, n));
        }
    }
}

/* Of all lengths around those of vectors and pieces. */
static void test_dot__of_any_length(void **state)
{
    static double x[6200], y[6200];
    uint64_t chance = 2;

    (void)state;
    for (int64_t n = 0; n < 6200; n += n < 140 ? 1 : 303) {
        struct skep_exact sum;

        skep_exact_init(&sum);
        for (int64_t i = 0; i < n; i++) {
            x[i] = test_chance_f8(&chance) - 0.5;
            y[i] = test_chance_f8(&chance) - 0.2;
            skep_exact_add_product(&sum, x[i], y[i]);
        }
        assert_true(dot_of(n, x, y) == skep_exact_round(&sum));
        assert_true(n > 500 || dot_of(n, x, y) == expansion_dot(x, y, n));
    }
}

/* Products that no double holds count in full; a tie is broken by the least of them. */
static void test_dot__ends_of_the_range(void **state)
{
    static const double x[] = {0x1p1000, 0x1p1000, 3.0}, y[] = {0x1p1000, -0x1p1000, 2.0};
    static const double small[] = {1.0, 1.0, 0x1p-600}, tie[] = {1.0, 0x1p-53, 0x1p-600};
    static const double least[] = {0x1p-1074, 0x1p-1074}, half[] = {0.5, 0.5};

    (void)state;
    assert_true(dot_of(3, x, y) == 6.0);
    assert_true(dot_of(1, x, y) == HUGE_VAL);
    assert_true(dot_of(2, small, tie) == 1.0);
    assert_true(dot_of(3, small, tie) == 1.0 + 0x1p-52);
    assert_true(dot_of(2, least, half) == 0x1p-1074);
    assert_true(dot_of(1, least, half) == 0.0);
}

/* NaN and infinities as in IEEE 754, zeros as +0. */
static void test_dot__specials(void **state)
{
    static const double x[] = {HUGE_VAL, 1.0, -1.0, NAN, 0.0, -0.0},
                        ones[] = {1.0, 1.0, HUGE_VAL, 1.0, 1.0, 1.0};
    static const double infinities[] = {HUGE_VAL, HUGE_VAL};

    (void)state;
    assert_true(dot_of(2, x, ones) == HUGE_VAL);
    assert_true(isnan(dot_of(3, x, ones)));
    assert_true(dot_of(2, x + 1, ones + 1) == -HUGE_VAL);
    assert_true(isnan(dot_of(3, x + 3, ones + 3)));
    assert_true(isnan(dot_of(2, x + 4, infinities)));
    assert_true(dot_of(2, x + 4, ones + 3) == 0.0 && !signbit(dot_of(2, x + 4, ones + 3)));
    assert_true(dot_of(0, x, ones) == 0.0);
}

/* Views of any stride. */
static void test_dot__strides(void **state)
{
    double x[9000], y[3];
    struct kernel_call k;
    int64_t n = 3000;

    (void)state;
    for (int i = 0; i < 9000; i++) {
        x[i] = i % 3 == 2 ? (double)(i / 3) : NAN;
    }
    y[1] = 2.0;
    dot_init(&k, n, x + 8999, y + 1);
    kernel_call_arg(&k, "x")->view.strides[0] = -3;
    kernel_call_arg(&k, "y")->view.strides[0] = 0;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(k.value.f64 == 2999.0 * 3000.0);
    kernel_call_release(&k);
}

/* Vectors of different lengths are refused. */
static void test_dot__lengths_must_agree(void **state)
{
    static const double x[4];
    int64_t three = 3;
    struct kernel_call k;

    (void)state;
    dot_init(&k, 4, x, x);
    kernel_call_array(&k, "y", SKEP_F8, 1, &three, x);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "x and y want one length, got 4 and 3");
    kernel_call_release(&k);
}

/* Told to stop, it stops; without memory it says so. */
static void test_dot__stops_and_needs_room(void **state)
{
    static const double x[4];
    struct kernel_call k;

    (void)state;
    dot_init(&k, 4, x, x);
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    k.arena.max_bytes = 1000;
    skep_arena_reset(&k.arena, 0);
    kernel_call_refused(&k, SKEP_E_NOMEM, "no memory");
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dot__of_any_condition),
        cmocka_unit_test(test_dot__of_any_length),
        cmocka_unit_test(test_dot__ends_of_the_range),
        cmocka_unit_test(test_dot__specials),
        cmocka_unit_test(test_dot__strides),
        cmocka_unit_test(test_dot__lengths_must_agree),
        cmocka_unit_test(test_dot__stops_and_needs_room),
    };
    return cmocka_run_group_tests_name("kernel/dot", tests, NULL, NULL);
}
