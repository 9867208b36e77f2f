/* SPDX-License-Identifier: MIT */
#include "bench/kernels/bench.h"
#include "bench/kernels/plain.h"

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

static void make_50000(struct bench_inputs *inputs)
{
    make_pair(inputs, 50000);
}

/* Twice the series, so that growth can be seen. */
static void make_200000(struct bench_inputs *inputs)
{
    make_pair(inputs, 200000);
}

/* A chain of 64 series, each driven by the one before it; x and y are two of them. */
static void make_matrix(struct bench_inputs *inputs)
{
    enum { N = 10000, M = 64 };
    double *s = bench_new_f8_2d(inputs, "s", N, M);
    double *x = bench_new_f8(inputs, "x", N);
    double *y = bench_new_f8(inputs, "y", N);

    bench_fill_normal(s, (int64_t)N * M, 0);
    for (int64_t t = 1; t < N; t++) {
        for (int64_t j = 0; j < M; j++) {
            double driver = j > 0 ? s[(t - 1) * M + j - 1] : 0.0;
            s[t * M + j] = 0.5 * s[(t - 1) * M + j] + 0.5 * driver + 0.7 * s[t * M + j];
        }
    }
    for (int64_t t = 0; t < N; t++) {
        x[t] = s[t * M + 21];
        y[t] = s[t * M + 20];
    }
}

#define TE_50000(radius, ...)                                                                                \
    {                                                                                                        \
        .kernel = "te_box", .name = "n=50000 exclude=100 r=" radius,                                         \
        .args = "{\"x\":\"x.npy\",\"y\":\"y.npy\",\"r\":" radius ",\"exclude\":100}", .make = make_50000,    \
        .is_long = true, .peers = {                                                                          \
            {.name = "cKDTree", .python = "te_box_tree", .goal = 120, .rtol = 1e-12},                        \
            {.name = "JIDT", .missing = NO_JIDT, .goal = 600},                                               \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }
#define PLAIN_50000                                                                                          \
    {                                                                                                        \
        .name = "plain loop", .goal = 1500, .rtol = 1e-12                                                    \
    }

const struct bench_case bench_box[] = {
    {
        .kernel = "te_box",
        .name = "n=2000 r=0.2",
        .args = "{\"x\":\"x.npy\",\"y\":\"y.npy\",\"r\":0.2}",
        .make = make_2000,
        .peers = {{.name = "plain loop", .goal = 500, .rtol = 1e-12},
                  {.name = "C loop with ifs", .run = plain_te_box, .rtol = 1e-12}},
    },
    {
        .kernel = "te_box",
        .name = "n=10000 r=0.05",
        .args = "{\"x\":\"x.npy\",\"y\":\"y.npy\",\"r\":0.05}",
        .make = make_10000,
        .is_long = true,
        .peers = {{.name = "plain loop", .goal = 1000, .rtol = 1e-12},
                  {.name = "C loop with ifs", .run = plain_te_box, .rtol = 1e-12},
                  {.name = "Numba", .python = "te_box_numba", .goal = 20, .rtol = 1e-12},
                  {.name = "cKDTree", .python = "te_box_tree", .goal = 80, .rtol = 1e-12},
                  {.name = "JIDT", .missing = NO_JIDT, .goal = 90}},
    },
    TE_50000("0.05", PLAIN_50000),
    TE_50000("0.2", PLAIN_50000),
    TE_50000("0.5", PLAIN_50000),
    {
        .kernel = "te_box",
        .name = "n=200000 r=0.05",
        .args = "{\"x\":\"x.npy\",\"y\":\"y.npy\",\"r\":0.05}",
        .make = make_200000,
        .is_long = true,
        .most_s = 0.15,
        .peers = {{.name = "10 times n=50000",
                   .kernel = "te_box",
                   .args = "{\"x\":\"x.npy[0:50000]\",\"y\":\"y.npy[0:50000]\",\"r\":0.05}",
                   .times = 10,
                   .goal = 1,
                   .is_another = true}},
    },
    {
        .kernel = "mi_box",
        .name = "n=50000 r=0.05",
        .args = "{\"x\":\"x.npy\",\"y\":\"y.npy\",\"r\":0.05}",
        .make = make_50000,
        .is_long = true,
        .peers = {{.name = "plain loop", .goal = 1000, .rtol = 1e-12},
                  {.name = "cKDTree", .python = "mi_box_tree", .rtol = 1e-12}},
    },
    {
        .kernel = "te_matrix",
        .name = "64 columns n=10000 r=0.2",
        .args = "{\"s\":\"s.npy\",\"r\":0.2}",
        .make = make_matrix,
        .is_long = true,
        .peers = {{.name = "64*63 te_box",
                   .kernel = "te_box",
                   .args = "{\"x\":\"x.npy\",\"y\":\"y.npy\",\"r\":0.2}",
                   .times = 64 * 63,
                   .goal = 1 / 0.6,
                   .is_another = true}},
    },
    {0},
};
