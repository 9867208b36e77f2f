/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_FACTOR_ROWS_H
#define SKEP_SWEEP_FACTOR_ROWS_H

#include "sweep/factor.h"

/* The rows of factor.c's table, each in the file of its kind. */
extern const struct skep_factor_row skep_factor_grid, skep_factor_zip, skep_factor_lines; /* factor_grid.c */
extern const struct skep_factor_row skep_factor_ranges, skep_factor_split;                /* factor_parts.c */
extern const struct skep_factor_row skep_factor_pairs, skep_factor_axis,
    skep_factor_times;                                  /* factor_whole.c */
extern const struct skep_factor_row skep_factor_random; /* factor_random.c */

#endif
