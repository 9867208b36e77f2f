/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

static void axpy_init(struct kernel_call *k, double a, int ndim, const int64_t *shape, const double *x,
                      const double *y)
{
    kernel_call_init(k, "axpy");
    kernel_call_arg(k, "a")->f64 = a;
    kernel_call_array(k, "x", SKEP_F8, ndim, shape, x);
    kernel_call_array(k, "y", SKEP_F8, ndim, shape, y);
}

/* Both operations are rounded, at all lengths; the memory is what the row says. */
static void test_axpy__rounds_twice(void **state)
{
    static double x[5000], y[5000];
    uint64_t chance = 1;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        x[i] = test_chance_f8(&chance) - 0.5;
        y[i] = test_chance_f8(&chance) - 0.5;
    }
    for (int64_t n = 0; n < 5000; n += n < 40 ? 1 : 709) {
        struct kernel_call k;
        struct skep_cost cost;

        axpy_init(&k, 0.1, 1, &n, x, y);
        for (int variant = 0; variant < 2; variant++) {
            skep_arena_reset(&k.arena, SIZE_MAX);
            assert_int_equal(variant == 0 ? kernel_call_run(&k) : kernel_call_reference(&k), SKEP_OK);
            k.kernel->cost(&k.call, &cost);
            assert_true((double)k.arena.used_bytes == cost.bytes);
            for (int64_t i = 0; i < n; i++) {
                volatile double product = 0.1 * x[i]; /* so that nothing fuses it */
                assert_true(((const double *)k.value.array.data)[i] == product + y[i]);
            }
        }
        kernel_call_release(&k);
    }
}

/* The value has the shape of x; strides may be any, and differ. */
static void test_axpy__strided_matrices(void **state)
{
    static const int64_t shape[] = {3, 2};
    static const double x[] = {1, 2, 3, 4, 5, 6}, y[] = {10, 20};
    static const double sums[] = {12, 28, 14, 30, 16, 32}; /* 2 x^T + (10, 20) in each row */
    struct kernel_call k;

    (void)state;
    axpy_init(&k, 2.0, 2, shape, x, y);
    kernel_call_arg(&k, "x")->view.strides[0] = 1;
    kernel_call_arg(&k, "x")->view.strides[1] = 3;
    kernel_call_arg(&k, "y")->view.strides[0] = 0;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.array.ndim, 2);
    assert_int_equal(k.value.array.shape[0], 3);
    assert_memory_equal(k.value.array.data, sums, sizeof sums);
    kernel_call_release(&k);
}

/* Numbers without axes, NaN and infinities. */
static void test_axpy__of_numbers(void **state)
{
    double x = HUGE_VAL, y = 1.0;
    struct kernel_call k;

    (void)state;
    axpy_init(&k, -2.0, 0, NULL, &x, &y);
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.array.ndim, 0);
    assert_true(*(const double *)k.value.array.data == -HUGE_VAL);
    kernel_call_arg(&k, "a")->f64 = 0.0;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_true(isnan(*(const double *)k.value.array.data));
    kernel_call_release(&k);
}

/* Other shapes are refused, with both; so is what has no room; told to stop, it stops. */
static void test_axpy__refuses(void **state)
{
    static const double x[6];
    static const int64_t shape[] = {2, 3}, turned[] = {3, 2};
    struct kernel_call k;

    (void)state;
    axpy_init(&k, 1.0, 2, shape, x, x);
    kernel_call_array(&k, "y", SKEP_F8, 2, turned, x);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "x and y want one shape, got (2, 3) and (3, 2)");
    kernel_call_array(&k, "y", SKEP_F8, 1, shape, x);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "got (2, 3) and (2,)");
    kernel_call_array(&k, "y", SKEP_F8, 2, shape, x);
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    k.arena.max_bytes = 10;
    skep_arena_reset(&k.arena, 0);
    kernel_call_refused(&k, SKEP_E_NOMEM, "value of shape (2, 3)");
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axpy__rounds_twice),
        cmocka_unit_test(test_axpy__strided_matrices),
        cmocka_unit_test(test_axpy__of_numbers),
        cmocka_unit_test(test_axpy__refuses),
    };
    return cmocka_run_group_tests_name("kernel/axpy", tests, NULL, NULL);
}
