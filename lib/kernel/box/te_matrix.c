/* SPDX-License-Identifier: MIT */
/* Transfer entropy between all columns of an array: entry [i, j] of the value is te_box from column j to
 * column i, to the bit; the diagonal is 0.
 *
 * What pairs share is computed once: a column is sorted once, its neighbourhoods become intervals of ranks
 * once, and for each target x the neighbours in x[k] and in (x[k], x[k+1]) are counted, and their logarithms
 * summed, once. That leaves, for each pair, the counts with the source in them. Sums of logarithms are exact
 * (mean_log.h), so it makes no difference in which parts they are summed.
 *
 * Shapes: s (n, m), n >= 2; value (m, m). NaN, ties and accuracy: as for te_box. */
#include "kernel/kernel.h"

#include <inttypes.h>

#include "kernel/box/column.h"
#include "kernel/box/mean_log.h"
#include "kernel/box/points.h"

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

/* The axes that a column gives as a target, and the first of them as a source; plain, or prepared. */
struct column {
    struct skep_box_axis past, next;
    struct skep_box_series series;
};

struct matrix {
    struct skep_box_options options;
    int64_t m;
    int64_t n; /* points: one less than samples */
    int64_t gap;
    struct column *columns;
    struct skep_box_counts counts;
    struct skep_log_bins bins;
    struct skep_box_work work;
    double *value;
};

/* ---- columns ---- */

static skep_status column_open(struct skep_call *call, const struct matrix *matrix, int64_t index,
                               struct column *column, struct skep_error *err)
{
    const struct skep_view *view = &call->args[ARG_S].view;
    const double *values;
    skep_status st =
        skep_box_column(call, view, index * view->strides[1], view->strides[0], matrix->n + 1, &values, err);

    if (st == SKEP_OK) {
        st = skep_box_axis_measure(call, values, matrix->n, &matrix->options, &column->past);
    }
    if (st == SKEP_OK) {
        st = skep_box_axis_measure(call, values + 1, matrix->n, &matrix->options, &column->next);
    }
    if (st == SKEP_OK && matrix->options.is_next_as_past) {
        column->next.radius = column->past.radius;
    }
    return st;
}

static skep_status column_prepare(struct skep_call *call, struct matrix *matrix, struct column *column,
                                  struct skep_error *err)
{
    const struct column plain = *column;
    skep_status st =
        skep_box_series_init(call, &matrix->work, plain.past.values, matrix->n + 1, &column->series, err);

    if (st == SKEP_OK) {
        st = skep_box_axis_init(call, &column->series, 0, matrix->n, plain.past.radius,
                                plain.past.is_inclusive, &column->past, err);
    }
    if (st == SKEP_OK && skep_box_has_same_width(&plain.next, &plain.past)) {
        skep_box_axis_shift(&column->past, 1, &column->next);
    } else if (st == SKEP_OK) {
        st = skep_box_axis_init(call, &column->series, 1, matrix->n, plain.next.radius,
                                plain.next.is_inclusive, &column->next, err);
    }
    return st;
}

static skep_status matrix_open(struct skep_call *call, bool is_reference, struct matrix *matrix,
                               struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_view *s = &call->args[ARG_S].view;
    const int64_t shape[2] = {s->shape[1], s->shape[1]};
    void *columns, *value;
    skep_status st;

    if (s->shape[0] < 2) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "s needs 2 rows at least, it has %" PRId64, s->shape[0]);
    }
    *matrix = (struct matrix){.options = skep_box_options_read(call->args + ARG_OPTIONS, true),
                              .m = s->shape[1],
                              .n = s->shape[0] - 1};
    matrix->gap = matrix->options.exclude < matrix->n ? matrix->options.exclude : matrix->n;
    st = skep_call_output(call, SKEP_F8, 2, shape, &value, value_out, err);
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, matrix->m, sizeof *matrix->columns, &columns, err);
    }
    if (st == SKEP_OK) {
        matrix->value = value;
        matrix->columns = columns;
        st = skep_box_counts_init(call, 3, matrix->n, &matrix->counts, err);
    }
    if (st == SKEP_OK) {
        st = skep_log_bins_init(call, matrix->n, !is_reference, &matrix->bins, err);
    }
    for (int64_t i = 0; st == SKEP_OK && i < matrix->m; i++) {
        st = column_open(call, matrix, i, &matrix->columns[i], err);
    }
    return st;
}

/* ---- the plain way: each pair by itself ---- */

static skep_status plain_entry(struct skep_call *call, struct matrix *matrix, int64_t i, int64_t j,
                               double *entry)
{
    const struct skep_box_points points = {
        .axes = {matrix->columns[i].past, matrix->columns[j].past, matrix->columns[i].next},
        .n_axes = 3,
        .n = matrix->n,
        .gap = matrix->gap,
    };
    const struct skep_log_fractions fractions = {.joint = matrix->counts.joint,
                                                 .given = matrix->counts.given,
                                                 .left = matrix->counts.left,
                                                 .right = matrix->counts.right,
                                                 .n = matrix->n};
    skep_log_wide sum = 0;
    skep_status st = skep_box_points_count_plain(call, &points, &matrix->counts);

    if (st == SKEP_OK) {
        st = skep_log_sum(call, &matrix->bins, &fractions, &sum, NULL);
    }
    *entry = skep_log_mean(sum, matrix->n, matrix->options.is_base_2);
    return st;
}

static skep_status te_matrix_plain(struct skep_call *call, struct skep_value *value_out,
                                   struct skep_error *err)
{
    struct matrix matrix;
    skep_status st = matrix_open(call, true, &matrix, value_out, err);

    for (int64_t i = 0; st == SKEP_OK && i < matrix.m; i++) {
        for (int64_t j = 0; st == SKEP_OK && j < matrix.m; j++) {
            double *entry = &matrix.value[i * matrix.m + j];

            *entry = 0.0;
            if (i != j) {
                st = plain_entry(call, &matrix, i, j, entry);
            }
        }
    }
    return st;
}

/* ---- the fast way: what pairs share is computed once ---- */

/* The counts of a target without its sources, and the sum of log(given / right) of all points. */
static skep_status count_target(struct skep_call *call, struct matrix *matrix, const struct column *target,
                                skep_log_wide *sum_out, struct skep_error *err)
{
    const struct skep_box_counts2 counts = {.a = matrix->counts.given, .ab = matrix->counts.right};
    const struct skep_log_fractions fractions = {
        .joint = matrix->counts.given, .left = matrix->counts.right, .n = matrix->n};
    skep_status st =
        skep_box_count2(call, &matrix->work, &target->past, &target->next, matrix->gap, &counts, err);

    return st == SKEP_OK ? skep_log_sum(call, &matrix->bins, &fractions, sum_out, NULL) : st;
}

/* The entry of a target, whose sum of log(given / right) is OF_TARGET, and a source. */
static skep_status count_source(struct skep_call *call, struct matrix *matrix, const struct column *target,
                                skep_log_wide of_target, const struct column *source, double *entry,
                                struct skep_error *err)
{
    const struct skep_box_counts3 counts = {.abc = matrix->counts.joint, .ab = matrix->counts.left};
    struct skep_log_fractions fractions = {
        .joint = matrix->counts.joint, .left = matrix->counts.left, .n = matrix->n};
    skep_log_wide sum = 0;
    int64_t n_zero = 0;
    skep_status st = skep_box_count3(call, &matrix->work, &target->past, &source->past, &target->next,
                                     matrix->gap, &counts, err);

    if (st == SKEP_OK) {
        st = skep_log_sum(call, &matrix->bins, &fractions, &sum, &n_zero);
        sum += of_target;
    }
    if (st == SKEP_OK && n_zero > 0) {
        /* Points that add nothing here are in the sum of the target: take the whole fractions. */
        fractions.given = matrix->counts.given;
        fractions.right = matrix->counts.right;
        st = skep_log_sum(call, &matrix->bins, &fractions, &sum, NULL);
    }
    *entry = skep_log_mean(sum, matrix->n, matrix->options.is_base_2);
    return st;
}

static skep_status te_matrix_fast(struct skep_call *call, struct skep_value *value_out,
                                  struct skep_error *err)
{
    struct matrix matrix;
    skep_log_wide of_target = 0;
    skep_status st = matrix_open(call, false, &matrix, value_out, err);

    if (st == SKEP_OK) {
        st = skep_box_work_init(call, matrix.n + 1, &matrix.work, err);
    }
    for (int64_t i = 0; st == SKEP_OK && i < matrix.m; i++) {
        st = column_prepare(call, &matrix, &matrix.columns[i], err);
    }
    for (int64_t i = 0; st == SKEP_OK && i < matrix.m; i++) {
        st = count_target(call, &matrix, &matrix.columns[i], &of_target, err);
        for (int64_t j = 0; st == SKEP_OK && j < matrix.m; j++) {
            double *entry = &matrix.value[i * matrix.m + j];

            *entry = 0.0;
            if (i != j) {
                st = count_source(call, &matrix, &matrix.columns[i], of_target, &matrix.columns[j], entry,
                                  err);
            }
        }
    }
    return st;
}

static void te_matrix_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    const struct skep_view *s = &call->args[ARG_S].view;
    const int64_t n = s->shape[0] > 1 ? s->shape[0] - 1 : 0;
    const double m = (double)s->shape[1];
    const struct skep_box_options options = skep_box_options_read(call->args + ARG_OPTIONS, true);
    const int n_widths = !options.is_normalised || options.is_next_as_past ? 1 : 2;

    cost_out->bytes = m * m * (double)sizeof(double) + m * (double)sizeof(struct column) +
                      4.0 * (double)n * (double)sizeof(uint32_t) +
                      m * skep_box_column_bytes(s->strides[0], n + 1) +
                      skep_log_bins_bytes(n, !call->is_reference);
    if (call->is_reference) {
        cost_out->seconds = m * m * skep_box_plain_seconds(3, n);
        return;
    }
    cost_out->bytes +=
        skep_box_work_bytes(n + 1) + m * (skep_box_series_bytes(n + 1) + n_widths * skep_box_axis_bytes(n));
    cost_out->seconds = m * (skep_box_count_seconds(2, n, options.exclude) +
                             m * (0.6 * skep_box_count_seconds(3, n, options.exclude)));
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
    .example = "{\"kernel\":\"te_matrix\",\"args\":{\"s\":[[0,1,1],[1,0,1],[0,0,0],[0,1,0],[1,1,0],[1,0,1],"
               "[0,1,1],[1,1,0]],\"r\":0.5}}",
    .run = te_matrix_fast,
    .reference = te_matrix_plain,
    .cost = te_matrix_cost,
};
