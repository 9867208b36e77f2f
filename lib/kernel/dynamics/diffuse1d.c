/* SPDX-License-Identifier: MIT */
/* Diffusion along a periodic line.
 *
 *     u[i] <- u[i] + k ((u[i+1] + u[i-1]) - 2 u[i]),   k = D dt, cells one unit of length apart
 *
 * Method: the explicit step forward in time with second differences in space (FTCS; Crank and Nicolson 1947
 * discuss it). Each operation is rounded, in the order of the formula: the same bits however the work is cut.
 * Stable for 0 <= k <= 1/2. Shapes: u and value (n). NaN spreads to the neighbours, one cell a step. */
#include "kernel/dynamics/diffuse.h"
#include "kernel/dynamics/diffuse_line.h"

static const struct skep_arg_spec diffuse1d_args[] = {
    [SKEP_DIFFUSE_U] = {.name = "u",
                        .kind = SKEP_ARG_ARRAY,
                        .is_required = true,
                        .dtype = SKEP_F8,
                        .min_ndim = 1,
                        .max_ndim = 1,
                        .shape_text = "[n]",
                        .help = "The state at the start, a value for each cell."},
    SKEP_DIFFUSE_SHARED_ARGS,
    [SKEP_DIFFUSE_ALLOW_UNSTABLE] = {.name = "allow_unstable",
                                     .kind = SKEP_ARG_BOOL,
                                     .default_text = "false",
                                     .help = "Take any finite k = D dt, also one outside 0 to 1/2."},
    {0},
};

static skep_status diffuse1d_step(const struct skep_call *call, const double *u, double *out, int64_t n,
                                  int64_t m, double k)
{
    (void)n;
    for (int64_t i = 0; i < m; i++) {
        double right = u[i + 1 < m ? i + 1 : 0];
        double left = u[i > 0 ? i - 1 : m - 1];

        if (i % 65536 == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        out[i] = u[i] + k * ((right + left) - 2.0 * u[i]);
    }
    return SKEP_OK;
}

static const struct skep_diffuse_shape diffuse1d_shape = {
    .limit = 0.5,
    .plan = skep_diffuse_line_plan,
    .room = skep_diffuse_line_room,
    .pass = skep_diffuse_line_pass,
    .step = diffuse1d_step,
    .cell_seconds = 0.12e-9,
    .plain_cell_seconds = 1.0e-9,
};

static skep_status diffuse1d_fast(struct skep_call *call, struct skep_value *value_out,
                                  struct skep_error *err)
{
    return skep_diffuse_fast(call, &diffuse1d_shape, value_out, err);
}

static skep_status diffuse1d_plain(struct skep_call *call, struct skep_value *value_out,
                                   struct skep_error *err)
{
    return skep_diffuse_plain(call, &diffuse1d_shape, value_out, err);
}

static void diffuse1d_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    skep_diffuse_cost(call, &diffuse1d_shape, cost_out);
}

static const char *const diffuse1d_description[] = {
    "Explicit steps of diffusion along a line that closes on itself: u[i] + k((u[i+1] + u[i-1]) - 2 u[i]) "
    "with "
    "k = D dt, for cells one unit of length apart (for cells h apart give D/h^2). Every operation is rounded "
    "in "
    "this order, so the bits are the same in every variant and on every machine.",
    "The scheme is stable for 0 <= k <= 1/2; other values are refused unless allow_unstable is true. A "
    "Fourier "
    "mode of q waves round the line is multiplied with 1 - 4k sin^2(pi q/n) in each step; the sum over the "
    "cells stays what it is but for rounding, half an ulp of the cells' values a step and cell.",
    "NaN and infinities spread as the formula says, one cell a step. A line of one cell is its own "
    "neighbour; "
    "an empty one stays empty.",
    NULL,
};

const struct skep_kernel skep_kernel_diffuse1d = {
    .name = "diffuse1d",
    .version = 1,
    .summary = "Diffusion along a periodic line by explicit steps",
    .description = diffuse1d_description,
    .args = diffuse1d_args,
    .value_text = "f8[n]: the state after the last step",
    .performance = "Time grows with n steps, 0.13 ns a cell and step; memory is 8 n bytes, 16 n beyond 32 "
                   "steps. 200 steps "
                   "of 10^6 cells: 27 ms on one core of an Intel Xeon (Sapphire Rapids class, AVX-512).",
    .example = "{\"kernel\":\"diffuse1d\",\"args\":{\"u\":[0,0,1,0,0,0],\"dt\":0.25,\"steps\":2}}",
    .run = diffuse1d_fast,
    .reference = diffuse1d_plain,
    .cost = diffuse1d_cost,
    .value = skep_diffuse_value,
};
