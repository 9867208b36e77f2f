/* SPDX-License-Identifier: MIT */
#include "kernel/box/record.h"

#include "kernel/box/column.h"

enum { ARG_RECORD, ARG_OPTIONS };

enum { RECORD_POLL_EVERY = 1 << 16 /* rows */ };

/* The counts as rows of the value. */
static skep_status write_rows(const struct skep_call *call, const struct skep_box_counts *counts, int64_t n,
                              int64_t *rows)
{
    const bool has_given = counts->given != NULL;

    for (int64_t i = 0; i < n; i++) {
        if (i % RECORD_POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        *rows++ = counts->joint[i];
        if (has_given) {
            *rows++ = counts->given[i];
        }
        *rows++ = counts->left[i];
        *rows++ = counts->right[i];
    }
    return SKEP_OK;
}

static int64_t record_gap(const struct skep_call *call, const struct skep_box_layout *layout)
{
    int64_t n = call->args[ARG_RECORD].view.shape[0];
    int64_t exclude = call->args[ARG_OPTIONS + SKEP_BOX_EXCLUDE].i64;

    return exclude < n ? exclude + layout->least_gap : n;
}

skep_status skep_box_record_count(struct skep_call *call, const struct skep_box_layout *layout,
                                  bool is_reference, struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_view *view = &call->args[ARG_RECORD].view;
    const int64_t n = view->shape[0];
    const int64_t shape[2] = {n, layout->n_axes + 1};
    struct skep_box_points points = {.n_axes = layout->n_axes, .n = n, .gap = record_gap(call, layout)};
    struct skep_box_counts counts;
    void *rows;
    skep_status st = skep_call_output(call, SKEP_I8, 2, shape, &rows, value_out, err);

    for (int c = 0; st == SKEP_OK && c < layout->n_axes; c++) {
        struct skep_box_axis *axis = &points.axes[layout->axis_of_column[c]];

        *axis = (struct skep_box_axis){.n = n, .radius = call->args[ARG_OPTIONS + SKEP_BOX_R].f64};
        st = skep_box_column(call, view, c * view->strides[1], view->strides[0], n, &axis->values, err);
    }
    if (st == SKEP_OK) {
        st = skep_box_counts_init(call, layout->n_axes, n, &counts, err);
    }
    if (st == SKEP_OK) {
        st = skep_box_points_count(call, &points, is_reference, &counts, err);
    }
    return st == SKEP_OK ? write_rows(call, &counts, n, rows) : st;
}

void skep_box_record_cost(const struct skep_call *call, const struct skep_box_layout *layout,
                          struct skep_cost *cost_out)
{
    const struct skep_view *view = &call->args[ARG_RECORD].view;
    const int64_t n = view->shape[0];

    *cost_out = skep_box_points_cost(&(struct skep_box_shape){.n_axes = layout->n_axes,
                                                              .n = n,
                                                              .gap = record_gap(call, layout),
                                                              .is_reference = call->is_reference});
    cost_out->bytes += (layout->n_axes + 1.0) * (double)n * (double)sizeof(int64_t) +
                       layout->n_axes * skep_box_column_bytes(view->strides[0], n);
    cost_out->seconds += 2e-9 * (double)n;
}

skep_status skep_box_record_value(const struct skep_call *call, const struct skep_box_layout *layout,
                                  struct skep_view *value_out)
{
    const int64_t shape[2] = {call->args[ARG_RECORD].view.shape[0], layout->n_axes + 1};

    return skep_value_array(SKEP_I8, 2, shape, value_out);
}
