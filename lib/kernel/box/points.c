/* SPDX-License-Identifier: MIT */
#include "kernel/box/points.h"

#include <inttypes.h>
#include <math.h>

#include "kernel/box/column.h"

skep_status skep_box_axis_measure(const struct skep_call *call, const double *values, int64_t n,
                                  const struct skep_box_options *options, struct skep_box_axis *axis_out)
{
    double deviation = 1.0;

    if (options->is_normalised) {
        skep_status st = skep_box_deviation(call, values, n, &deviation);
        if (st != SKEP_OK) {
            return st;
        }
    }
    *axis_out = (struct skep_box_axis){
        .values = values,
        .n = n,
        .radius = options->r * deviation,
        .is_inclusive = options->is_inclusive,
    };
    return SKEP_OK;
}

bool skep_box_has_same_width(const struct skep_box_axis *a, const struct skep_box_axis *b)
{
    return a->radius == b->radius || (isnan(a->radius) && isnan(b->radius));
}

/* ---- counting ---- */

skep_status skep_box_counts_init(struct skep_call *call, int n_axes, int64_t n,
                                 struct skep_box_counts *counts, struct skep_error *err)
{
    void *room;
    uint32_t *all;
    skep_status st;

    if (n >= UINT32_MAX) { /* a series has a value more than points */
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "%" PRId64 " points are too many: 2^32 - 2 can be counted", n);
    }
    st = skep_call_scratch(call, n, (size_t)(n_axes + 1) * sizeof *all, &room, err);
    if (st == SKEP_OK) {
        all = room;
        *counts = (struct skep_box_counts){.joint = all, .left = all + n, .right = all + 2 * n};
        counts->given = n_axes == 3 ? all + 3 * n : NULL;
    }
    return st;
}

static struct skep_box_counts2 as_counts2(const struct skep_box_counts *counts)
{
    return (struct skep_box_counts2){.ab = counts->joint, .a = counts->left, .b = counts->right};
}

static struct skep_box_counts3 as_counts3(const struct skep_box_counts *counts)
{
    return (struct skep_box_counts3){
        .abc = counts->joint, .ab = counts->left, .ac = counts->right, .a = counts->given};
}

skep_status skep_box_points_count_plain(const struct skep_call *call, const struct skep_box_points *points,
                                        const struct skep_box_counts *counts)
{
    const struct skep_box_axis *axes = points->axes;
    const struct skep_box_counts2 counts2 = as_counts2(counts);
    const struct skep_box_counts3 counts3 = as_counts3(counts);

    return points->n_axes == 2 ? skep_box_plain2(call, &axes[0], &axes[1], points->gap, &counts2)
                               : skep_box_plain3(call, &axes[0], &axes[1], &axes[2], points->gap, &counts3);
}

/* Whether past and next are the same values one step apart, so that they need be sorted only once. */
static bool is_one_series(const struct skep_box_points *points)
{
    return points->n_axes == 3 && points->n > 0 &&
           points->axes[SKEP_BOX_NEXT].values == points->axes[SKEP_BOX_PAST].values + 1;
}

/* The prepared axes of POINTS. */
static skep_status prepare(struct skep_call *call, const struct skep_box_points *points,
                           struct skep_box_work *work, struct skep_box_series *series,
                           struct skep_box_axis *axes, struct skep_error *err)
{
    bool is_one = is_one_series(points);
    skep_status st = SKEP_OK;

    for (int k = 0; st == SKEP_OK && k < points->n_axes; k++) {
        const struct skep_box_axis *axis = &points->axes[k];
        int64_t first = 0;

        if (k == SKEP_BOX_NEXT && is_one && skep_box_has_same_width(axis, &axes[SKEP_BOX_PAST])) {
            skep_box_axis_shift(&axes[SKEP_BOX_PAST], 1, &axes[k]);
            continue;
        }

        if (k == SKEP_BOX_NEXT && is_one) {
            series[k] = series[SKEP_BOX_PAST];
            first = 1;
        } else {
            int64_t n = points->n + (k == SKEP_BOX_PAST && is_one ? 1 : 0);
            st = skep_box_series_init(call, work, axis->values, n, &series[k], err);
        }
        if (st == SKEP_OK) {
            st = skep_box_axis_init(call, &series[k], first, points->n, axis->radius, axis->is_inclusive,
                                    &axes[k], err);
        }
    }
    return st;
}

static skep_status count_fast(struct skep_call *call, const struct skep_box_points *points,
                              const struct skep_box_counts *counts, struct skep_error *err)
{
    const struct skep_box_counts2 counts2 = as_counts2(counts);
    const struct skep_box_counts3 counts3 = as_counts3(counts);
    struct skep_box_series series[SKEP_BOX_MAX_AXES];
    struct skep_box_axis axes[SKEP_BOX_MAX_AXES];
    struct skep_box_work work;
    skep_status st = skep_box_work_init(call, points->n + (is_one_series(points) ? 1 : 0), &work, err);

    if (st == SKEP_OK) {
        st = prepare(call, points, &work, series, axes, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    return points->n_axes == 2
               ? skep_box_count2(call, &work, &axes[0], &axes[1], points->gap, &counts2, err)
               : skep_box_count3(call, &work, &axes[0], &axes[1], &axes[2], points->gap, &counts3, err);
}

skep_status skep_box_points_count(struct skep_call *call, const struct skep_box_points *points,
                                  bool is_reference, const struct skep_box_counts *counts,
                                  struct skep_error *err)
{
    return is_reference ? skep_box_points_count_plain(call, points, counts)
                        : count_fast(call, points, counts, err);
}

struct skep_cost skep_box_points_cost(const struct skep_box_shape *shape)
{
    const int64_t n = shape->n;
    const int n_widths = shape->n_axes - (shape->is_one_width ? 1 : 0);
    struct skep_cost cost = {.bytes = (shape->n_axes + 1.0) * (double)n * (double)sizeof(uint32_t)};

    if (shape->is_reference) {
        cost.seconds = skep_box_plain_seconds(shape->n_axes, n);
        return cost;
    }
    cost.bytes += n_widths * skep_box_axis_bytes(n);
    if (shape->is_one_series) {
        cost.bytes += skep_box_work_bytes(n + 1) + skep_box_series_bytes(n + 1) + skep_box_series_bytes(n);
    } else {
        cost.bytes += skep_box_work_bytes(n) + shape->n_axes * skep_box_series_bytes(n);
    }
    cost.seconds = skep_box_count_seconds(shape->n_axes, n, shape->gap);
    return cost;
}
