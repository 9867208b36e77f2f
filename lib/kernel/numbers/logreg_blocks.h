/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_NUMBERS_LOGREG_BLOCKS_H
#define SKEP_KERNEL_NUMBERS_LOGREG_BLOCKS_H

#include <stdint.h>

#include "kernel/kernel.h"
#include "kernel/math/vmath.h"
#include "kernel/numbers/logreg_steps.h"

/* A regression whose rows are gone through in blocks that stay in the first-level cache. */
struct skep_logreg {
    const struct skep_call *call;
    const struct skep_logreg_steps *steps;
    skep_map_f8 exp;
    const struct skep_view *x, *y;
    int64_t n, d, padded; /* d rounded up to whole groups */
    int64_t block_rows;
    double rate;
    double *w;          /* padded with zeros */
    double *sum, *lost; /* of the gradient: compensated */
    double *part;       /* of the gradient: one block */
    double *packed;     /* a block of rows */
    double *z, *slope;  /* of a block */
    double *classes;    /* of a block: a copy */
};

/* Room for the scratch of views of these shapes, in doubles. */
int64_t skep_logreg_doubles(const struct skep_view *x);

/* A regression of X, Y and the weights W, with memory of CALL's arena. The shapes fit each other. */
SKEP_MUST_USE skep_status skep_logreg_init(struct skep_call *call, struct skep_logreg *l,
                                           const struct skep_view *x, const struct skep_view *y,
                                           const struct skep_view *w, double rate, struct skep_error *err);

/* One step: L->w is the new weights. SKEP_STOPPED when stop was set, which is looked at once a block. */
SKEP_MUST_USE skep_status skep_logreg_step(struct skep_logreg *l);

#endif
