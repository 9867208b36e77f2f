/* SPDX-License-Identifier: MIT */
#include "bench/kernels/bench.h"

#define NO_JIDT "not measured: in no package of Debian"

/* Two coupled series: y a walk that comes back (first-order autoregressive), x follows it. */
static void make_pair(struct bench_inputs *inputs, int64_t n)
{
    double *x = bench_new_f8(inputs, "x", n);
    double *y = bench_new_f8(inputs, "y", n);

    bench_fill_normal(x, n, 0);
    bench_fill_normal(y, n, 1);
    for (int64_t i = 1; i < n; i++) {
        y[i] = 0.6 * y[i - 1] + 0.8 * y[i];
        x[i] = 0.4 * x[i - 1] + 0.5 * y[i - 1] + 0.7 * x[i];
    }
}

static void make_2000(struct bench_inputs *inputs)
{
    make_pair(inputs, 2000);
}

static void make_10000(struct bench_inputs *inputs)
{
    make_pair(inputs, 10000);
}

const struct bench_case bench_box[] = {
    {
        .kernel = "te_box",
        .name = "n=2000 r=0.2",
        .args = "{\"x\":\"x.npy\",\"y\":\"y.npy\",\"r\":0.2}",
        .make = make_2000,
        .peers = {{.name = "plain loop", .goal = 500, .rtol = 1e-12}},
    },
    {
        .kernel = "te_box",
        .name = "n=10000 r=0.05",
        .args = "{\"x\":\"x.npy\",\"y\":\"y.npy\",\"r\":0.05}",
        .make = make_10000,
        .peers = {{.name = "plain loop", .goal = 1000, .rtol = 1e-12},
                  {.name = "Numba", .python = "te_box_numba", .goal = 20, .rtol = 1e-12},
                  {.name = "cKDTree", .python = "te_box_tree", .goal = 80, .rtol = 1e-12},
                  {.name = "JIDT", .missing = NO_JIDT, .goal = 90}},
    },
    {0},
};
