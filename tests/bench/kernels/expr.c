/* SPDX-License-Identifier: MIT */
#include "bench/kernels/bench.h"

const struct bench_case bench_expr[] = {
    {0},
};
