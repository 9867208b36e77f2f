/* SPDX-License-Identifier: MIT */
#include "kernel/box/te_columns.h"

#include <assert.h>

#include "kernel/box/column.h"
#include "kernel/box/te_pairs.h"

static skep_status column_open(struct skep_call *call, const struct skep_view *s,
                               const struct skep_box_options *options, int64_t index,
                               struct skep_te_column *column, struct skep_error *err)
{
    const int64_t n = s->shape[0] - 1;
    const double *values;
    skep_status st = skep_box_column(call, s, index * s->strides[1], s->strides[0], n + 1, &values, err);

    if (st == SKEP_OK) {
        st = skep_box_axis_measure(call, values, n, options, &column->past);
    }
    if (st == SKEP_OK) {
        st = skep_box_axis_measure(call, values + 1, n, options, &column->next);
    }
    if (st == SKEP_OK && options->is_next_as_past) {
        column->next.radius = column->past.radius;
    }
    return st;
}

static skep_status columns_open(struct skep_call *call, const struct skep_view *s,
                                const struct skep_box_options *options, struct skep_te_pairs *pairs,
                                struct skep_error *err)
{
    const int64_t n = s->shape[0] - 1, m = s->shape[1];
    void *columns = NULL;
    skep_status st;

    *pairs = (struct skep_te_pairs){
        .m = m, .n = n, .gap = options->exclude < n ? options->exclude : n, .is_base_2 = options->is_base_2};
    st = skep_call_scratch(call, m, sizeof *pairs->columns, &columns, err);
    if (st == SKEP_OK) {
        st = skep_box_counts_init(call, 3, n, &pairs->counts, err);
    }
    if (st == SKEP_OK) {
        st = skep_log_bins_init(call, n, !call->is_reference, &pairs->bins, err);
    }
    pairs->columns = columns;
    for (int64_t i = 0; st == SKEP_OK && i < m; i++) {
        st = column_open(call, s, options, i, &pairs->columns[i], err);
    }
    return st;
}

static skep_status plain_entry(struct skep_call *call, struct skep_te_pairs *pairs, int64_t i, int64_t j)
{
    const struct skep_box_points points = {
        .axes = {pairs->columns[i].past, pairs->columns[j].past, pairs->columns[i].next},
        .n_axes = 3,
        .n = pairs->n,
        .gap = pairs->gap,
    };
    const struct skep_log_fractions fractions = {.joint = pairs->counts.joint,
                                                 .given = pairs->counts.given,
                                                 .left = pairs->counts.left,
                                                 .right = pairs->counts.right,
                                                 .n = pairs->n};
    skep_log_wide sum = 0;
    skep_status st = skep_box_points_count_plain(call, &points, &pairs->counts);

    if (st == SKEP_OK) {
        st = skep_log_sum(call, &pairs->bins, &fractions, &sum, NULL);
    }
    pairs->value[i * pairs->m + j] = skep_log_mean(sum, pairs->n, pairs->is_base_2);
    return st;
}

static skep_status plain_entries(struct skep_call *call, struct skep_te_pairs *pairs)
{
    skep_status st = SKEP_OK;

    for (int64_t i = 0; st == SKEP_OK && i < pairs->m; i++) {
        pairs->value[i * pairs->m + i] = 0.0;
        for (int64_t j = 0; st == SKEP_OK && j < pairs->m; j++) {
            st = i != j ? plain_entry(call, pairs, i, j) : SKEP_OK;
        }
    }
    return st;
}

skep_status skep_te_columns_compute(struct skep_call *call, const struct skep_view *s,
                                    const struct skep_box_options *options, double *matrix,
                                    struct skep_error *err)
{
    struct skep_te_pairs pairs;
    skep_status st;

    assert(s->shape[0] >= 2);
    st = columns_open(call, s, options, &pairs, err);
    pairs.value = matrix;
    if (st != SKEP_OK) {
        return st;
    }
    return call->is_reference ? plain_entries(call, &pairs) : skep_te_pairs_compute(call, &pairs, err);
}

struct skep_cost skep_te_columns_cost(const struct skep_view *s, const struct skep_box_options *options,
                                      bool is_reference)
{
    const int64_t n = s->shape[0] > 1 ? s->shape[0] - 1 : 0;
    const double m = (double)s->shape[1];
    const bool is_one_width = !options->is_normalised || options->is_next_as_past;
    struct skep_cost cost = {.seconds = m * m * skep_box_plain_seconds(3, n)};

    if (!is_reference) {
        cost = skep_te_pairs_cost(n, s->shape[1], options->exclude, is_one_width);
    }
    cost.bytes += m * (double)sizeof(struct skep_te_column) + 4.0 * (double)n * (double)sizeof(uint32_t) +
                  m * skep_box_column_bytes(s->strides[0], n + 1) + skep_log_bins_bytes(n, !is_reference);
    return cost;
}
