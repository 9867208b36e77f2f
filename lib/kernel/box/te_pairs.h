/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_TE_PAIRS_H
#define SKEP_KERNEL_BOX_TE_PAIRS_H

#include "kernel/box/mean_log.h"
#include "kernel/box/points.h"
#include "kernel/box/rows.h"

/* Transfer entropy between all pairs of columns: what te_matrix computes, and how it does so fast. */

/* The axes that a column gives as a target, the first of which it gives as a source too. */
struct skep_te_column {
    struct skep_box_axis past, next; /* plain, or prepared */
    struct skep_box_series series;
};

struct skep_te_pairs {
    int64_t m;
    int64_t n; /* points: one less than samples */
    int64_t gap;
    bool is_base_2;
    struct skep_te_column *columns; /* [m] */
    struct skep_box_counts counts;
    struct skep_log_bins bins;
    double *value; /* [m][m]: from column j to column i at [i][j] */
};

/* Compute the value from plain columns, whose axes are prepared on the way.
 *
 * What pairs share is computed once: each column is sorted once and its neighbourhoods become intervals of
 * ranks once; for each target the neighbours in past and in (past, next) are counted, and their logarithms
 * summed, once. Then, where boxes hold few points, all sources of a target are counted at once (rows.h), and
 * the sum of log c_xy of a pair of columns serves both directions; else each pair is counted by itself. Sums
 * of logarithms are exact, so the parts in which they are summed make no difference.
 *
 *   SKEP_E_BAD_ARGS  too many points
 *   SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_te_pairs_compute(struct skep_call *call, struct skep_te_pairs *pairs,
                                                struct skep_error *err);

/* What that takes beside the members; IS_ONE_WIDTH: past and next have one radius. */
struct skep_cost skep_te_pairs_cost(int64_t n, int64_t m, int64_t gap, bool is_one_width);

#endif
