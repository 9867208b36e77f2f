/* SPDX-License-Identifier: MIT */
#include "unit/kernel/box/te_data.h"

enum { ROWS_MAX = 300 };

/* A record in C order, in Fortran order or backwards: both variants give the counts of a plain loop. */
static void test_te_box_counts__any_strides(void **state)
{
    uint64_t chance = 1;

    (void)state;
    for (int round = 0; round < 300; round++) {
        enum te_data_kind kind = (enum te_data_kind)(round % TE_DATA_KINDS);
        const int64_t n = (int64_t)(test_chance(&chance) % ROWS_MAX);
        const int64_t shape[] = {n, 3};
        double columns[3][ROWS_MAX];
        double data[3 * ROWS_MAX];
        double r = te_data_radius(kind, &chance);
        const double radius[3] = {r, r, r};
        struct kernel_call k;
        struct skep_view *view;

        kernel_call_init(&k, "te_box_counts");
        kernel_call_array(&k, "record", SKEP_F8, 2, shape, data);
        view = &k.args[0].view;
        if (round % 3 == 1) {
            view->strides[0] = 1;
            view->strides[1] = n;
        } else if (round % 3 == 2 && n > 0) {
            view->data = data + 3 * n - 1;
            view->strides[0] = -3;
            view->strides[1] = -1;
        }
        for (int64_t i = 0; i < n; i++) {
            for (int c = 0; c < 3; c++) {
                columns[c][i] = te_data_value(kind, &chance);
                data[(const double *)view->data - data + i * view->strides[0] + c * view->strides[1]] =
                    columns[c][i];
            }
        }
        kernel_call_arg(&k, "r")->f64 = r;
        kernel_call_arg(&k, "exclude")->i64 = round % 5;
        for (int variant = 0; variant < 2; variant++) {
            const int64_t *counts;
            assert_int_equal(variant == 0 ? kernel_call_run(&k) : kernel_call_reference(&k), SKEP_OK);
            assert_int_equal(k.value.kind, SKEP_VALUE_ARRAY);
            assert_int_equal(k.value.array.dtype, SKEP_I8);
            assert_int_equal(k.value.array.ndim, 2);
            assert_int_equal(k.value.array.shape[0], n);
            assert_int_equal(k.value.array.shape[1], 4);
            counts = k.value.array.data;
            for (int64_t i = 0; i < n; i++) {
                int64_t expected[4];
                te_data_counts(columns[0], columns[1], columns[2], n, radius, round % 5, false, i, expected);
                assert_memory_equal(counts + 4 * i, expected, sizeof expected);
            }
        }
        kernel_call_release(&k);
    }
}

/* Too little memory, or a stop, ends the call with its reason. */
static void test_te_box_counts__refuses(void **state)
{
    static const double data[3000];
    static const int64_t shape[] = {1000, 3};
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "te_box_counts");
    kernel_call_array(&k, "record", SKEP_F8, 2, shape, data);
    kernel_call_arg(&k, "r")->f64 = 1;
    k.arena.max_bytes = 10000;
    kernel_call_refused(&k, SKEP_E_NOMEM, "no memory for 8000 bytes");
    k.arena.max_bytes = 40000;
    kernel_call_release(&k);
    kernel_call_refused(&k, SKEP_E_NOMEM, "value of shape (1000, 4)");
    k.arena.max_bytes = 1000000;
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_te_box_counts__any_strides),
        cmocka_unit_test(test_te_box_counts__refuses),
    };
    return cmocka_run_group_tests_name("kernel/te_box_counts", tests, NULL, NULL);
}
