/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_BENCH_KERNELS_INPUTS_H
#define SKEP_TESTS_BENCH_KERNELS_INPUTS_H

#include "bench/kernels/bench.h"

/* The arrays of one case, as files of a folder. */
struct bench_inputs *bench_inputs_make(const char *folder, const struct bench_case *one);
void bench_inputs_remove(struct bench_inputs *inputs); /* with the files */

void bench_write(const char *folder, const char *name, const struct skep_view *view); /* NAME.npy */

/* What cannot go on without ends the program. */
void bench_need(skep_status st, const struct skep_error *err, const char *what);
_Noreturn void bench_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
