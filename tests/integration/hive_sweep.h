/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_HIVE_SWEEP_H
#define SKEP_TESTS_INTEGRATION_HIVE_SWEEP_H

/* Range jobs of a hive: put as a producer would, with outputs in the workers' folder; and their ends. Include
 * hive.h first. Everything here fails the test. */
#include <stdbool.h>
#include <stdint.h>

#include "npy/roots.h"
#include "queue/job.h"
#include "queue/range.h"
#include "sweep/sweep.h"

struct hive;

/* A token for specs of tests. */
#define HIVE_TOKEN "0123456789abcdef0123456789abcdef"

struct hive_sweep {
    char job[SKEP_RANGE_JOB_BYTES];
    const char *spec;
    struct skep_sweep sweep;
    struct skep_roots *roots; /* the workers' folder */
};

/* Make the outputs that SPEC (NUL-terminated JSON) names, and put it as JOB. */
struct hive_sweep *hive_put_sweep(struct hive *hive, const char *job, const char *spec);
/* The same for N tasks with an index {i}, in one output "o.npy" of N elements of DTYPE; the job is called
 * "job". MORE: what else is in the spec, "\"kernel\":...". */
void hive_sweep_put(struct hive_sweep **sweep_out, struct hive *hive, int n, const char *more,
                    const char *dtype);

void hive_free_sweep(struct hive_sweep *sweep); /* NULL is fine */

/* Gather, as a producer would, until every task is over and every ack is applied, or until a child of a
 * worker has; fail after TIMEOUT_MS. Returns the job's counts. */
struct skep_job hive_gather(struct hive *hive, const struct hive_sweep *sweep, int timeout_ms);

/* Gather until something has come, and leave the rest to others. */
void hive_gather_some(struct hive *hive, const struct hive_sweep *sweep);

bool hive_is_gathered(struct hive *hive); /* every job is */

/* The job's counts now. */
struct skep_job hive_job(struct hive *hive, const char *job);

/* Wait until all its tasks are over, whoever gathers. */
struct skep_job hive_await_job(struct hive *hive, const char *job, int timeout_ms);

/* Element I of the first output, whose slices are one float64 or int64. */
double hive_f8(const struct hive_sweep *sweep, int64_t i);
int64_t hive_i8(const struct hive_sweep *sweep, int64_t i);

/* Its sidecar says that this index is done. */
int64_t hive_count_done(const struct hive_sweep *sweep);

#endif
