/* SPDX-License-Identifier: MIT */
#include "unit/kernel/sketches/sketch_call.h"

#include <math.h>

/* What was put in is found, in the shape of x, for every dtype of the same numbers; of what was not, as many
 * as the formula says, within three standard deviations. */
static void test_bloom_query__finds_what_was_put_in(void **state)
{
    enum { N = 5000, OTHERS = 100000 };
    static int64_t x[N];
    static double f[N];
    static int64_t others[OTHERS];
    static const int64_t n = N, n_others = OTHERS;
    struct sketch_call build, query;
    const struct skep_view *found;
    double p = pow(1 - pow(1 - 1.0 / 7144, N), 7); /* 50000 bits in 7 rows of 893 bytes */
    int64_t n_found = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = i * 3 - 1000;
        f[i] = (double)x[i];
    }
    for (int i = 0; i < OTHERS; i++) {
        others[i] = i * 3 - 999;
    }
    sketch_call_init(&build, "bloom_build");
    sketch_call_i64(&build, "bits", 50000);
    kernel_call_array(&build.k, "x", SKEP_I8, 1, &n, x);
    sketch_call_init(&query, "bloom_query");
    kernel_call_arg(&query.k, "filter")->view = *sketch_call_array(&build);

    kernel_call_array(&query.k, "x", SKEP_F8, 2, (const int64_t[]){50, 100}, f);
    sketch_call_check(&query);
    found = sketch_call_array(&query);
    assert_int_equal(found->dtype, SKEP_B1);
    assert_int_equal(found->ndim, 2);
    assert_int_equal(found->shape[0], 50);
    for (int i = 0; i < N; i++) {
        assert_int_equal(((const uint8_t *)found->data)[i], 1);
    }
    kernel_call_array(&query.k, "x", SKEP_I8, 1, &n_others, others);
    sketch_call_check(&query);
    found = sketch_call_array(&query);
    for (int i = 0; i < OTHERS; i++) {
        n_found += ((const uint8_t *)found->data)[i];
    }
    assert_true(fabs((double)n_found - p * OTHERS) < 3 * sqrt(p * OTHERS) + 0.1 * p * OTHERS);
    kernel_call_release(&query.k);
    kernel_call_release(&build.k);
}

/* Answers stand where their numbers stand, in strided and turned views too. */
static void test_bloom_query__keeps_the_order(void **state)
{
    static const uint8_t filter[4][2] = {
        {98, 18}, {50, 224}, {224, 50}, {49, 17}}; /* of 2, 3, 5, 7, 11, 13 */
    static const int32_t x[12] = {2, 1, 3, 4, 5, 6, 7, 8, 11, 10, 13, 12};
    static const uint8_t turned[12] = {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0};
    struct sketch_call s;
    struct skep_view view = {x, SKEP_I4, 2, {2, 6}, {1, 2}};

    (void)state;
    sketch_call_init(&s, "bloom_query");
    kernel_call_array(&s.k, "filter", SKEP_U1, 2, (const int64_t[]){4, 2}, filter);
    sketch_call_view(&s, &view);
    assert_memory_equal(sketch_call_array(&s)->data, turned, sizeof turned);
    sketch_call_check(&s);
    view = (struct skep_view){x + 8, SKEP_I4, 0, {0}, {0}};
    sketch_call_view(&s, &view);
    assert_int_equal(*(const uint8_t *)sketch_call_array(&s)->data, 1);
    view = (struct skep_view){x, SKEP_I4, 2, {3, 0}, {0, 1}};
    sketch_call_view(&s, &view);
    assert_int_equal(sketch_call_array(&s)->shape[1], 0);
    kernel_call_release(&s.k);
}

/* A filter from JSON is i8, and may lie in any way. */
static void test_bloom_query__takes_any_filter(void **state)
{
    static const int64_t filter[2][4] = {{98, 50, 224, 49}, {18, 224, 50, 17}}; /* turned */
    static const int32_t x[6] = {1, 2, 3, 4, 5, 6};
    static const uint8_t expected[6] = {0, 1, 1, 0, 1, 0};
    struct sketch_call s;

    (void)state;
    sketch_call_init(&s, "bloom_query");
    kernel_call_arg(&s.k, "filter")->view = (struct skep_view){filter, SKEP_I8, 2, {4, 2}, {1, 4}};
    kernel_call_array(&s.k, "x", SKEP_I4, 1, (const int64_t[]){6}, x);
    assert_memory_equal(sketch_call_array(&s)->data, expected, sizeof expected);
    sketch_call_check(&s);
    kernel_call_release(&s.k);
}

static void test_bloom_query__refuses(void **state)
{
    static const int64_t filter[4] = {0, 1, 256, 0};
    static const double x = 1;
    struct sketch_call s;

    (void)state;
    sketch_call_init(&s, "bloom_query");
    kernel_call_array(&s.k, "x", SKEP_F8, 0, NULL, &x);
    kernel_call_array(&s.k, "filter", SKEP_I8, 2, (const int64_t[]){2, 2}, filter);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "filter holds bytes, and its element (1, 0) is 256");
    kernel_call_array(&s.k, "filter", SKEP_F8, 2, (const int64_t[]){2, 2}, filter);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "filter must be u1 with 1 to 64 rows");
    kernel_call_array(&s.k, "filter", SKEP_U1, 2, (const int64_t[]){0, 2}, filter);
    kernel_call_refused(&s.k, SKEP_E_BAD_ARGS, "of shape (0, 2)");
    kernel_call_array(&s.k, "filter", SKEP_U1, 2, (const int64_t[]){2, 2}, filter);
    atomic_store(&s.k.stop, 1);
    assert_int_equal(kernel_call_run(&s.k), SKEP_STOPPED);
    assert_int_equal(kernel_call_reference(&s.k), SKEP_STOPPED);
    kernel_call_release(&s.k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bloom_query__finds_what_was_put_in),
        cmocka_unit_test(test_bloom_query__keeps_the_order),
        cmocka_unit_test(test_bloom_query__takes_any_filter),
        cmocka_unit_test(test_bloom_query__refuses),
    };
    return cmocka_run_group_tests_name("kernel/sketches/bloom_query", tests, NULL, NULL);
}
