/* SPDX-License-Identifier: MIT */
/* Transfer entropy between all columns of an array: entry [i, j] of the value is te_box from column j to
 * column i, to the bit; the diagonal is 0.
 *
 * The reference computes each pair by itself; te_pairs.c shares between them what it can.
 *
 * Shapes: s (n, m), n >= 2; value (m, m). NaN, ties and accuracy: as for te_box. */
#include "kernel/kernel.h"

#include <inttypes.h>

#include "kernel/box/column.h"
#include "kernel/box/te_pairs.h"

enum { ARG_S, ARG_OPTIONS };

static const struct skep_arg_spec te_matrix_args[] = {
    {.name = "s",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .dtype = SKEP_F8,
     .min_ndim = 2,
     .max_ndim = 2,
     .shape_text = "[n,m]",
     .help = "The series, one in each column."},
    SKEP_BOX_ARG_R,
    SKEP_BOX_ARG_EXCLUDE("Points less than this far apart in time are no neighbours (Theiler's window); 0 "
                         "counts a point as its own neighbour, 1 does not."),
    SKEP_BOX_ARGS_OF_ESTIMATE,
    SKEP_BOX_ARG_NEXT_WIDTH,
    {0},
};

static skep_status column_open(struct skep_call *call, const struct skep_box_options *options, int64_t index,
                               struct skep_te_column *column, struct skep_error *err)
{
    const struct skep_view *view = &call->args[ARG_S].view;
    const int64_t n = view->shape[0] - 1;
    const double *values;
    skep_status st =
        skep_box_column(call, view, index * view->strides[1], view->strides[0], n + 1, &values, err);

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

static skep_status te_matrix_open(struct skep_call *call, bool is_reference, struct skep_te_pairs *pairs,
                                  struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_box_options options = skep_box_options_read(call->args + ARG_OPTIONS, true);
    const struct skep_view *s = &call->args[ARG_S].view;
    const int64_t n = s->shape[0] - 1, m = s->shape[1];
    const int64_t shape[2] = {m, m};
    void *columns = NULL, *value = NULL;
    skep_status st;

    if (n < 1) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "s needs 2 rows at least, it has %" PRId64, n + 1);
    }
    *pairs = (struct skep_te_pairs){
        .m = m, .n = n, .gap = options.exclude < n ? options.exclude : n, .is_base_2 = options.is_base_2};
    st = skep_call_output(call, SKEP_F8, 2, shape, &value, value_out, err);
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, m, sizeof *pairs->columns, &columns, err);
    }
    if (st == SKEP_OK) {
        st = skep_box_counts_init(call, 3, n, &pairs->counts, err);
    }
    if (st == SKEP_OK) {
        st = skep_log_bins_init(call, n, !is_reference, &pairs->bins, err);
    }
    pairs->value = value;
    pairs->columns = columns;
    for (int64_t i = 0; st == SKEP_OK && i < m; i++) {
        st = column_open(call, &options, i, &pairs->columns[i], err);
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

static skep_status te_matrix_plain(struct skep_call *call, struct skep_value *value_out,
                                   struct skep_error *err)
{
    struct skep_te_pairs pairs;
    skep_status st = te_matrix_open(call, true, &pairs, value_out, err);

    for (int64_t i = 0; st == SKEP_OK && i < pairs.m; i++) {
        pairs.value[i * pairs.m + i] = 0.0;
        for (int64_t j = 0; st == SKEP_OK && j < pairs.m; j++) {
            st = i != j ? plain_entry(call, &pairs, i, j) : SKEP_OK;
        }
    }
    return st;
}

static skep_status te_matrix_fast(struct skep_call *call, struct skep_value *value_out,
                                  struct skep_error *err)
{
    struct skep_te_pairs pairs;
    skep_status st = te_matrix_open(call, false, &pairs, value_out, err);

    return st == SKEP_OK ? skep_te_pairs_compute(call, &pairs, err) : st;
}

static void te_matrix_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    const struct skep_box_options options = skep_box_options_read(call->args + ARG_OPTIONS, true);
    const struct skep_view *s = &call->args[ARG_S].view;
    const int64_t n = s->shape[0] > 1 ? s->shape[0] - 1 : 0;
    const double m = (double)s->shape[1];
    const bool is_one_width = !options.is_normalised || options.is_next_as_past;

    if (call->is_reference) {
        *cost_out = (struct skep_cost){.seconds = m * m * skep_box_plain_seconds(3, n)};
    } else {
        *cost_out = skep_te_pairs_cost(n, s->shape[1], options.exclude, is_one_width);
    }
    cost_out->bytes += m * m * (double)sizeof(double) + m * (double)sizeof(struct skep_te_column) +
                       4.0 * (double)n * (double)sizeof(uint32_t) +
                       m * skep_box_column_bytes(s->strides[0], n + 1) +
                       skep_log_bins_bytes(n, !call->is_reference);
}

static skep_status te_matrix_value(const struct skep_call *call, struct skep_view *value_out)
{
    const struct skep_view *s = &call->args[ARG_S].view;
    const int64_t shape[2] = {s->shape[1], s->shape[1]};

    return skep_value_array(SKEP_F8, 2, shape, value_out);
}

static const char *const te_matrix_description[] = {
    "Entry [i, j] is te_box with x = column i and y = column j, to the bit: the transfer entropy from column "
    "j "
    "to column i. The diagonal is 0. Source, NaN, ties, the agreement with JIDT and accuracy are those of "
    "te_box.",
    "What pairs share is computed once: the ranks of each column and, for each target, the counts without "
    "the source. Fewer than two rows are refused; no columns give shape (0, 0).",
    NULL,
};

const struct skep_kernel skep_kernel_te_matrix = {
    .name = "te_matrix",
    .version = 1,
    .summary = "Transfer entropy between all columns by the box kernel",
    .description = te_matrix_description,
    .args = te_matrix_args,
    .value_text = "f8[m,m]: from column j to column i at [i, j], in nats or bits; 0 on the diagonal",
    .performance =
        "Time grows with m^2, and with n as te_box does or, while boxes hold few points, with their number. "
        "64 columns of 10,000 "
        "on one core of an Intel Xeon (Sapphire Rapids class, AVX-512): r = 0.05 0.43 s, 0.2 0.9 s, 0.5 1.6 "
        "s, which is 0.13, "
        "0.29 and 0.5 of the time of 64 * 63 calls of te_box. Memory: about 60 bytes for each number of s.",
    .example = "{\"kernel\":\"te_matrix\",\"args\":{\"s\":[[0,1,1],[1,0,1],[0,0,0],[0,1,0],[1,1,0],[1,0,1],"
               "[0,1,1],[1,1,0]],\"r\":0.5}}",
    .run = te_matrix_fast,
    .reference = te_matrix_plain,
    .cost = te_matrix_cost,
    .value = te_matrix_value,
};
