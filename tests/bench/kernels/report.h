/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_BENCH_KERNELS_REPORT_H
#define SKEP_TESTS_BENCH_KERNELS_REPORT_H

#include "bench/kernels/measure.h"

/* The table, printed case by case as they are measured. */
struct bench_report {
    bool is_markdown;
    bool has_peers;
    int n_met, n_missed, n_open;
};

void bench_report_begin(struct bench_report *report, const struct bench_plan *plan);
void bench_report_add(struct bench_report *report, const struct bench_result *result);
void bench_report_end(const struct bench_report *report);

#endif
