/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_BENCH_SWEEP_BENCH_H
#define SKEP_TESTS_BENCH_SWEEP_BENCH_H

#include <stdbool.h>
#include <stdint.h>

/* What a sweep costs beside its kernel, and against what its users would write without it. */

enum { BENCH_MAX_RUNS = 15, BENCH_CELL_BYTES = 96 };

struct bench {
    char *folder; /* where everything is made; commands run in it */
    int cores;
    int runs; /* of each, in turns */
    bool is_quick;
    bool has_numpy;
    int64_t rows; /* of the big array, 8 KiB each */
    int n_met, n_missed, n_open;
};

/* The measures. Each prints its lines. */
void bench_empty(struct bench *bench);
void bench_slices(struct bench *bench);
void bench_flagship(struct bench *bench);
void bench_scaling(struct bench *bench);
void bench_memory(struct bench *bench);

#endif
