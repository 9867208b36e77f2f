/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_BENCH_SWEEP_REPORT_H
#define SKEP_TESTS_BENCH_SWEEP_REPORT_H

#include "bench/sweep/bench.h"

/* The table, line by line as it is measured. */

/* Three digits and a unit. */
void bench_write_time(char cell[BENCH_CELL_BYTES], double s);
void bench_write_bytes(char cell[BENCH_CELL_BYTES], double bytes);

struct bench_line {
    const char *what;
    char skep[BENCH_CELL_BYTES];
    const char *peer; /* NULL: none */
    char theirs[BENCH_CELL_BYTES];
    double ratio;                /* peer / skep; 0: no number to compare */
    double least_ratio;          /* goal; 0: none */
    char goal[BENCH_CELL_BYTES]; /* another goal, in words, which is met if IS_MET */
    bool is_met;
    const char *note; /* instead of a verdict: why it was not measured, or what is wrong; NULL: none */
};

void bench_report_head(const struct bench *bench);
void bench_report_line(struct bench *bench, const struct bench_line *line);

/* "skep took SKEP_S, PEER took THEIRS_S": ratio and, unless 0, its goal. */
void bench_report_times(struct bench *bench, const char *what, double skep_s, const char *peer,
                        double theirs_s, double least_ratio);

#endif
