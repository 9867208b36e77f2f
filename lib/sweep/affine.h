/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_AFFINE_H
#define SKEP_SWEEP_AFFINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sweep/sweep.h"

/* An index expression of an output, "2*{i}+{j}-1": a number and a multiple of each variable's place. */
enum { SKEP_AFFINE_TERMS = 2 * SKEP_SWEEP_MAX_VARIABLES + 1 };

struct skep_affine {
    int64_t constant;
    int64_t
        by[SKEP_AFFINE_TERMS]; /* as in skep_point.at: variables in the order of the factors, then index */
};

/* Coefficients are below this, so that sums of products do not overflow where places are below 2^40 / it. */
#define SKEP_AFFINE_MOST (INT64_C(1) << 40)

/* Integers, {variables}, +, - and *, a product having at most one variable; blanks are fine. Variables are
 * those of the factors, with what comes behind a dot, and `index`.
 *
 *   SKEP_E_BAD_ARGS   ERR has the column, counted from 1 */
SKEP_MUST_USE skep_status skep_affine_parse(const char *text, size_t n, const struct skep_sweep *sweep,
                                            struct skep_affine *affine_out, struct skep_error *err);

/* How many entries of `by` are used: coordinates of a point. */
int skep_affine_count(const struct skep_sweep *sweep);

#endif
