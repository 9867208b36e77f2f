/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_TE_COLUMNS_H
#define SKEP_KERNEL_BOX_TE_COLUMNS_H

#include "kernel/box/options.h"

/* Transfer entropy between all columns of S, an f8 view of n >= 2 rows and m columns: from column j to column
 * i at MATRIX[i m + j], to the bit what te_box gives; 0 on the diagonal. The reference computes each pair by
 * itself; else te_pairs.h shares between them what it can.
 *
 *   SKEP_E_BAD_ARGS  too many rows
 *   SKEP_E_NOMEM, SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_te_columns_compute(struct skep_call *call, const struct skep_view *s,
                                                  const struct skep_box_options *options, double *matrix,
                                                  struct skep_error *err);

/* What that takes; of S only shape and strides are looked at. */
struct skep_cost skep_te_columns_cost(const struct skep_view *s, const struct skep_box_options *options,
                                      bool is_reference);

#endif
