/* SPDX-License-Identifier: MIT */
#include "bench/kernels/bench.h"

static void make_million(struct bench_inputs *inputs)
{
    bench_fill_normal(bench_new_f8(inputs, "x", 1000000), 1000000, 0);
}

const struct bench_case bench_arrays[] = {
    {
        .kernel = "sum",
        .name = "n=10^6 f8",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "sum_numpy", .goal = 0.7, .rtol = 1e-12}},
    },
    {0},
};
