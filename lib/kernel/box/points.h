/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_POINTS_H
#define SKEP_KERNEL_BOX_POINTS_H

#include "kernel/box/count.h"
#include "kernel/box/options.h"

/* The points that a kernel counts over, and their counts. For transfer entropy from y to x the axes are
 *
 *     point k:   past = x[k],   source = y[k],   next = x[k+1]
 *
 * and for mutual information just x[k] and y[k]. */
enum { SKEP_BOX_PAST, SKEP_BOX_SOURCE, SKEP_BOX_NEXT };
enum { SKEP_BOX_X, SKEP_BOX_Y };
enum { SKEP_BOX_MAX_AXES = 3 };

struct skep_box_points {
    struct skep_box_axis axes[SKEP_BOX_MAX_AXES]; /* their plain members: values, n, radius, is_inclusive */
    int n_axes;                                   /* 2 or 3 */
    int64_t n;
    int64_t gap; /* points less than this far apart in time are no pair; 0: a point is a pair with itself */
};

/* The N values from VALUES on as an axis with the radius that OPTIONS want.
 *
 *   SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_box_axis_measure(const struct skep_call *call, const double *values, int64_t n,
                                                const struct skep_box_options *options,
                                                struct skep_box_axis *axis_out);

/* Whether two axes have the same radius, or both a NaN. */
bool skep_box_has_same_width(const struct skep_box_axis *a, const struct skep_box_axis *b);

/* The neighbours of each point. */
struct skep_box_counts {
    uint32_t *joint; /* on all axes */
    uint32_t *given; /* three axes: in past; two axes: NULL */
    uint32_t *left;  /* in past and source; in x */
    uint32_t *right; /* in past and next; in y */
};

/* Room in the call's arena. */
SKEP_MUST_USE skep_status skep_box_counts_init(struct skep_call *call, int n_axes, int64_t n,
                                               struct skep_box_counts *counts, struct skep_error *err);

/* Count, with the fast structures or by the plain double loop.
 *
 *   SKEP_E_BAD_ARGS  too many points
 *   SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_box_points_count(struct skep_call *call, const struct skep_box_points *points,
                                                bool is_reference, const struct skep_box_counts *counts,
                                                struct skep_error *err);
SKEP_MUST_USE skep_status skep_box_points_count_plain(const struct skep_call *call,
                                                      const struct skep_box_points *points,
                                                      const struct skep_box_counts *counts);

/* What the counts and their room take. */
struct skep_box_shape {
    int n_axes;
    int64_t n, gap;
    bool is_one_series; /* next is past one step later */
    bool is_one_width;  /* and has its radius */
    bool is_reference;
};
struct skep_cost skep_box_points_cost(const struct skep_box_shape *shape);

#endif
