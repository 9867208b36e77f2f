/* SPDX-License-Identifier: MIT */
#include "bench/kernels/bench.h"

#define STAR "{\"m\":4,\"omega_c\":2.5,\"omega_e\":1,\"lambda\":1.2,\"steps\":20000"

static void make_line(struct bench_inputs *inputs)
{
    bench_fill_uniform(bench_new_f8(inputs, "u", 1000000), 1000000, 0);
}

static void make_plane(struct bench_inputs *inputs)
{
    bench_fill_uniform(bench_new_f8_2d(inputs, "u", 1024, 1024), 1024 * 1024, 0);
}

static void make_large_plane(struct bench_inputs *inputs)
{
    bench_fill_uniform(bench_new_f8_2d(inputs, "u", 4096, 4096), 4096 * 4096, 0);
}

#define DIFFUSE "{\"u\":\"u.npy\",\"D\":1,\"dt\":0.1,\"steps\":100}"

const struct bench_case bench_dynamics[] = {
    {
        .kernel = "star_rk4",
        .name = "m=4 20000 steps",
        .args = STAR ",\"theta0\":[0,1,2,3]}",
        .peers = {{.name = "Numba, scalar loop", .python = "star_rk4_numba", .goal = 1.2, .rtol = 1e-9}},
    },
    {
        .kernel = "star_rk4",
        .name = "m=4 20000 steps, 16 together",
        .args = STAR "}",
        .many = 16,
        .peers =
            {{.name = "one after the other", .kernel = "star_rk4", .args = STAR "}", .times = 16, .goal = 5}},
    },
    {
        .kernel = "star_te",
        .name = "m=4 210000 steps, 20000 states",
        .args = "{\"lambda\":1.2,\"noise\":0.5}",
        .peers = {{.name = "star_rk4 alone",
                   .kernel = "star_rk4",
                   .args =
                       "{\"m\":4,\"omega_c\":2.5,\"omega_e\":1,\"lambda\":1.2,\"dt\":0.01,\"steps\":210000,"
                       "\"skip\":10000,\"every\":10,\"sigma\":0.5,\"observe\":\"sin\"}",
                   .is_another = true}},
    },
    {
        .kernel = "diffuse1d",
        .name = "n=10^6 100 steps",
        .args = DIFFUSE,
        .make = make_line,
        .peers = {{.name = "Numba", .python = "diffuse1d_numba"},
                  {.name = "NumPy in place", .python = "diffuse1d_numpy"}},
    },
    {
        .kernel = "diffuse2d",
        .name = "1024x1024 100 steps",
        .args = DIFFUSE,
        .make = make_plane,
        .peers = {{.name = "Numba, vectorised", .python = "diffuse2d_numba", .goal = 5},
                  {.name = "Numba, by indices", .python = "diffuse2d_numba_indices", .goal = 5},
                  {.name = "NumPy in place", .python = "diffuse2d_numpy", .goal = 5}},
    },
    {
        .kernel = "diffuse2d",
        .name = "4096x4096 100 steps",
        .args = DIFFUSE,
        .make = make_large_plane,
        .is_long = true,
        .peers = {{.name = "Numba, vectorised", .python = "diffuse2d_numba", .goal = 4},
                  {.name = "NumPy in place", .python = "diffuse2d_numpy", .goal = 8}},
    },
    {
        .kernel = "julia",
        .name = "1000x1000 300",
        .args = "{\"width\":1000,\"coords\":\"accumulate\"}",
        .peers = {{.name = "plain loop", .goal = 5}, {.name = "Numba", .python = "julia_numba", .goal = 4}},
    },
    {0},
};
