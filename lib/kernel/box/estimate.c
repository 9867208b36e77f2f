/* SPDX-License-Identifier: MIT */
#include "kernel/box/estimate.h"

#include "kernel/box/mean_log.h"

enum { PAIRS_POLL_EVERY = 1 << 16 /* points */ };

/* How many points make a pair with each of N points: those at least GAP away on the left, and on the right.
 * GAP is at most N. */
static skep_status count_pairs(const struct skep_call *call, int64_t n, int64_t gap, uint32_t *pairs)
{
    int64_t twice = gap == 0 ? 1 : 0; /* the point itself is on both sides */

    for (int64_t i = 0; i < n; i++) {
        int64_t left = i >= gap ? i - gap + 1 : 0;
        int64_t right = n - i > gap ? n - i - gap : 0;

        if (i % PAIRS_POLL_EVERY == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        pairs[i] = (uint32_t)(left + right - twice);
    }
    return SKEP_OK;
}

skep_status skep_box_estimate(struct skep_call *call, const struct skep_box_points *points, bool is_reference,
                              bool is_base_2, struct skep_value *value_out, struct skep_error *err)
{
    struct skep_box_counts counts;
    struct skep_log_bins bins;
    struct skep_log_fractions fractions;
    skep_log_wide sum;
    void *pairs = NULL;
    skep_status st = skep_box_counts_init(call, points->n_axes, points->n, &counts, err);

    if (st == SKEP_OK && counts.given == NULL) {
        st = skep_call_scratch(call, points->n, sizeof(uint32_t), &pairs, err);
    }
    if (st == SKEP_OK) {
        st = skep_log_bins_init(call, points->n, false, &bins, err);
    }
    if (st == SKEP_OK) {
        st = skep_box_points_count(call, points, is_reference, &counts, err);
    }
    if (st == SKEP_OK && pairs != NULL) {
        counts.given = pairs;
        st = count_pairs(call, points->n, points->gap, counts.given);
    }
    if (st != SKEP_OK) {
        return st;
    }
    fractions = (struct skep_log_fractions){.joint = counts.joint,
                                            .given = counts.given,
                                            .left = counts.left,
                                            .right = counts.right,
                                            .n = points->n};
    st = skep_log_sum(call, &bins, &fractions, &sum, NULL);
    if (st == SKEP_OK) {
        *value_out =
            (struct skep_value){.kind = SKEP_VALUE_F64, .f64 = skep_log_mean(sum, points->n, is_base_2)};
    }
    return st;
}

struct skep_cost skep_box_estimate_cost(const struct skep_box_shape *shape)
{
    struct skep_cost cost = skep_box_points_cost(shape);

    cost.bytes += skep_log_bins_bytes(shape->n, false);
    if (shape->n_axes == 2) {
        cost.bytes += (double)shape->n * (double)sizeof(uint32_t);
    }
    cost.seconds += 5e-9 * (double)shape->n;
    return cost;
}
