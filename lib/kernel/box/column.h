/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_COLUMN_H
#define SKEP_KERNEL_BOX_COLUMN_H

#include "kernel/kernel.h"

/* The N elements of an f8 view from element FIRST on, STRIDE apart, without gaps: the view's own memory where
 * it has none, else a copy in the call's arena.
 *
 *   SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_box_column(struct skep_call *call, const struct skep_view *view, int64_t first,
                                          int64_t stride, int64_t n, const double **values_out,
                                          struct skep_error *err);
double skep_box_column_bytes(int64_t stride, int64_t n); /* what that takes from the arena */

/* The standard deviation of N values, n-1 in the denominator: 0 for fewer than two, NaN if there is a NaN or
 * an infinity.
 *
 *   SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_box_deviation(const struct skep_call *call, const double *values, int64_t n,
                                             double *deviation_out);

#endif
