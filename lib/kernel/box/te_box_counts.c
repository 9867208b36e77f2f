/* SPDX-License-Identifier: MIT */
/* The neighbour counts of the box kernel.
 *
 * Method: plain double loop over pairs of points; the fast variant does the same comparisons several at a
 * time and gives the same integers for every input. Source: T. Schreiber, "Measuring information transfer",
 * Phys. Rev. Lett. 85, 461 (2000). Shapes: record (n, 3), value (n, 4). n = 0 gives shape (0, 4). NaN: a
 * difference that is NaN (of NaN, or of equal infinities) is no neighbour. Ties at distance r are none. Cost:
 * n^2 comparisons of three columns. */
#include "kernel/kernel.h"
#include "kernel/box/te_count.h"

enum { ARG_RECORD, ARG_R, ARG_EXCLUDE };

static const struct skep_arg_spec te_box_counts_args[] = {
    {.name = "record",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .dtype = SKEP_F8,
     .min_ndim = 2,
     .max_ndim = 2,
     .shape = {0, SKEP_TE_COLUMNS},
     .shape_text = "[n,3]",
     .help = "Rows (x[i+1], x[i], y[i]) of a target x and a source y."},
    {.name = "r", .kind = SKEP_ARG_F64, .is_required = true, .help = "Radius of the box."},
    {.name = "exclude",
     .kind = SKEP_ARG_I64,
     .default_text = "0",
     .least = 0,
     .most = 0x1p63,
     .unit = "rows",
     .help = "Rows less than this far apart are not compared; 0 compares a row with itself too."},
    {0},
};

static skep_status te_box_counts_compute(struct skep_call *call, skep_te_count count,
                                         struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_view *view = &call->args[ARG_RECORD].view;
    double r = call->args[ARG_R].f64;
    struct skep_te_record record = {
        .radius = {r, r, r},
        .n = view->shape[0],
        .exclude = call->args[ARG_EXCLUDE].i64,
    };
    const int64_t shape[2] = {record.n, SKEP_TE_COUNTS};
    void *counts;
    skep_status st = SKEP_OK;

    for (int c = 0; st == SKEP_OK && c < SKEP_TE_COLUMNS; c++) {
        st = skep_te_column(call, view, c * view->strides[1], view->strides[0], record.n, &record.columns[c],
                            err);
    }
    if (st == SKEP_OK) {
        st = skep_call_output(call, SKEP_I8, 2, shape, &counts, value_out, err);
    }
    if (st == SKEP_OK) {
        st = count(call, &record, 0, record.n, counts);
    }
    return st;
}

static skep_status te_box_counts_fast(struct skep_call *call, struct skep_value *value_out,
                                      struct skep_error *err)
{
    return te_box_counts_compute(call, skep_te_count_fast, value_out, err);
}

static skep_status te_box_counts_plain(struct skep_call *call, struct skep_value *value_out,
                                       struct skep_error *err)
{
    return te_box_counts_compute(call, skep_te_count_plain, value_out, err);
}

static const char *const te_box_counts_description[] = {
    "For each row i, over the rows j with |j - i| >= exclude, how many lie strictly closer than r: in all "
    "three "
    "columns; in x[i]; in x[i] and y[i]; in x[i+1] and x[i]. These are the four counts of the box-kernel "
    "estimate of transfer entropy (T. Schreiber, Phys. Rev. Lett. 85, 461 (2000)).",
    "Closer than r is the comparison fabs(a - b) < r of doubles and nothing else: the counts are those of "
    "the "
    "plain double loop for every input. A tie at distance r is no neighbour; a difference that is NaN is "
    "none "
    "either (so a NaN, or one of two equal infinities, has no neighbours, not even itself). r <= 0 and NaN "
    "give "
    "zeros, and so does exclude >= n. No rows give shape (0, 4).",
    "The time grows with n^2.",
    NULL,
};

const struct skep_kernel skep_kernel_te_box_counts = {
    .name = "te_box_counts",
    .version = 1,
    .summary = "Neighbour counts of the box kernel for transfer entropy",
    .description = te_box_counts_description,
    .args = te_box_counts_args,
    .value_text = "i8[n,4]: neighbours in (x[i+1], x[i], y[i]), in x[i], in (x[i], y[i]), in (x[i+1], x[i])",
    .example =
        "{\"kernel\":\"te_box_counts\",\"args\":{\"record\":[[0.1,0.0,1.0],[0.2,0.1,1.1],[0.9,0.2,1.3]],"
        "\"r\":0.25}}",
    .run = te_box_counts_fast,
    .reference = te_box_counts_plain,
    .cost = skep_cost_little,
};
