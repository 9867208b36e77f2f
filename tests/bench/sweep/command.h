/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_BENCH_SWEEP_COMMAND_H
#define SKEP_TESTS_BENCH_SWEEP_COMMAND_H

#include "bench/sweep/bench.h"

/* Commands, run and timed. One that fails ends the benchmark with what it said. */

/* Seconds that `skep ARGS... NULL` takes from start to end. */
double bench_skep(const struct bench *bench, const char *const *args);

/* What peers.py answers to ARGS... NULL, without its newline; free() it. */
char *bench_python(const struct bench *bench, const char *const *args);

/* The same as a number. */
double bench_python_seconds(const struct bench *bench, const char *const *args);

/* Whether there is a Python with NumPy: SKEP_PYTHON, or /usr/bin/python3. */
bool bench_find_numpy(void);

/* The middle one; VALUES are sorted. */
double bench_median(double *values, int n);

double bench_now_s(void);

/* Print and exit. */
void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
