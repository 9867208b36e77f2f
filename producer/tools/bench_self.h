/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_BENCH_SELF_H
#define SKEP_PRODUCER_BENCH_SELF_H

#include <stdbool.h>

/* Measure what skep itself costs at tasks of 10 ms, and print it. Returns an enum skep_exit. */
int skep_bench_self(bool is_json);

#endif
