/* SPDX-License-Identifier: MIT */
/* The neighbour counts of mutual information. Shapes: record (n, 2), value (n, 3). n = 0 gives shape (0, 3).
 * NaN: a difference that is NaN (of NaN, or of equal infinities) is no neighbour. Ties at distance r are
 * none. */
#include "kernel/box/record.h"

static const struct skep_arg_spec mi_box_counts_args[] = {
    {.name = "record",
     .kind = SKEP_ARG_ARRAY,
     .is_required = true,
     .dtype = SKEP_F8,
     .min_ndim = 2,
     .max_ndim = 2,
     .shape = {0, 2},
     .shape_text = "[n,2]",
     .help = "Rows (x[i], y[i]) of two series."},
    SKEP_BOX_ARG_RADIUS,
    SKEP_BOX_ARG_EXCLUDE("0",
                         "Rows this far apart or less are not compared; 0 compares a row with all others."),
    {0},
};

static const struct skep_box_layout mi_layout = {
    .n_axes = 2, .axis_of_column = {SKEP_BOX_X, SKEP_BOX_Y}, .least_gap = 1};

static skep_status mi_box_counts_fast(struct skep_call *call, struct skep_value *value_out,
                                      struct skep_error *err)
{
    return skep_box_record_count(call, &mi_layout, false, value_out, err);
}

static skep_status mi_box_counts_plain(struct skep_call *call, struct skep_value *value_out,
                                       struct skep_error *err)
{
    return skep_box_record_count(call, &mi_layout, true, value_out, err);
}

static void mi_box_counts_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    skep_box_record_cost(call, &mi_layout, cost_out);
}

static skep_status mi_box_counts_value(const struct skep_call *call, struct skep_view *value_out)
{
    return skep_box_record_value(call, &mi_layout, value_out);
}

static const char *const mi_box_counts_description[] = {
    "For each row i, over the rows j with |j - i| > exclude, how many lie strictly closer than r: in both "
    "columns; in x; in y. These are the counts of the box-kernel estimate of mutual information (mi_box).",
    SKEP_BOX_CLOSER_TEXT,
    "No rows give shape (0, 3).",
    NULL,
};

const struct skep_kernel skep_kernel_mi_box_counts = {
    .name = "mi_box_counts",
    .version = 1,
    .summary = "Neighbour counts of the box kernel for mutual information",
    .description = mi_box_counts_description,
    .args = mi_box_counts_args,
    .value_text = "i8[n,3]: neighbours in (x[i], y[i]), in x[i], in y[i]",
    .performance = "As mi_box: 4 ms for 50,000 rows on one core of an Intel Xeon (Sapphire Rapids class, "
                   "AVX-512). Memory: about 130 "
                   "bytes a row.",
    .example =
        "{\"kernel\":\"mi_box_counts\",\"args\":{\"record\":[[0.1,1.0],[0.2,1.1],[0.9,1.3]],\"r\":0.25}}",
    .run = mi_box_counts_fast,
    .reference = mi_box_counts_plain,
    .cost = mi_box_counts_cost,
    .value = mi_box_counts_value,
};
