/* SPDX-License-Identifier: MIT */
#include "bench/kernels/bench.h"

#define STAR "{\"m\":4,\"omega_c\":2.5,\"omega_e\":1,\"lambda\":1.2,\"steps\":20000"

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
    {0},
};
