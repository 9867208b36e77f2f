/* SPDX-License-Identifier: MIT */
/* From the value of a task to the slices of the outputs. */
#include <string.h>

#include "run/plan_parts.h"
#include "run/value.h"
#include "sweep/order.h"

skep_status skep_plan_set_up_out(struct skep_plan *plan, int k, struct skep_error *err)
{
    const struct skep_sweep_out *out = &plan->sweep->outs[k];
    size_t path_n = 0;
    skep_status st = skep_out_map_init(&plan->maps[k], plan->sweep, k, err);

    if (st == SKEP_OK && out->of != NULL) {
        st = skep_ref_parse(out->of, strlen(out->of), &path_n, &plan->of[k], err);
        if (st == SKEP_OK && (path_n > 0 || plan->of[k].n == 0)) {
            st = skep_error_set(err, SKEP_E_BAD_ARGS, "\"%.80s\" is no slice of a value", out->of);
        }
        skep_error_prefix(err, "output %.100s", out->path);
    }
    return st;
}

/* SLICE, what is left of a value, must be what the slices of the output are. */
static skep_status out_check(const struct skep_sweep_out *out, const struct skep_view *slice,
                             struct skep_error *err)
{
    const int64_t *wanted = out->shape + out->n_at;
    int ndim = out->ndim - out->n_at;
    char shape[96], of_value[96];

    if (slice->ndim == ndim && memcmp(slice->shape, wanted, (size_t)ndim * sizeof *wanted) == 0 &&
        skep_dtype_fits(slice->dtype, out->dtype)) {
        return SKEP_OK;
    }
    return skep_error_set(err, SKEP_E_BAD_ARGS,
                          "output %.60s: a slice is %s of shape %s, the value%s is %s of shape %s", out->path,
                          skep_dtype_name(out->dtype), skep_shape_format(ndim, wanted, shape, sizeof shape),
                          out->of != NULL ? "'s part" : "", skep_dtype_name(slice->dtype),
                          skep_shape_format(slice->ndim, slice->shape, of_value, sizeof of_value));
}

skep_status skep_plan_slice(const struct skep_plan *plan, int k, const struct skep_value *value,
                            void *slice_out, struct skep_error *err)
{
    const struct skep_sweep_out *out = &plan->sweep->outs[k];
    struct skep_view whole, part;
    const struct skep_view *slice = &whole;
    skep_status st = SKEP_OK;

    if (!skep_run_value_view(value, &whole)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "output %.100s: the value of %s is no array and no number", out->path,
                              plan->kernel->name);
    }
    if (plan->of[k].n > 0) {
        st = skep_slice_apply(&plan->of[k], &whole, &part, err);
        skep_error_prefix(err, "output %.100s: of the value", out->path);
        slice = &part;
    }
    st = st == SKEP_OK ? out_check(out, slice, err) : st;
    if (st == SKEP_OK) {
        skep_view_convert(slice, out->dtype, slice_out);
    }
    return st;
}

int64_t skep_plan_slice_number(const struct skep_plan *plan, int k, int64_t position)
{
    return skep_out_map_at(&plan->maps[k], skep_order_index(plan->sweep, position));
}

skep_status skep_plan_result(const struct skep_plan *plan, const struct skep_value *value,
                             struct skep_result_value *result_out, struct skep_error *err)
{
    (void)plan;
    *result_out = (struct skep_result_value){.kind = SKEP_RESULT_NULL};
    return skep_run_value_inline(value, result_out, err);
}
