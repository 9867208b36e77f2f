/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_BENCH_KERNELS_CALL_H
#define SKEP_TESTS_BENCH_KERNELS_CALL_H

#include "bench/kernels/bench.h"

/* A call of a kernel, ready to be run again and again: its arguments are bound as a worker binds them, once,
 * and every run begins with an empty arena that keeps its pages, as a slot's does. */
struct bench_call; /* opaque */

/* KERNEL with the JSON object ARGS, paths in it below FOLDER. MANY: so many calls that differ in their index.
 */
struct bench_call *bench_call_new(const char *folder, const char *kernel, const char *args, int many);
void bench_call_free(struct bench_call *call);

/* One run of RUN (NULL: the row's, or its run_many when there are many). The value lives until the next run.
 */
const struct skep_value *bench_call_run(struct bench_call *call, skep_kernel_run run);

skep_kernel_run bench_call_reference(const struct bench_call *call);

/* Whether VALUE and EXPECTED are the same numbers but for RTOL times the largest of them; *WORST_OUT: the
 * largest difference, relative to that. JSON texts are not compared. */
bool bench_is_close(const struct skep_value *value, const struct skep_value *expected, double rtol,
                    double *worst_out);

/* A copy of VALUE that outlives the run. */
struct skep_value bench_value_copy(const struct skep_value *value);
void bench_value_free(struct skep_value *copy);

/* VALUE as an array; false for what is none (JSON text, nothing). */
bool bench_value_view(const struct skep_value *value, struct skep_view *view_out);

#endif
