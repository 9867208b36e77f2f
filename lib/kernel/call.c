/* SPDX-License-Identifier: MIT */
/* What a running kernel asks of its call. */
#include "kernel/kernel.h"

#include <inttypes.h>

void skep_cost_little(const struct skep_call *call, struct skep_cost *cost_out)
{
    (void)call;
    *cost_out = (struct skep_cost){.seconds = 1e-6};
}

skep_status skep_call_check_room(const struct skep_call *call, const struct skep_kernel *kernel,
                                 struct skep_error *err)
{
    double room = (double)(call->arena->max_bytes - call->arena->used_bytes);
    struct skep_cost cost = {0};

    kernel->cost(call, &cost);
    if (cost.bytes <= room) {
        return SKEP_OK;
    }
    return skep_error_set(
        err, SKEP_E_NOMEM,
        "%s needs %.1f MiB for this task, and of the slot's memory %.1f MiB are left: raise "
        "--memory, or make the task smaller",
        kernel->name, cost.bytes / 0x1p20, room / 0x1p20);
}

skep_status skep_call_scratch(struct skep_call *call, int64_t count, size_t size, void **room_out,
                              struct skep_error *err)
{
    size_t bytes;

    *room_out = NULL;
    if (count < 0 || __builtin_mul_overflow((size_t)count, size, &bytes)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %" PRId64 " elements", count);
    }
    *room_out = skep_arena_alloc(call->arena, bytes);
    if (*room_out == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %zu bytes: %zu of %zu are in use", bytes,
                              call->arena->used_bytes, call->arena->max_bytes);
    }
    return SKEP_OK;
}

skep_status skep_call_output(struct skep_call *call, enum skep_dtype dtype, int ndim, const int64_t *shape,
                             void **data_out, struct skep_value *value_out, struct skep_error *err)
{
    int64_t count = skep_shape_count(ndim, shape);
    char text[128];
    skep_status st = SKEP_E_NOMEM;

    *data_out = NULL;
    if (count >= 0) {
        st = skep_call_scratch(call, count, skep_dtype_size(dtype), data_out, err);
    }
    if (st != SKEP_OK) {
        skep_error_set(err, st, "no memory for so many elements");
        skep_error_prefix(err, "value of shape %s", skep_shape_format(ndim, shape, text, sizeof text));
        return st;
    }
    *value_out = (struct skep_value){.kind = SKEP_VALUE_ARRAY};
    skep_view_init(&value_out->array, *data_out, dtype, ndim, shape);
    return SKEP_OK;
}
