/* SPDX-License-Identifier: MIT */
#include "bench/kernels/bench.h"

#include <math.h>

/* Normal numbers: x for all, y for those that take two. */
static void make(struct bench_inputs *inputs, int64_t n)
{
    bench_fill_normal(bench_new_f8(inputs, "x", n), n, 0);
}

static void make_thousand(struct bench_inputs *inputs)
{
    make(inputs, 1000);
}

static void make_ten_thousand(struct bench_inputs *inputs)
{
    make(inputs, 10000);
}

static void make_hundred_thousand(struct bench_inputs *inputs)
{
    make(inputs, 100000);
}

static void make_million(struct bench_inputs *inputs)
{
    make(inputs, 1000000);
}

static void make_ten_million(struct bench_inputs *inputs)
{
    make(inputs, 10000000);
}

static void make_pair(struct bench_inputs *inputs)
{
    make(inputs, 1000000);
    bench_fill_normal(bench_new_f8(inputs, "y", 1000000), 1000000, 1);
}

static void make_offset(struct bench_inputs *inputs)
{
    double *x = bench_new_f8(inputs, "x", 1000000);

    bench_fill_normal(x, 1000000, 0);
    for (int64_t i = 0; i < 1000000; i++) {
        x[i] += 1e9;
    }
}

/* A sum that cancels to its last bits: x and -x, turned around. */
static void make_cancelling(struct bench_inputs *inputs)
{
    double *x = bench_new_f8(inputs, "x", 1000000);

    bench_fill_normal(x, 500000, 0);
    for (int64_t i = 0; i < 500000; i++) {
        x[999999 - i] = -x[i];
    }
    x[777777] += 0x1p-40;
}

static void make_matrix(struct bench_inputs *inputs)
{
    bench_fill_normal(bench_new_f8_2d(inputs, "x", 1000, 1000), 1000000, 0);
}

static void make_rows_of_three(struct bench_inputs *inputs)
{
    bench_fill_normal(bench_new_f8_2d(inputs, "x", 300000, 3), 900000, 0);
}

static void make_with_nan(struct bench_inputs *inputs)
{
    double *x = bench_new_f8(inputs, "x", 1000000);

    bench_fill_normal(x, 1000000, 0);
    for (int64_t i = 0; i < 1000000; i += 1000) {
        x[i] = NAN;
    }
}

static void make_f4(struct bench_inputs *inputs)
{
    static const int64_t n = 1000000;
    double *x = bench_new_f8(inputs, "unused", n);
    float *x4 = bench_new(inputs, "x", SKEP_F4, 1, &n);

    bench_fill_normal(x, n, 0);
    for (int64_t i = 0; i < n; i++) {
        x4[i] = (float)x[i];
    }
}

static void make_i8(struct bench_inputs *inputs)
{
    static const int64_t n = 1000000;
    uint64_t *x = bench_new(inputs, "x", SKEP_I8, 1, &n);

    bench_fill_words(x, n, 0);
    for (int64_t i = 0; i < n; i++) {
        x[i] >>= 24;
    }
}

const struct bench_case bench_arrays[] = {
    {
        .kernel = "sum",
        .name = "n=10^3",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_thousand,
        .peers = {{.name = "NumPy", .python = "sum_numpy", .goal = 0.7, .rtol = 1e-11}},
    },
    {
        .kernel = "sum",
        .name = "n=10^4",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_thousand,
        .peers = {{.name = "NumPy", .python = "sum_numpy", .goal = 0.7, .rtol = 1e-11}},
    },
    {
        .kernel = "sum",
        .name = "n=10^5",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_hundred_thousand,
        .peers = {{.name = "NumPy", .python = "sum_numpy", .goal = 0.7, .rtol = 1e-11}},
    },
    {
        .kernel = "sum",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "sum_numpy", .goal = 1, .rtol = 1e-11}},
    },
    {
        .kernel = "sum",
        .name = "n=10^7",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_million,
        .is_long = true,
        .peers = {{.name = "NumPy", .python = "sum_numpy", .goal = 1, .rtol = 1e-11}},
    },
    {
        .kernel = "sum",
        .name = "n=10^6 cancelling",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_cancelling,
        .peers = {{.name = "NumPy", .python = "sum_numpy", .is_another = true},
                  {.name = "fsum", .python = "sum_fsum"}},
    },
    {
        .kernel = "sum",
        .name = "n=10^6 NaN skipped",
        .args = "{\"x\":\"x.npy\",\"nan\":\"skip\"}",
        .make = make_with_nan,
        .peers = {{.name = "NumPy", .python = "sum_nan_numpy", .rtol = 1e-11}},
    },
    {
        .kernel = "sum",
        .name = "n=10^6 f4",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_f4,
        .peers = {{.name = "NumPy", .python = "sum_numpy", .rtol = 0.001}},
    },
    {
        .kernel = "sum",
        .name = "n=10^6 i8",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_i8,
        .peers = {{.name = "NumPy", .python = "sum_numpy"}},
    },
    {
        .kernel = "sum",
        .name = "1000x1000 axis 0",
        .args = "{\"x\":\"x.npy\",\"axis\":0}",
        .make = make_matrix,
        .peers = {{.name = "NumPy", .python = "sum_axis_numpy", .rtol = 1e-11}},
    },
    {
        .kernel = "sum",
        .name = "1000x1000 axis 1",
        .args = "{\"x\":\"x.npy\",\"axis\":1}",
        .make = make_matrix,
        .peers = {{.name = "NumPy", .python = "sum_axis_numpy", .rtol = 1e-11}},
    },
    {
        .kernel = "sum",
        .name = "300000x3 axis 1",
        .args = "{\"x\":\"x.npy\",\"axis\":1}",
        .make = make_rows_of_three,
        .peers = {{.name = "NumPy", .python = "sum_axis_numpy", .rtol = 1e-11}},
    },
    {
        .kernel = "mean",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "mean_numpy", .rtol = 1e-09}},
    },
    {
        .kernel = "min",
        .name = "n=10^4",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_thousand,
        .peers = {{.name = "NumPy", .python = "min_numpy", .goal = 1}},
    },
    {
        .kernel = "min",
        .name = "n=10^5",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_hundred_thousand,
        .peers = {{.name = "NumPy", .python = "min_numpy", .goal = 1}},
    },
    {
        .kernel = "min",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "min_numpy", .goal = 1}},
    },
    {
        .kernel = "min",
        .name = "n=10^7",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_million,
        .is_long = true,
        .peers = {{.name = "NumPy", .python = "min_numpy", .goal = 1}},
    },
    {
        .kernel = "max",
        .name = "n=10^4",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_thousand,
        .peers = {{.name = "NumPy", .python = "max_numpy", .goal = 1}},
    },
    {
        .kernel = "max",
        .name = "n=10^5",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_hundred_thousand,
        .peers = {{.name = "NumPy", .python = "max_numpy", .goal = 1}},
    },
    {
        .kernel = "max",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "max_numpy", .goal = 1}},
    },
    {
        .kernel = "max",
        .name = "n=10^7",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_million,
        .is_long = true,
        .peers = {{.name = "NumPy", .python = "max_numpy", .goal = 1}},
    },
    {
        .kernel = "min",
        .name = "n=10^6 f4",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_f4,
        .peers = {{.name = "NumPy", .python = "min_numpy"}},
    },
    {
        .kernel = "min",
        .name = "n=10^6 i8",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_i8,
        .peers = {{.name = "NumPy", .python = "min_numpy"}},
    },
    {
        .kernel = "argmin",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "argmin_numpy"}},
    },
    {
        .kernel = "absmax",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "absmax_numpy"}},
    },
    {
        .kernel = "var",
        .name = "n=10^4",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_thousand,
        .peers = {{.name = "NumPy", .python = "var_numpy", .goal = 3, .rtol = 1e-12}},
    },
    {
        .kernel = "var",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "var_numpy", .goal = 3, .rtol = 1e-12}},
    },
    {
        .kernel = "var",
        .name = "n=10^7",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_million,
        .is_long = true,
        .peers = {{.name = "NumPy", .python = "var_numpy", .goal = 3, .rtol = 1e-12}},
    },
    {
        .kernel = "var",
        .name = "n=10^6 offset 1e9",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_offset,
        .peers = {{.name = "NumPy", .python = "var_numpy", .goal = 3, .rtol = 1e-06}},
    },
    {
        .kernel = "var",
        .name = "1000x1000 axis 0",
        .args = "{\"x\":\"x.npy\",\"axis\":0}",
        .make = make_matrix,
        .peers = {{.name = "NumPy", .python = "var_axis_numpy", .rtol = 1e-12}},
    },
    {
        .kernel = "std",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "std_numpy", .goal = 3, .rtol = 1e-12}},
    },
    {
        .kernel = "norm2",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "norm2_numpy", .rtol = 1e-12}},
    },
    {
        .kernel = "count_nan",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_with_nan,
        .peers = {{.name = "NumPy", .python = "count_nan_numpy"}},
    },
    {
        .kernel = "stats",
        .name = "n=10^4",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_thousand,
        .peers = {{.name = "NumPy", .python = "stats_numpy", .goal = 1, .is_another = true}},
    },
    {
        .kernel = "stats",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "stats_numpy", .goal = 1, .is_another = true}},
    },
    {
        .kernel = "stats",
        .name = "n=10^7",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_million,
        .is_long = true,
        .peers = {{.name = "NumPy", .python = "stats_numpy", .goal = 1, .is_another = true}},
    },
    {
        .kernel = "hist",
        .name = "n=10^4",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_thousand,
        .peers = {{.name = "NumPy", .python = "hist_numpy", .goal = 5}},
    },
    {
        .kernel = "hist",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "hist_numpy", .goal = 5}},
    },
    {
        .kernel = "hist",
        .name = "n=10^7",
        .args = "{\"x\":\"x.npy\"}",
        .make = make_ten_million,
        .is_long = true,
        .peers = {{.name = "NumPy", .python = "hist_numpy", .goal = 5}},
    },
    {
        .kernel = "hist",
        .name = "n=10^6 1000 bins in a range",
        .args = "{\"x\":\"x.npy\",\"bins\":1000,\"range\":[-4,4]}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "hist_numpy", .goal = 5}},
    },
    {
        .kernel = "hist",
        .name = "n=10^6 given edges",
        .args = "{\"x\":\"x.npy\",\"bins\":[-8,-2,-1,-0.5,-0.25,0,0.3,0.7,1.5,2.5,8]}",
        .make = make_million,
        .peers = {{.name = "NumPy", .python = "hist_numpy", .goal = 5}},
    },
    {
        .kernel = "dot",
        .name = "n=10^6",
        .args = "{\"x\":\"x.npy\",\"y\":\"y.npy\"}",
        .make = make_pair,
        .peers = {{.name = "NumPy", .python = "dot_numpy", .rtol = 1e-08}},
    },
    {
        .kernel = "axpy",
        .name = "n=10^6",
        .args = "{\"a\":2.5,\"x\":\"x.npy\",\"y\":\"y.npy\"}",
        .make = make_pair,
        .peers = {{.name = "NumPy", .python = "axpy_numpy"}},
    },
    {0},
};
