/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_COMPARE_H
#define SKEP_SWEEP_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

/* Two arrays, element by element. NaN is equal to NaN, -0 to 0; dtypes may differ, values count: integers are
 * compared exactly, also with reals. */
struct skep_comparison {
    bool has_same_shape; /* if not, nothing below is set */
    int64_t n;           /* elements */
    int64_t n_different;
    int64_t first; /* the first that differs, counted in C order; -1: none */
    int64_t first_at[SKEP_MAX_DIMS];
    double first_a, first_b;
    double max_abs; /* of |a - b|; infinite where one is NaN or infinite and the other is not */
    double max_rel; /* of |a - b| / max(|a|, |b|), likewise */
};

void skep_compare(const struct skep_view *a, const struct skep_view *b, struct skep_comparison *out);

#endif
