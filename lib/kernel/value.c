/* SPDX-License-Identifier: MIT */
/* What rows say of their values before a call. */
#include "kernel/kernel.h"

skep_status skep_value_array(enum skep_dtype dtype, int ndim, const int64_t *shape,
                             struct skep_view *value_out)
{
    if (skep_shape_count(ndim, shape) < 0) {
        return SKEP_EMPTY;
    }
    skep_view_init(value_out, NULL, dtype, ndim, shape);
    return SKEP_OK;
}

skep_status skep_value_number(enum skep_dtype dtype, struct skep_view *value_out)
{
    switch (skep_dtype_kind(dtype)) {
    case 'f':
        dtype = SKEP_F8;
        break;
    case 'i':
        dtype = SKEP_I8;
        break;
    case 'u':
        dtype = SKEP_U8;
        break;
    default:
        break;
    }
    return skep_value_array(dtype, 0, NULL, value_out);
}

skep_status skep_value_f8(const struct skep_call *call, struct skep_view *value_out)
{
    (void)call;
    return skep_value_number(SKEP_F8, value_out);
}

skep_status skep_value_i8(const struct skep_call *call, struct skep_view *value_out)
{
    (void)call;
    return skep_value_number(SKEP_I8, value_out);
}

skep_status skep_value_u8(const struct skep_call *call, struct skep_view *value_out)
{
    (void)call;
    return skep_value_number(SKEP_U8, value_out);
}

skep_status skep_value_b1(const struct skep_call *call, struct skep_view *value_out)
{
    (void)call;
    return skep_value_number(SKEP_B1, value_out);
}

skep_status skep_value_unknown(const struct skep_call *call, struct skep_view *value_out)
{
    (void)call;
    (void)value_out;
    return SKEP_EMPTY;
}
