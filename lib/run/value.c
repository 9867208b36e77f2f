/* SPDX-License-Identifier: MIT */
#include "run/value.h"

#include <string.h>

#include "npy/write.h"

enum { VALUE_INLINE_MAX_COUNT = 4096 };

bool skep_run_value_view(const struct skep_value *value, struct skep_view *view_out)
{
    switch (value->kind) {
    case SKEP_VALUE_ARRAY:
        *view_out = value->array;
        return true;
    case SKEP_VALUE_BOOL:
        skep_view_init(view_out, &value->boolean, SKEP_B1, 0, NULL);
        return true;
    case SKEP_VALUE_I64:
        skep_view_init(view_out, &value->i64, SKEP_I8, 0, NULL);
        return true;
    case SKEP_VALUE_U64:
        skep_view_init(view_out, &value->u64, SKEP_U8, 0, NULL);
        return true;
    case SKEP_VALUE_F64:
        skep_view_init(view_out, &value->f64, SKEP_F8, 0, NULL);
        return true;
    default:
        return false;
    }
}

skep_status skep_run_value_write(const struct skep_run *run, const char *out, const struct skep_value *value,
                                 struct skep_result_value *result, struct skep_error *err)
{
    skep_status st;

    result->kind = SKEP_RESULT_FILE;
    result->text = out;
    result->length = strlen(out);
    if (!skep_run_value_view(value, &result->view)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "out: the value of this kernel is no array");
    }
    st = skep_npy_write(run->outputs, out, strlen(out), &result->view, run->syncs_outputs, err);
    skep_error_prefix(err, "out");
    return st;
}

/* Whether VIEW has few enough elements, and lists of lists: (1000000000, 0) has none, and a billion. */
static bool value_fits_inline(const struct skep_view *view)
{
    int64_t n = 1;

    for (int i = 0; i < view->ndim && view->shape[i] > 0; i++) {
        if (view->shape[i] > VALUE_INLINE_MAX_COUNT / n) {
            return false;
        }
        n *= view->shape[i];
    }
    return true;
}

skep_status skep_run_value_inline(const struct skep_value *value, struct skep_result_value *result,
                                  struct skep_error *err)
{
    char shape[128];

    switch (value->kind) {
    case SKEP_VALUE_NULL:
        result->kind = SKEP_RESULT_NULL;
        break;
    case SKEP_VALUE_BOOL:
        result->kind = SKEP_RESULT_BOOL;
        result->boolean = value->boolean;
        break;
    case SKEP_VALUE_I64:
        result->kind = SKEP_RESULT_I64;
        result->i64 = value->i64;
        break;
    case SKEP_VALUE_U64:
        result->kind = SKEP_RESULT_U64;
        result->u64 = value->u64;
        break;
    case SKEP_VALUE_F64:
        result->kind = SKEP_RESULT_F64;
        result->f64 = value->f64;
        break;
    case SKEP_VALUE_JSON:
        result->kind = SKEP_RESULT_JSON;
        result->text = value->json.text;
        result->length = value->json.length;
        break;
    case SKEP_VALUE_ARRAY:
        if (!value_fits_inline(&value->array)) {
            return skep_error_set(
                err, SKEP_E_BAD_ARGS,
                "the value is %s of shape %s, too large for a result (%d elements): give the task an "
                "\"out\": \"NAME.npy\"",
                skep_dtype_name(value->array.dtype),
                skep_shape_format(value->array.ndim, value->array.shape, shape, sizeof shape),
                VALUE_INLINE_MAX_COUNT);
        }
        result->kind = SKEP_RESULT_ARRAY;
        result->view = value->array;
        break;
    }
    return SKEP_OK;
}
