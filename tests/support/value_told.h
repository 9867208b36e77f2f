/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_SUPPORT_VALUE_TOLD_H
#define SKEP_TESTS_SUPPORT_VALUE_TOLD_H

#include "support/test.h"

#include "kernel/kernel.h"

/* The dtype of a value: its elements', a number's, or NONE for null and JSON. */
static inline enum skep_dtype test_value_dtype(const struct skep_value *value)
{
    switch (value->kind) {
    case SKEP_VALUE_BOOL:
        return SKEP_B1;
    case SKEP_VALUE_I64:
        return SKEP_I8;
    case SKEP_VALUE_U64:
        return SKEP_U8;
    case SKEP_VALUE_F64:
        return SKEP_F8;
    case SKEP_VALUE_ARRAY:
        return value->array.dtype;
    default:
        return SKEP_DTYPE_NONE;
    }
}

/* VALUE, which came of CALL, must be what KERNEL's row says that it will be. */
static inline void test_check_value_told(const struct skep_kernel *kernel, const struct skep_call *call,
                                         const struct skep_value *value)
{
    struct skep_arena own; /* tests look at that of the call */
    struct skep_call asking = *call;
    struct skep_view told = {0};
    int ndim = value->kind == SKEP_VALUE_ARRAY ? value->array.ndim : 0;
    skep_status st;

    skep_arena_init(&own, 1 << 20);
    asking.arena = &own;
    st = kernel->value(&asking, &told);
    skep_arena_release(&own);
    if (st == SKEP_EMPTY && (value->kind == SKEP_VALUE_JSON || value->kind == SKEP_VALUE_NULL)) {
        return;
    }
    assert_int_equal(st, SKEP_OK);
    assert_string_equal(skep_dtype_name(told.dtype), skep_dtype_name(test_value_dtype(value)));
    assert_int_equal(told.ndim, ndim);
    for (int i = 0; i < ndim; i++) {
        assert_int_equal(told.shape[i], value->array.shape[i]);
        assert_int_equal(told.strides[i], value->array.strides[i]);
    }
}

#endif
