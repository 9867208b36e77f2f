/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

static const char *const names[] = {"sum",    "mean",   "var",    "std",   "min",       "max",
                                    "argmin", "argmax", "absmax", "norm2", "count_nan", "count_finite"};
enum { N_NAMES = sizeof names / sizeof names[0] };

/* ---- strips ---- */

enum { ROWS = 700, COLUMNS = 600 }; /* more columns than a strip has, more rows than it has at a time */

static double matrix[ROWS * COLUMNS];

static void fill_matrix(void)
{
    uint64_t chance = 1;

    for (int i = 0; i < ROWS * COLUMNS; i++) {
        matrix[i] = test_chance(&chance) % 3000 == 0 ? NAN : (double)(test_chance(&chance) % 1000);
    }
}

/* The value of one column as a vector of its own. */
static double column_value(const char *name, int64_t column)
{
    static const int64_t rows = ROWS;
    struct kernel_call k;
    double value;

    kernel_call_init(&k, name);
    kernel_call_array(&k, "x", SKEP_F8, 1, &rows, matrix + column);
    kernel_call_arg(&k, "x")->view.strides[0] = COLUMNS;
    if (skep_kernel_count_args(k.kernel) > 2) {
        kernel_call_word(&k, "nan", "skip");
    }
    assert_int_equal(kernel_call_reference(&k), SKEP_OK);
    value = k.value.kind == SKEP_VALUE_I64 ? (double)k.value.i64 : k.value.f64;
    kernel_call_release(&k);
    return value;
}

/* Columns of a wide matrix have the values of the single ones, each in its place, by every reduction. */
static void test_pass__wide_matrices(void **state)
{
    static const int64_t shape[] = {ROWS, COLUMNS};

    (void)state;
    fill_matrix();
    for (int which = 0; which < N_NAMES; which++) {
        struct kernel_call k;

        kernel_call_init(&k, names[which]);
        kernel_call_array(&k, "x", SKEP_F8, 2, shape, matrix);
        kernel_call_arg(&k, "axis")->i64 = 0;
        if (skep_kernel_count_args(k.kernel) > 2) {
            kernel_call_word(&k, "nan", "skip");
        }
        assert_int_equal(kernel_call_run(&k), SKEP_OK);
        for (int64_t column = 0; column < COLUMNS; column += column < 500 ? 51 : 9) {
            double value = skep_view_get_f8(&k.value.array, column);
            double wanted = column_value(names[which], column);
            if (fabs(value - wanted) > k.kernel->rtol * fabs(wanted)) {
                fail_msg("%s, column %d: %.17g, not %.17g", names[which], (int)column, value, wanted);
            }
        }
        kernel_call_release(&k);
    }
}

/* An axis between two others: its runs lie side by side in groups. */
static void test_pass__axis_in_the_middle(void **state)
{
    static const int64_t shape[] = {30, 7, 40};
    struct kernel_call k;

    (void)state;
    for (int i = 0; i < 30 * 7 * 40; i++) {
        matrix[i] = i;
    }
    kernel_call_init(&k, "sum");
    kernel_call_array(&k, "x", SKEP_F8, 3, shape, matrix);
    kernel_call_arg(&k, "axis")->i64 = 1;
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    for (int i = 0; i < 30; i++) {
        for (int j = 0; j < 40; j++) { /* 7 of them around the middle one */
            assert_true(((const double *)k.value.array.data)[40 * i + j] == 7.0 * (280 * i + 40 * 3 + j));
        }
    }
    kernel_call_release(&k);
}

/* ---- refusals ---- */

/* A value that does not fit into the arena is refused with its shape; so is the rest of what is needed. */
static void test_pass__no_room(void **state)
{
    static const int64_t shape[] = {100, 50};
    static double zeros[5000];

    (void)state;
    for (int which = 0; which < N_NAMES; which++) {
        struct kernel_call k;
        struct skep_cost cost;
        skep_status st = SKEP_E_NOMEM;

        kernel_call_init(&k, names[which]);
        kernel_call_array(&k, "x", SKEP_F8, 2, shape, zeros);
        kernel_call_arg(&k, "axis")->i64 = 0;
        k.kernel->cost(&k.call, &cost);
        for (size_t room = 1024; st == SKEP_E_NOMEM; room += 8192) {
            skep_arena_reset(&k.arena, 0);
            k.arena.max_bytes = room;
            st = kernel_call_run(&k);
            assert_true((st == SKEP_OK) == ((double)room >= cost.bytes));
        }
        assert_int_equal(st, SKEP_OK);
        kernel_call_release(&k);
    }
}

/* Told to stop, every reduction stops: whole, along one axis and the other. */
static void test_pass__stops(void **state)
{
    static const int64_t shape[] = {3, 3};
    static const double x[9];

    (void)state;
    for (int which = 0; which < N_NAMES; which++) {
        struct kernel_call k;

        kernel_call_init(&k, names[which]);
        kernel_call_array(&k, "x", SKEP_F8, 2, shape, x);
        atomic_store(&k.stop, 1);
        assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
        assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
        for (int axis = 0; axis < 2; axis++) {
            kernel_call_arg(&k, "axis")->i64 = axis;
            assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
            assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
        }
        kernel_call_release(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pass__wide_matrices),
        cmocka_unit_test(test_pass__axis_in_the_middle),
        cmocka_unit_test(test_pass__no_room),
        cmocka_unit_test(test_pass__stops),
    };
    return cmocka_run_group_tests_name("kernel/pass", tests, NULL, NULL);
}
