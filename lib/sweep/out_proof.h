/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_OUT_PROOF_H
#define SKEP_SWEEP_OUT_PROOF_H

#include <stdint.h>

#include "base/error.h"
#include "sweep/affine.h"
#include "sweep/sweep.h"

/* The proof that the slices of an output are inside and disjoint. In two steps, for the shape may follow from
 * the first:
 *
 *     skep_out_proof_init     most[] is there
 *     skep_out_proof_check    by the strides of the axes, which follow from the shape */
enum { SKEP_OUT_MAX_DIGITS = 2 * SKEP_SWEEP_MAX_FACTORS + 1 };

struct skep_out_digit {
    const char *name;
    const struct skep_factor *factor; /* NULL: the index */
    int64_t lo, hi;                   /* its values, both included */
    int64_t by[SKEP_MAX_DIMS];        /* of each axis */
    int64_t stride;                   /* of slices */
};

struct skep_out_proof {
    const struct skep_sweep *sweep;
    const struct skep_sweep_out *out;
    struct skep_affine at[SKEP_MAX_DIMS];
    int64_t constant[SKEP_MAX_DIMS]; /* with what factors of one point add */
    struct skep_out_digit digits[SKEP_OUT_MAX_DIGITS];
    int n_digits;
    int64_t most[SKEP_MAX_DIMS]; /* the largest place along each axis */
    int64_t room[SKEP_MAX_DIMS]; /* the largest that a shape should hold: pairs i < j make a square, too */
};

/* Read the index expressions of OUT and find the largest place along each axis. PROOF borrows both.
 *
 *   SKEP_E_BAD_ARGS   an expression that is none, a place below 0 or beyond 2^63 */
SKEP_MUST_USE skep_status skep_out_proof_init(struct skep_out_proof *proof, const struct skep_sweep *sweep,
                                              const struct skep_sweep_out *out, struct skep_error *err);

/* AXIS_STRIDES: slices from a place to the next, of a shape that holds all places. Sets the strides of the
 * digits.
 *
 *   SKEP_E_BAD_ARGS   two tasks might write the same slice; ERR has advice */
SKEP_MUST_USE skep_status skep_out_proof_check(struct skep_out_proof *proof, const int64_t *axis_strides,
                                               struct skep_error *err);

/* The first digit of FACTOR, NULL: of the index; NULL where there is none. */
const struct skep_out_digit *skep_out_proof_find(const struct skep_out_proof *proof,
                                                 const struct skep_factor *factor);

/* Sum of products modulo 2^64: what a coefficient adds that is multiplied by 0 in the end may be anything. */
int64_t skep_out_dot(int n, const int64_t *a, const int64_t *b);

#endif
