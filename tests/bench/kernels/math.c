/* SPDX-License-Identifier: MIT */
/* The elementary functions, seen through expr: at 10^5 elements what one call costs beyond them is small. */
#include "bench/kernels/bench.h"

enum { MATH_N = 100000 };

/* x in [-3, 3); u in [0, 1); p in [0.01, 3.01). */
static void make_math(struct bench_inputs *inputs)
{
    double *x = bench_new_f8(inputs, "x", MATH_N);
    double *u = bench_new_f8(inputs, "u", MATH_N);
    double *p = bench_new_f8(inputs, "p", MATH_N);

    bench_fill_uniform(x, MATH_N, 0);
    bench_fill_uniform(u, MATH_N, 1);
    bench_fill_uniform(p, MATH_N, 2);
    for (int64_t i = 0; i < MATH_N; i++) {
        x[i] = 6.0 * x[i] - 3.0;
        p[i] = 3.0 * p[i] + 0.01;
    }
}

#define MATH_CASE(text, of)                                                                                  \
    {                                                                                                        \
        .kernel = "expr", .name = text " n=10^5", .args = "{\"expr\":\"" text "\",\"vars\":{" of "}}",       \
        .make = make_math, .peers = {                                                                        \
            {.name = "numexpr", .python = "numexpr_of", .rtol = 1e-14},                                      \
            {.name = "NumPy", .python = "numpy_of", .rtol = 1e-14},                                          \
        }                                                                                                    \
    }

#define X "\"x\":\"x.npy\""
#define U "\"u\":\"u.npy\""
#define P "\"p\":\"p.npy\""

const struct bench_case bench_math[] = {
    MATH_CASE("exp(x)", X),
    MATH_CASE("expm1(x)", X),
    MATH_CASE("log(p)", P),
    MATH_CASE("log1p(p)", P),
    MATH_CASE("log10(p)", P),
    MATH_CASE("sin(x)", X),
    MATH_CASE("cos(x)", X),
    MATH_CASE("tan(u)", U),
    MATH_CASE("arcsin(u)", U),
    MATH_CASE("arccos(u)", U),
    MATH_CASE("arctan(x)", X),
    MATH_CASE("arctan2(x, p)", X "," P),
    MATH_CASE("sinh(x)", X),
    MATH_CASE("cosh(x)", X),
    MATH_CASE("tanh(x)", X),
    MATH_CASE("p**x", P "," X),
    {0},
};
