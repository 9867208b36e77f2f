/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_DIFFUSE_H
#define SKEP_KERNEL_DYNAMICS_DIFFUSE_H

#include <stdint.h>

#include "kernel/dynamics/diffuse_steps.h"
#include "kernel/kernel.h"

/* What diffuse1d and diffuse2d share: a periodic grid, and the course of a call as passes over it, each of
 * which does several steps in time while a part of the grid is in the nearest caches. */

/* Both rows have these arguments, in this order. */
enum { SKEP_DIFFUSE_U, SKEP_DIFFUSE_D, SKEP_DIFFUSE_DT, SKEP_DIFFUSE_STEPS, SKEP_DIFFUSE_ALLOW_UNSTABLE };

/* The arguments that do not depend on the number of axes. */
#define SKEP_DIFFUSE_SHARED_ARGS                                                                             \
    [SKEP_DIFFUSE_D] = {.name = "D",                                                                         \
                        .kind = SKEP_ARG_F64,                                                                \
                        .default_text = "1",                                                                 \
                        .unit = "cells^2/s",                                                                 \
                        .help = "Coefficient of diffusion."},                                                \
    [SKEP_DIFFUSE_DT] = {.name = "dt",                                                                       \
                         .kind = SKEP_ARG_F64,                                                               \
                         .is_required = true,                                                                \
                         .unit = "s",                                                                        \
                         .help = "Length of a step."},                                                       \
    [SKEP_DIFFUSE_STEPS] = {.name = "steps",                                                                 \
                            .kind = SKEP_ARG_I64,                                                            \
                            .is_required = true,                                                             \
                            .least = 0,                                                                      \
                            .most = 1e9,                                                                     \
                            .help = "Number of steps."}

/* A periodic grid of N rows and M columns; a line is one row. Strides count elements. */
struct skep_grid {
    const double *data;
    int64_t n, m;
    int64_t row_stride, column_stride;
};

/* The grid that argument u of CALL is. */
struct skep_grid skep_grid_of(const struct skep_call *call);

/* COUNT elements of row ROW from column FIRST on, both taken round the grid, into OUT. */
void skep_grid_fetch(const struct skep_grid *grid, int64_t row, int64_t first, int64_t count, double *out);

/* The whole grid to OUT in C order. Polls stop. */
SKEP_MUST_USE skep_status skep_grid_copy(const struct skep_call *call, const struct skep_grid *grid,
                                         double *out);

/* How the work is cut: a pass does DEPTH steps, in strips of WIDTH columns, a multiple of 8. Any plan gives
 * the same bits. Both at most 2^20. */
struct skep_diffuse_plan {
    int64_t depth, width;
};

/* One pass: OUT, in C order, becomes the state plan.depth steps after GRID. */
struct skep_diffuse_pass {
    const struct skep_diffuse_steps *loops;
    struct skep_diffuse_plan plan;
    struct skep_grid grid;
    double k;
    double *room; /* as many doubles as the shape's room says; finite numbers at first, or anything later */
    double *out;
};

/* What differs between one and two dimensions. */
struct skep_diffuse_shape {
    double limit; /* of k, beyond which rounding errors grow */
    /* A good plan for STEPS >= 1 steps, and what it wants as scratch. */
    struct skep_diffuse_plan (*plan)(const struct skep_grid *grid, int64_t steps);
    int64_t (*room)(const struct skep_diffuse_plan *plan);
    skep_status (*pass)(const struct skep_call *call, const struct skep_diffuse_pass *pass);
    /* The plain truth: one step from U to OUT, both N by M in C order. */
    skep_status (*step)(const struct skep_call *call, const double *u, double *out, int64_t n, int64_t m,
                        double k);
    double cell_seconds, plain_cell_seconds; /* a step of one cell */
};

SKEP_MUST_USE skep_status skep_diffuse_fast(struct skep_call *call, const struct skep_diffuse_shape *shape,
                                            struct skep_value *value_out, struct skep_error *err);
SKEP_MUST_USE skep_status skep_diffuse_plain(struct skep_call *call, const struct skep_diffuse_shape *shape,
                                             struct skep_value *value_out, struct skep_error *err);
void skep_diffuse_cost(const struct skep_call *call, const struct skep_diffuse_shape *shape,
                       struct skep_cost *cost_out);
skep_status skep_diffuse_value(const struct skep_call *call, struct skep_view *value_out);

#endif
