/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_ESTIMATE_H
#define SKEP_KERNEL_BOX_ESTIMATE_H

#include "kernel/box/points.h"

/* Estimates from the counts of POINTS: transfer entropy on three axes, the mean of
 * log(c_xyz c_x / (c_xy c_xx')), and mutual information on two, the mean of log(c_xy m / (c_x c_y)) with m
 * the number of points that make a pair with the point. There is one point at least.
 *
 *   SKEP_E_BAD_ARGS  too many points
 *   SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_box_estimate(struct skep_call *call, const struct skep_box_points *points,
                                            bool is_reference, bool is_base_2, struct skep_value *value_out,
                                            struct skep_error *err);

/* What that takes. */
struct skep_cost skep_box_estimate_cost(const struct skep_box_shape *shape);

#endif
