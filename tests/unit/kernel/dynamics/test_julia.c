/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <math.h>

static void julia_init(struct kernel_call *k, int64_t width, int64_t height)
{
    kernel_call_init(k, "julia");
    kernel_call_arg(k, "width")->i64 = width;
    if (height != width) {
        kernel_call_arg(k, "height")->i64 = height;
    }
}

static const uint16_t *julia_run(struct kernel_call *k, int64_t rows, int64_t width)
{
    skep_status st = kernel_call_run(k);

    if (st != SKEP_OK) {
        fail_msg("%s", skep_error_text(&k->err, st));
    }
    assert_int_equal(k->value.kind, SKEP_VALUE_ARRAY);
    assert_int_equal(k->value.array.dtype, SKEP_U2);
    assert_int_equal(k->value.array.ndim, 2);
    assert_int_equal(k->value.array.shape[0], rows);
    assert_int_equal(k->value.array.shape[1], width);
    return k->value.array.data;
}

static long julia_sum(struct kernel_call *k, int64_t rows, int64_t width)
{
    const uint16_t *counts = julia_run(k, rows, width);
    long sum = 0;

    for (int64_t i = 0; i < rows * width; i++) {
        sum += counts[i];
    }
    return sum;
}

/* The sum that the book prints for its picture, and those of NumPy for others. */
static void test_julia__published_sum(void **state)
{
    struct kernel_call k;

    (void)state;
    julia_init(&k, 1000, 1000);
    kernel_call_word(&k, "coords", "accumulate");
    assert_int_equal(julia_sum(&k, 1000, 1000), 33219980);
    kernel_call_word(&k, "coords", "index");
    assert_int_equal(julia_sum(&k, 1000, 1000), 33219980);
    kernel_call_arg(&k, "width")->i64 = 333;
    kernel_call_arg(&k, "height")->i64 = 77;
    assert_int_equal(julia_sum(&k, 77, 333), 856730);
    kernel_call_release(&k);
}

/* A small picture, point by point as NumPy has it: row 0 at the top, column 0 at the left, each way of rows.
 */
static void test_julia__small_picture(void **state)
{
    static const uint16_t want[8][12] = {
        {0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0},         {0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0},
        {0, 1, 1, 1, 2, 2, 4, 3, 3, 2, 2, 1},         {1, 1, 2, 2, 4, 5, 28, 300, 300, 12, 6, 2},
        {1, 2, 4, 7, 300, 33, 300, 33, 300, 7, 4, 2}, {1, 2, 6, 12, 300, 300, 28, 5, 4, 2, 2, 1},
        {0, 1, 2, 2, 3, 3, 4, 2, 2, 1, 1, 1},         {0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}};
    static const int64_t two = 2;
    struct kernel_call k;
    int64_t rows[4] = {0, -1, 0, -1};

    (void)state;
    julia_init(&k, 12, 8);
    assert_memory_equal(julia_run(&k, 8, 12), want, sizeof want);
    kernel_call_array(&k, "rows", SKEP_I8, 1, &two, rows);
    kernel_call_arg(&k, "rows")->view.strides[0] = 2;
    for (rows[0] = 0; rows[0] <= 8; rows[0]++) {
        for (rows[2] = rows[0]; rows[2] <= 8; rows[2]++) {
            int64_t n = rows[2] - rows[0];
            assert_memory_equal(julia_run(&k, n, 12), want[rows[0]], (size_t)n * sizeof want[0]);
        }
    }
    kernel_call_release(&k);
}

/* Both variants, in both ways to make coordinates, take the memory that the row tells and give the same. */
static void test_julia__variants_agree(void **state)
{
    static const struct {
        int64_t width, height, max_iter;
        double x2, y2;
    } cases[] = {{200, 130, 300, 1.8, 1.8}, {1, 1, 0, 1, 1}, {7, 900, 40, 0.3, -1.7}, {40, 50, 65535, 1, 2}};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        int64_t width = cases[i / 2].width, height = cases[i / 2].height;
        uint16_t *first = malloc((size_t)(width * height) * sizeof *first);
        struct kernel_call k;
        struct skep_cost cost;
        julia_init(&k, width, height);
        kernel_call_arg(&k, "max_iter")->i64 = cases[i / 2].max_iter;
        kernel_call_arg(&k, "x2")->f64 = cases[i / 2].x2;
        kernel_call_arg(&k, "y2")->f64 = cases[i / 2].y2;
        kernel_call_word(&k, "coords", i % 2 == 0 ? "index" : "accumulate");
        memcpy(first, julia_run(&k, height, width), (size_t)(width * height) * sizeof *first);
        k.kernel->cost(&k.call, &cost);
        assert_true(cost.bytes == (double)k.arena.used_bytes);
        assert_int_equal(kernel_call_reference(&k), SKEP_OK);
        assert_memory_equal(k.value.array.data, first, (size_t)(width * height) * sizeof *first);
        free(first);
        kernel_call_release(&k);
    }
}

/* Numbers that are none and rows that are not in the picture are refused. */
static void test_julia__refuses(void **state)
{
    static const int64_t two = 2;
    static const int64_t bad[][2] = {{-1, 3}, {3, 2}, {0, 6}, {INT64_MIN, INT64_MAX}, {INT64_MAX, INT64_MIN}};
    struct kernel_call k;

    (void)state;
    julia_init(&k, 5, 5);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct skep_cost cost;
        kernel_call_array(&k, "rows", SKEP_I8, 1, &two, bad[i]);
        kernel_call_refused(&k, SKEP_E_BAD_ARGS, "are none of a picture of 5 rows");
        k.kernel->cost(&k.call, &cost);
    }
    kernel_call_arg(&k, "y1")->f64 = NAN;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "y1 is not finite");
    kernel_call_arg(&k, "c_re")->f64 = INFINITY;
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "c_re is not finite");
    kernel_call_release(&k);
}

/* A stop ends it, also while coordinates are added up, and so does a lack of memory. */
static void test_julia__limits(void **state)
{
    static const int64_t two = 2;
    static const int64_t last[] = {2000000000, 2000000001};
    struct kernel_call k;

    (void)state;
    julia_init(&k, 3, 2000000002);
    kernel_call_refused(&k, SKEP_E_NOMEM, "value of shape (2000000002, 3): no memory for 12000000012 bytes");
    kernel_call_array(&k, "rows", SKEP_I8, 1, &two, last);
    kernel_call_word(&k, "coords", "accumulate");
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&k), SKEP_STOPPED);
    kernel_call_word(&k, "coords", "index");
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    k.arena.max_bytes = k.arena.used_bytes + 80;
    kernel_call_refused(&k, SKEP_E_NOMEM, "no memory for 88 bytes");
    kernel_call_release(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_julia__published_sum),  cmocka_unit_test(test_julia__small_picture),
        cmocka_unit_test(test_julia__variants_agree), cmocka_unit_test(test_julia__refuses),
        cmocka_unit_test(test_julia__limits),
    };
    return cmocka_run_group_tests_name("kernel/julia", tests, NULL, NULL);
}
