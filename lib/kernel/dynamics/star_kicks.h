/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_STAR_KICKS_H
#define SKEP_KERNEL_DYNAMICS_STAR_KICKS_H

#include "kernel/dynamics/star.h"
#include "kernel/math/philox.h"

/* The noise of a series: what is added to a star after each step, one step after the other. */
enum { SKEP_STAR_NORMALS = 128 }; /* drawn ahead: many at once are quicker */
struct skep_star_kicks {
    const struct skep_star_series *series;
    struct skep_philox philox;
    int64_t step;
    int next; /* of the normals; all are used up: SKEP_STAR_NORMALS */
    double normals[SKEP_STAR_NORMALS];
};

static inline bool skep_star_has_kicks(const struct skep_star_series *series)
{
    return series->noise != NULL || series->kick != 0.0;
}

void skep_star_kicks_init(struct skep_star_kicks *kicks, const struct skep_star_series *series);

/* The increments after the next step, the hub's and then the leaves', for a series that has kicks. */
void skep_star_kicks_next(struct skep_star_kicks *kicks, double *out);

#endif
