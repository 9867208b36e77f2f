/* SPDX-License-Identifier: MIT */
#include "bench/kernels/bench.h"

/* A call has everything in its time: reading the text, types, the program, and the result. */

static void make_pair(struct bench_inputs *inputs, int64_t n)
{
    bench_fill_uniform(bench_new_f8(inputs, "a", n), n, 0);
    bench_fill_uniform(bench_new_f8(inputs, "b", n), n, 1);
}

static void make_3(struct bench_inputs *inputs)
{
    make_pair(inputs, 1000);
}

static void make_4(struct bench_inputs *inputs)
{
    make_pair(inputs, 10000);
}

static void make_5(struct bench_inputs *inputs)
{
    make_pair(inputs, 100000);
}

static void make_6(struct bench_inputs *inputs)
{
    make_pair(inputs, 1000000);
}

static void make_7(struct bench_inputs *inputs)
{
    make_pair(inputs, 10000000);
}

/* One expression at n = 10^POWER. */
#define CASE(text, power, numexpr_goal, numpy_goal, tolerance)                                               \
    {                                                                                                        \
        .kernel = "expr", .name = text " n=10^" #power,                                                      \
        .args = "{\"expr\":\"" text "\",\"vars\":{\"a\":\"a.npy\",\"b\":\"b.npy\"}}", .make = make_##power,  \
        .is_long = (power) >= 7,                                                                             \
        .peers = {{.name = "numexpr", .python = "expr_numexpr", .goal = numexpr_goal, .rtol = tolerance},    \
                  {.name = "NumPy", .python = "expr_numpy", .goal = numpy_goal, .rtol = tolerance}},         \
    }

#define SIZES(text)                                                                                          \
    CASE(text, 3, 8, 2, 0), CASE(text, 4, 2, 2, 0), CASE(text, 5, 2, 2, 0), CASE(text, 6, 2, 2, 0),          \
        CASE(text, 7, 2, 2, 0)

#define SIZES_OF_FUNCTIONS(text)                                                                             \
    CASE(text, 3, 4, 2, 1e-14), CASE(text, 4, 4, 2, 1e-14), CASE(text, 5, 4, 2, 1e-14),                      \
        CASE(text, 6, 4, 2, 1e-14), CASE(text, 7, 4, 2, 1e-14)

const struct bench_case bench_expr[] = {
    SIZES("a**2 + b**2"),
    SIZES("2*a + 3*b - 1"),
    SIZES("where(a > b, a - b, b - a)"),
    SIZES("(a - b)/(a + b)"),
    SIZES_OF_FUNCTIONS("exp(a)*sin(b) + log(a + 1)"),
    {
        .kernel = "expr",
        .name = "sum of (a - b)**2 n=10^6",
        .args = "{\"expr\":\"(a - b)**2\",\"reduce\":\"sum\",\"vars\":{\"a\":\"a.npy\",\"b\":\"b.npy\"}}",
        .make = make_6,
        .peers = {{.name = "numexpr", .python = "expr_numexpr", .rtol = 1e-12},
                  {.name = "NumPy", .python = "expr_numpy", .rtol = 1e-12}},
    },
    {0},
};
