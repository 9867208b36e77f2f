/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

/* An output is a C-contiguous view of the arena's memory, ready to be written. */
static void test_call__output_is_contiguous(void **state)
{
    static const int64_t shape[] = {3, 5};
    struct kernel_call k;
    void *data;

    (void)state;
    kernel_call_init(&k, "sum");
    assert_int_equal(skep_call_output(&k.call, SKEP_I4, 2, shape, &data, &k.value, &k.err), SKEP_OK);
    memset(data, 1, 3 * 5 * sizeof(int32_t));
    assert_int_equal(k.value.kind, SKEP_VALUE_ARRAY);
    assert_ptr_equal(k.value.array.data, data);
    assert_int_equal(k.value.array.dtype, SKEP_I4);
    assert_int_equal(k.value.array.strides[0], 5);
    assert_int_equal(k.value.array.strides[1], 1);
    kernel_call_release(&k);
}

/* Scratch of no elements is room too. */
static void test_call__scratch_of_nothing(void **state)
{
    struct kernel_call k;
    void *room;

    (void)state;
    kernel_call_init(&k, "sum");
    assert_int_equal(skep_call_scratch(&k.call, 0, 8, &room, &k.err), SKEP_OK);
    assert_non_null(room);
    kernel_call_release(&k);
}

/* What does not fit is refused: by the arena's limit, by a product that overflows, by a shape that is none.
 */
static void test_call__refuses_what_does_not_fit(void **state)
{
    static const int64_t large[] = {1000, 1000};
    static const int64_t huge[] = {INT64_MAX, 2};
    static const int64_t wide[] = {INT64_MAX};
    struct kernel_call k;
    void *data;

    (void)state;
    kernel_call_init(&k, "sum");
    k.arena.max_bytes = 1000;
    assert_int_equal(skep_call_output(&k.call, SKEP_F8, 2, large, &data, &k.value, &k.err), SKEP_E_NOMEM);
    assert_null(data);
    assert_string_equal(k.err.text,
                        "value of shape (1000, 1000): no memory for 8000000 bytes: 0 of 1000 are in use");
    skep_error_clear(&k.err);
    assert_int_equal(skep_call_output(&k.call, SKEP_F8, 2, huge, &data, &k.value, &k.err), SKEP_E_NOMEM);
    assert_non_null(strstr(k.err.text, "no memory for so many elements"));
    skep_error_clear(&k.err);
    assert_int_equal(skep_call_output(&k.call, SKEP_F8, 1, wide, &data, &k.value, &k.err), SKEP_E_NOMEM);
    skep_error_clear(&k.err);
    assert_int_equal(skep_call_scratch(&k.call, (int64_t)1 << 61, 8, &data, &k.err), SKEP_E_NOMEM); /* 2^64 */
    skep_error_clear(&k.err);
    assert_int_equal(skep_call_scratch(&k.call, -1, 8, &data, &k.err), SKEP_E_NOMEM);
    assert_null(data);
    kernel_call_release(&k);
}

/* A call is stopped when its word is not 0; one without a word never is. */
static void test_call__stop(void **state)
{
    atomic_uint stop = 0;
    struct skep_call call = {.stop = NULL};

    (void)state;
    assert_false(skep_call_is_stopped(&call));
    call.stop = &stop;
    assert_false(skep_call_is_stopped(&call));
    atomic_store(&stop, 4);
    assert_true(skep_call_is_stopped(&call));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call__output_is_contiguous),
        cmocka_unit_test(test_call__scratch_of_nothing),
        cmocka_unit_test(test_call__refuses_what_does_not_fit),
        cmocka_unit_test(test_call__stop),
    };
    return cmocka_run_group_tests_name("kernel/call", tests, NULL, NULL);
}
