/* SPDX-License-Identifier: MIT */
#include "bench/kernels/bench.h"

enum { N = 10000000 };

static void make_sorted(struct bench_inputs *inputs)
{
    int64_t *x = bench_new(inputs, "x", SKEP_I8, 1, (const int64_t[]){N});

    for (int64_t i = 0; i < N; i++) {
        x[i] = 3 * i;
    }
}

/* The same numbers in random order (R. Durstenfeld, 1964). */
static void make_shuffled(struct bench_inputs *inputs)
{
    int64_t *x = bench_new(inputs, "x", SKEP_I8, 1, (const int64_t[]){N});
    uint64_t *words = bench_new(inputs, "words", SKEP_U8, 1, (const int64_t[]){N});

    bench_fill_words(words, N, 0);
    for (int64_t i = 0; i < N; i++) {
        int64_t j = (int64_t)(words[i] % (uint64_t)(i + 1));
        x[i] = x[j];
        x[j] = 3 * i;
    }
}

/* Few different numbers, each very often. */
static void make_repeated(struct bench_inputs *inputs)
{
    int64_t *x = bench_new(inputs, "x", SKEP_I8, 1, (const int64_t[]){N});

    bench_fill_words((uint64_t *)(void *)x, N, 1);
    for (int64_t i = 0; i < N; i++) {
        x[i] = (x[i] & 0x7fffffff) % 700;
    }
}

static void make_uniform(struct bench_inputs *inputs)
{
    bench_fill_uniform(bench_new_f8(inputs, "x", N), N, 0);
}

/* 10^6 numbers, all different. */
static void make_million(struct bench_inputs *inputs)
{
    int64_t *x = bench_new(inputs, "x", SKEP_I8, 1, (const int64_t[]){1000000});

    for (int64_t i = 0; i < 1000000; i++) {
        x[i] = 7 * i;
    }
}

#define X "{\"x\":\"x.npy\"}"

#define DISTINCT(name_, make_, ...)                                                                          \
    {                                                                                                        \
        .kernel = "hll",                                                                                     \
        .name = name_,                                                                                       \
        .args = X,                                                                                           \
        .make = make_,                                                                                       \
        .is_long = true,                                                                                     \
        .peers = {{.name = "np.unique", .python = "distinct_numpy", .rtol = 0.03, __VA_ARGS__}},             \
    },                                                                                                       \
    {                                                                                                        \
        .kernel = "kmv", .name = name_, .args = X, .make = make_, .is_long = true,                           \
        .peers = {{.name = "np.unique", .python = "distinct_numpy", .rtol = 0.12, __VA_ARGS__}},             \
    }

const struct bench_case bench_sketches[] = {
    DISTINCT("n=10^7 i8 sorted", make_sorted, .goal = 8),
    DISTINCT("n=10^7 i8 shuffled", make_shuffled, .goal = 60),
    DISTINCT("n=10^7 i8, 700 distinct", make_repeated, .goal = 0),
    DISTINCT("n=10^7 f8", make_uniform, .goal = 0),
    {
        .kernel = "bloom_build",
        .name = "n=10^6 i8, 10^7 bits",
        .args = "{\"x\":\"x.npy\",\"bits\":10000000}",
        .make = make_million,
        .peers = {{.name = "np.unique", .python = "unique_numpy", .is_another = true}},
    },
    {
        .kernel = "morris",
        .name = "n=10^9",
        .args = "{\"n\":1000000000}",
    },
    {0},
};
