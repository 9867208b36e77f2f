/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_BENCH_KERNELS_MEASURE_H
#define SKEP_TESTS_BENCH_KERNELS_MEASURE_H

#include "bench/kernels/bench.h"

/* One case measured: skep and its peers take turns, run by run, so that a noisy machine is noisy for all. */

enum { BENCH_MAX_RUNS = 101, BENCH_NOTE_BYTES = 160 };

struct bench_time {
    double median_s, least_s, most_s; /* of one run */
};

enum bench_standing {
    BENCH_MEASURED,
    BENCH_NOT_MEASURED, /* note says why */
    BENCH_WRONG         /* values differ: note says by how much */
};

struct bench_peer_result {
    enum bench_standing standing;
    char note[BENCH_NOTE_BYTES];
    struct bench_time time; /* multiplied with peer->times */
    double ratio;           /* peer / skep */
};

struct bench_result {
    const struct bench_case *one;
    struct bench_time time;
    struct bench_peer_result peers[BENCH_MAX_PEERS];
};

struct bench_plan {
    int runs; /* of each, after the warm-up */
    bool no_peers, no_python;
};

void bench_measure(const char *module, const struct bench_case *one, const struct bench_plan *plan,
                   const char *folder, struct bench_result *result_out);

int bench_count_peers(const struct bench_case *one);

#endif
