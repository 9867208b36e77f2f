/* SPDX-License-Identifier: MIT */
#include "bench/kernels/bench.h"
#include "bench/kernels/plain.h"

enum { SAMPLES = 1000000 };

/* Features in [-1, 1) and a class for each row. */
static void make_samples(struct bench_inputs *inputs, int64_t d)
{
    double *x = bench_new_f8_2d(inputs, "X", SAMPLES, d);
    double *y = bench_new_f8(inputs, "y", SAMPLES);
    double *w = bench_new_f8(inputs, "w", d);

    bench_fill_uniform(x, SAMPLES * d, 0);
    bench_fill_uniform(y, SAMPLES, 1);
    bench_fill_uniform(w, d, 2);
    for (int64_t i = 0; i < SAMPLES * d; i++) {
        x[i] = 2.0 * x[i] - 1.0;
    }
    for (int64_t i = 0; i < SAMPLES; i++) {
        y[i] = y[i] < 0.5 ? -1.0 : 1.0;
    }
}

static void make_few_columns(struct bench_inputs *inputs)
{
    make_samples(inputs, 10);
}

static void make_many_columns(struct bench_inputs *inputs)
{
    make_samples(inputs, 64);
}

#define LOGREG "{\"X\":\"X.npy\",\"y\":\"y.npy\",\"w\":\"w.npy\",\"iterations\":4,\"rate\":1e-6}"

const struct bench_case bench_numbers[] = {
    {
        .kernel = "pi_mc",
        .name = "10^7 points",
        .args = "{\"samples\":10000000}",
        .peers = {{.name = "NumPy, Philox", .python = "pi_mc_philox", .goal = 4},
                  {.name = "NumPy, SFC64", .python = "pi_mc_sfc64", .goal = 1.2, .is_another = true},
                  {.name = "NumPy, SFC64, in slices", .python = "pi_mc_sfc64_slices", .is_another = true}},
    },
    {
        .kernel = "prime",
        .name = "2^64-59",
        .args = "{\"n\":\"18446744073709551557\"}",
        .most_s = 2e-6,
        .peers = {{.name = "12 bases, plain"},
                  {.name = "trial division", .missing = "2^31 divisions take some ten seconds"}},
    },
    {
        .kernel = "prime_divisor",
        .name = "2^32-5 times 2^32-17, all",
        .args = "{\"n\":\"18446743979220271189\",\"lo\":2,\"hi\":\"18446743979220271189\"}",
        .peers = {{.name = "trial division", .missing = "2^32 divisions take some ten seconds"}},
    },
    {
        .kernel = "prime_count",
        .name = "to 10^9",
        .args = "{\"lo\":0,\"hi\":1000000000}",
        .is_long = true,
        .peers = {{.name = "plain sieve", .run = plain_prime_count, .goal = 5}},
    },
    {
        .kernel = "prime_count",
        .name = "10^7 numbers from 4*10^9",
        .args = "{\"lo\":4000000000,\"hi\":4010000000}",
        .is_long = true,
        .peers = {{.name = "plain segmented sieve", .run = plain_prime_segments, .goal = 5}},
    },
    {
        .kernel = "prime_count",
        .name = "10^8 numbers from 10^16",
        .args = "{\"lo\":10000000000000000,\"hi\":10000000100000000}",
        .is_long = true,
    },
    {
        .kernel = "prime_count",
        .name = "10^6 numbers before 2^64",
        .args = "{\"lo\":\"18446744073708551615\",\"hi\":\"18446744073709551615\"}",
    },
    {
        .kernel = "logreg",
        .name = "n=10^6 d=10, 4 steps",
        .args = LOGREG,
        .make = make_few_columns,
        .is_long = true,
        .peers = {{.name = "NumPy, OpenBLAS", .python = "logreg_numpy", .goal = 2, .rtol = 1e-9},
                  {.name = "plain loop", .rtol = 1e-9}},
    },
    {
        .kernel = "logreg",
        .name = "n=10^6 d=64, 4 steps",
        .args = LOGREG,
        .make = make_many_columns,
        .is_long = true,
        .peers = {{.name = "NumPy, OpenBLAS", .python = "logreg_numpy", .goal = 2, .rtol = 1e-9},
                  {.name = "plain loop", .rtol = 1e-9}},
    },
    {
        .kernel = "random",
        .name = "10^6 uniforms",
        .args = "{\"shape\":1000000}",
        .peers = {{.name = "NumPy, Philox", .python = "random_uniform_philox"},
                  {.name = "NumPy, SFC64", .python = "random_uniform_sfc64", .is_another = true}},
    },
    {
        .kernel = "random",
        .name = "10^6 normals",
        .args = "{\"shape\":1000000,\"dist\":\"normal\"}",
        .peers = {{.name = "NumPy, Philox", .python = "random_normal_philox", .is_another = true}},
    },
    {0},
};
