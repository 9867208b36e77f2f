/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_GRID_H
#define SKEP_SWEEP_GRID_H

#include <stdint.h>

#include "base/error.h"
#include "base/view.h"
#include "sweep/axes.h"
#include "sweep/sweep.h"

/* The values that one variable goes through: a list, np.linspace, an array. */

/* The kind of the values of a grid of texts, numbers or booleans; of an ARRAY by its view.
 *
 *   SKEP_E_BAD_ARGS   a list of things of several kinds, or that have no business there */
SKEP_MUST_USE skep_status skep_grid_kind(const struct skep_grid *grid, const struct skep_view *view,
                                         enum skep_value_of *kind_out, struct skep_error *err);

/* Value and place of AT, whose kind is that of the grid, at PLACE in [0, n). VIEW: of an ARRAY. */
void skep_grid_set(const struct skep_grid *grid, const struct skep_view *view, int64_t place,
                   struct skep_coordinate *at);

#endif
