/* SPDX-License-Identifier: MIT */
#include "kernel/expr/number.h"

static bool is_float(enum skep_dtype dtype)
{
    return dtype == SKEP_F4 || dtype == SKEP_F8;
}

union skep_expr_number skep_expr_convert(enum skep_dtype from, enum skep_dtype to,
                                         union skep_expr_number number)
{
    if (to == SKEP_B1) {
        number.i8 = is_float(from) ? number.f8 != 0 : number.i8 != 0;
    } else if (is_float(to) && !is_float(from)) {
        number.f8 = (double)number.i8;
    }
    if (to == SKEP_F4) {
        number.f8 = (double)(float)number.f8;
    }
    return number;
}

union skep_expr_number skep_expr_load(const struct skep_view *view, int64_t at)
{
    union skep_expr_number number;

    if (view->dtype == SKEP_I8) {
        number.i8 = ((const int64_t *)view->data)[at]; /* would not pass through a double */
    } else if (is_float(view->dtype)) {
        number.f8 = skep_view_get_f8(view, at);
    } else {
        number.i8 = (int64_t)skep_view_get_f8(view, at);
    }
    return number;
}

void skep_expr_store(enum skep_dtype dtype, union skep_expr_number number, void *out, int64_t at)
{
    switch (dtype) {
    case SKEP_B1:
        ((uint8_t *)out)[at] = (uint8_t)number.i8;
        break;
    case SKEP_I4:
        ((int32_t *)out)[at] = (int32_t)number.i8;
        break;
    case SKEP_F4:
        ((float *)out)[at] = (float)number.f8;
        break;
    case SKEP_F8:
        ((double *)out)[at] = number.f8;
        break;
    default:
        ((int64_t *)out)[at] = number.i8;
    }
}
