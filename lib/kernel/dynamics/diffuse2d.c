/* SPDX-License-Identifier: MIT */
/* Diffusion in a periodic plane.
 *
 *     u[i,j] <- u[i,j] + k (((u[i+1,j] + u[i-1,j]) - 2 u[i,j]) + ((u[i,j+1] + u[i,j-1]) - 2 u[i,j]))
 *
 * with k = D dt, cells one unit of length apart. Method: the explicit step forward in time with second
 * differences in space (FTCS), as in the well-known example of M. Gorelick and I. Ozsvald, "High Performance
 * Python" (2014), chapter 6. Each operation is rounded, in the order of the formula: the same bits however
 * the work is cut. Stable for 0 <= k <= 1/4. Shapes: u and value (n, m). NaN spreads to the neighbours, one
 * cell a step. */
#include "kernel/dynamics/diffuse.h"
#include "kernel/dynamics/diffuse_plane.h"

static const struct skep_arg_spec diffuse2d_args[] = {
    [SKEP_DIFFUSE_U] = {.name = "u",
                        .kind = SKEP_ARG_ARRAY,
                        .is_required = true,
                        .dtype = SKEP_F8,
                        .min_ndim = 2,
                        .max_ndim = 2,
                        .shape_text = "[n,m]",
                        .help = "The state at the start, a value for each cell."},
    SKEP_DIFFUSE_SHARED_ARGS,
    [SKEP_DIFFUSE_ALLOW_UNSTABLE] = {.name = "allow_unstable",
                                     .kind = SKEP_ARG_BOOL,
                                     .default_text = "false",
                                     .help = "Take any finite k = D dt, also one outside 0 to 1/4."},
    {0},
};

static skep_status diffuse2d_step(const struct skep_call *call, const double *u, double *out, int64_t n,
                                  int64_t m, double k)
{
    for (int64_t i = 0; i < n; i++) {
        const double *here = u + i * m;
        const double *down = u + (i + 1 < n ? i + 1 : 0) * m;
        const double *up = u + (i > 0 ? i - 1 : n - 1) * m;

        for (int64_t j = 0; j < m; j++) {
            double right = here[j + 1 < m ? j + 1 : 0];
            double left = here[j > 0 ? j - 1 : m - 1];

            if (j % 65536 == 0 && skep_call_is_stopped(call)) {
                return SKEP_STOPPED;
            }
            out[i * m + j] =
                here[j] + k * (((down[j] + up[j]) - 2.0 * here[j]) + ((right + left) - 2.0 * here[j]));
        }
    }
    return SKEP_OK;
}

static const struct skep_diffuse_shape diffuse2d_shape = {
    .limit = 0.25,
    .plan = skep_diffuse_plane_plan,
    .room = skep_diffuse_plane_room,
    .pass = skep_diffuse_plane_pass,
    .step = diffuse2d_step,
    .cell_seconds = 0.18e-9,
    .plain_cell_seconds = 1.5e-9,
};

static skep_status diffuse2d_fast(struct skep_call *call, struct skep_value *value_out,
                                  struct skep_error *err)
{
    return skep_diffuse_fast(call, &diffuse2d_shape, value_out, err);
}

static skep_status diffuse2d_plain(struct skep_call *call, struct skep_value *value_out,
                                   struct skep_error *err)
{
    return skep_diffuse_plain(call, &diffuse2d_shape, value_out, err);
}

static void diffuse2d_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    skep_diffuse_cost(call, &diffuse2d_shape, cost_out);
}

static const char *const diffuse2d_description[] = {
    "Explicit steps of diffusion in a plane whose opposite edges meet: u + k(((down + up) - 2u) + ((right + "
    "left) - 2u)) with k = D dt, for cells one unit of length apart (for cells h apart give D/h^2). Every "
    "operation is rounded in this order, so the bits are the same in every variant and on every machine.",
    "The scheme is stable for 0 <= k <= 1/4; other values are refused unless allow_unstable is true. A "
    "Fourier "
    "mode of p waves down and q waves across is multiplied with 1 - 4k (sin^2(pi p/n) + sin^2(pi q/m)) in "
    "each "
    "step; the sum over the cells stays what it is but for rounding, half an ulp of the cells' values a step "
    "and cell.",
    "NaN and infinities spread as the formula says, one cell a step. A row or column of one cell is its own "
    "neighbour; an empty plane stays empty.",
    "Several steps are done in one pass over the plane, by a wave of rows that fits the second-level cache.",
    NULL,
};

const struct skep_kernel skep_kernel_diffuse2d = {
    .name = "diffuse2d",
    .version = 1,
    .summary = "Diffusion in a periodic plane by explicit steps",
    .description = diffuse2d_description,
    .args = diffuse2d_args,
    .value_text = "f8[n,m]: the state after the last step",
    .performance = "Time grows with n m steps, 0.24 ns a cell and step, whether the plane fits a cache or "
                   "not; memory is 8 "
                   "n m bytes, 16 n m beyond 25 steps, and 0.7 MB. 100 steps on one core of an Intel Xeon "
                   "(Sapphire Rapids "
                   "class, AVX-512): 25 ms for 1024 by 1024, 0.48 s for 4096 by 4096.",
    .example =
        "{\"kernel\":\"diffuse2d\",\"args\":{\"u\":[[0,0,0],[0,1,0],[0,0,0]],\"dt\":0.125,\"steps\":2}}",
    .run = diffuse2d_fast,
    .reference = diffuse2d_plain,
    .cost = diffuse2d_cost,
    .value = skep_diffuse_value,
};
