/* SPDX-License-Identifier: MIT */
#include "kernel/dynamics/diffuse.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { COPY_COLUMNS = 1 << 16 }; /* between two looks at stop */

/* ---- the grid ---- */

struct skep_grid skep_grid_of(const struct skep_call *call)
{
    const struct skep_view *u = &call->args[SKEP_DIFFUSE_U].view;

    if (u->ndim == 1) {
        return (struct skep_grid){.data = u->data, .n = 1, .m = u->shape[0], .column_stride = u->strides[0]};
    }
    return (struct skep_grid){.data = u->data,
                              .n = u->shape[0],
                              .m = u->shape[1],
                              .row_stride = u->strides[0],
                              .column_stride = u->strides[1]};
}

/* The place of I in 0 ... n-1 that it has round a circle of N. */
static int64_t grid_wrap(int64_t i, int64_t n)
{
    int64_t rest = i % n;

    return rest < 0 ? rest + n : rest;
}

void skep_grid_fetch(const struct skep_grid *grid, int64_t row, int64_t first, int64_t count, double *out)
{
    const double *from = grid->data + grid_wrap(row, grid->n) * grid->row_stride;
    int64_t column = grid_wrap(first, grid->m);

    while (count > 0) {
        int64_t piece = grid->m - column < count ? grid->m - column : count;

        if (grid->column_stride == 1) {
            memcpy(out, from + column, (size_t)piece * sizeof(double));
        } else {
            for (int64_t j = 0; j < piece; j++) {
                out[j] = from[(column + j) * grid->column_stride];
            }
        }
        out += piece;
        count -= piece;
        column = 0;
    }
}

skep_status skep_grid_copy(const struct skep_call *call, const struct skep_grid *grid, double *out)
{
    /* Rows without columns may be very many. */
    for (int64_t i = 0; grid->m > 0 && i < grid->n; i++) {
        for (int64_t j = 0; j < grid->m; j += COPY_COLUMNS) {
            int64_t count = grid->m - j < COPY_COLUMNS ? grid->m - j : COPY_COLUMNS;

            if (skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
            skep_grid_fetch(grid, i, j, count, out);
            out += count;
        }
    }
    return SKEP_OK;
}

/* ---- the call ---- */

/* D dt, if it may be. */
static skep_status diffuse_number(const struct skep_call *call, double limit, double *k_out,
                                  struct skep_error *err)
{
    double k = call->args[SKEP_DIFFUSE_D].f64 * call->args[SKEP_DIFFUSE_DT].f64;

    if (!isfinite(k)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "D dt is not finite");
    }
    if (!call->args[SKEP_DIFFUSE_ALLOW_UNSTABLE].boolean && !(k >= 0.0 && k <= limit)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "k = D dt = %.17g is not within 0 and %g, where the scheme is stable: take a "
                              "smaller dt and more steps, or allow_unstable",
                              k, limit);
    }
    *k_out = k;
    return SKEP_OK;
}

/* The value, and if WANTS_SPARE a second grid. */
static skep_status diffuse_open(struct skep_call *call, bool wants_spare, double **out, double **spare_out,
                                struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_view *u = &call->args[SKEP_DIFFUSE_U].view;
    void *value = NULL;
    void *spare = NULL;
    skep_status st = skep_call_output(call, SKEP_F8, u->ndim, u->shape, &value, value_out, err);

    if (st == SKEP_OK && wants_spare) {
        st = skep_call_scratch(call, skep_view_count(u), sizeof(double), &spare, err);
    }
    *out = value;
    *spare_out = spare;
    return st;
}

static int64_t diffuse_passes(const struct skep_diffuse_plan *plan, int64_t steps)
{
    return (steps + plan->depth - 1) / plan->depth;
}

/* The passes, each as deep as the others or one deeper, to and fro between the two grids so that the last
 * writes the value. */
static skep_status diffuse_passes_run(const struct skep_call *call, const struct skep_diffuse_shape *shape,
                                      struct skep_diffuse_pass *pass, double *out, double *spare)
{
    int64_t steps = call->args[SKEP_DIFFUSE_STEPS].i64;
    int64_t left = diffuse_passes(&pass->plan, steps);
    skep_status st = SKEP_OK;

    for (; st == SKEP_OK && left > 0; left--) {
        pass->plan.depth = steps / left;
        pass->out = left % 2 != 0 ? out : spare;
        st = shape->pass(call, pass);
        steps -= pass->plan.depth;
        pass->grid = (struct skep_grid){.data = pass->out,
                                        .n = pass->grid.n,
                                        .m = pass->grid.m,
                                        .row_stride = pass->grid.m,
                                        .column_stride = 1};
    }
    return st;
}

skep_status skep_diffuse_fast(struct skep_call *call, const struct skep_diffuse_shape *shape,
                              struct skep_value *value_out, struct skep_error *err)
{
    int64_t steps = call->args[SKEP_DIFFUSE_STEPS].i64;
    struct skep_diffuse_pass pass = {.loops = skep_diffuse_steps_at(skep_cpu_level()),
                                     .grid = skep_grid_of(call)};
    bool has_work = steps > 0 && pass.grid.n > 0 && pass.grid.m > 0;
    bool wants_spare = false;
    double *out, *spare;
    void *room = NULL;
    skep_status st = diffuse_number(call, shape->limit, &pass.k, err);

    if (has_work) {
        pass.plan = shape->plan(&pass.grid, steps);
        wants_spare = diffuse_passes(&pass.plan, steps) > 1;
    }
    if (st == SKEP_OK) {
        st = diffuse_open(call, wants_spare, &out, &spare, value_out, err);
    }
    if (st == SKEP_OK && !has_work) {
        return skep_grid_copy(call, &pass.grid, out);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, shape->room(&pass.plan), sizeof(double), &room, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    memset(room, 0, (size_t)shape->room(&pass.plan) * sizeof(double));
    pass.room = room;
    return diffuse_passes_run(call, shape, &pass, out, spare);
}

skep_status skep_diffuse_plain(struct skep_call *call, const struct skep_diffuse_shape *shape,
                               struct skep_value *value_out, struct skep_error *err)
{
    int64_t steps = call->args[SKEP_DIFFUSE_STEPS].i64;
    struct skep_grid grid = skep_grid_of(call);
    double *out, *spare;
    double k;
    skep_status st = diffuse_number(call, shape->limit, &k, err);

    if (st == SKEP_OK) {
        st = diffuse_open(call, steps != 0, &out, &spare, value_out, err);
    }
    if (st == SKEP_OK) {
        st = skep_grid_copy(call, &grid, steps % 2 == 0 ? out : spare);
    }
    for (; st == SKEP_OK && grid.n > 0 && grid.m > 0 && steps > 0; steps--) {
        const double *from = steps % 2 == 0 ? out : spare;
        double *to = steps % 2 == 0 ? spare : out;

        st = shape->step(call, from, to, grid.n, grid.m, k);
    }
    return st;
}

void skep_diffuse_cost(const struct skep_call *call, const struct skep_diffuse_shape *shape,
                       struct skep_cost *cost_out)
{
    int64_t steps = call->args[SKEP_DIFFUSE_STEPS].i64;
    struct skep_grid grid = skep_grid_of(call);
    double cells = (double)grid.n * (double)grid.m;
    bool wants_spare = call->is_reference && steps > 0;
    double room = 0.0;

    if (!call->is_reference && steps > 0 && cells > 0.0) {
        struct skep_diffuse_plan plan = shape->plan(&grid, steps);

        room = (double)shape->room(&plan);
        wants_spare = diffuse_passes(&plan, steps) > 1;
    }
    cost_out->bytes = 8.0 * (cells * (wants_spare ? 2.0 : 1.0) + room);
    /* A pass has its own price, which matters where the grid is tiny. */
    cost_out->seconds = 1e-6 + (double)steps * (1e-7 + cells * (call->is_reference ? shape->plain_cell_seconds
                                                                                   : shape->cell_seconds));
}

skep_status skep_diffuse_value(const struct skep_call *call, struct skep_view *value_out)
{
    const struct skep_view *u = &call->args[SKEP_DIFFUSE_U].view;

    return skep_value_array(SKEP_F8, u->ndim, u->shape, value_out);
}
