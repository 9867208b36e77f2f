/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_RECORD_H
#define SKEP_KERNEL_BOX_RECORD_H

#include "kernel/box/points.h"

/* The kernels whose value are the counts themselves: the argument record has a column for each axis. */

/* What is in column k of the record, and of the value, as the two kernels have them. */
struct skep_box_layout {
    int n_axes;
    int axis_of_column[SKEP_BOX_MAX_AXES];
    int64_t least_gap; /* the gap for exclude = 0 */
};

/* The value i8[n, n_axes + 1] of a call with the arguments record and, from OPTIONS on, r and exclude: for
 * each row joint, given (three axes), left, right.
 *
 *   SKEP_E_BAD_ARGS, SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_box_record_count(struct skep_call *call, const struct skep_box_layout *layout,
                                                bool is_reference, struct skep_value *value_out,
                                                struct skep_error *err);

void skep_box_record_cost(const struct skep_call *call, const struct skep_box_layout *layout,
                          struct skep_cost *cost_out);
skep_status skep_box_record_value(const struct skep_call *call, const struct skep_box_layout *layout,
                                  struct skep_view *value_out);

#endif
