/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_PROBE_H
#define SKEP_PRODUCER_SWEEP_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "producer/sweep/sweep_setup.h"
#include "run/plan.h"

/* A few tasks of a sweep, spread over it, computed here and now to see how long they take. */
enum { SKEP_SWEEP_PROBE_TASKS = 5, SKEP_SWEEP_PROBE_MS = 10000 };

struct skep_sweep_probe {
    int n_done, n_skipped, n_failed;
    double least_s, most_s, sum_s; /* of those that are done */
    bool is_cut;                   /* the time was over in the middle of one, which took CUT_S until then */
    double cut_s;
    int64_t failed_index; /* the first that failed, and why */
    struct skep_error err;
};

/* Compute them, with at most LIMIT_MS for all.
 *
 *   SKEP_STOPPED   the user asked to stop
 *   what skep_plan_begin says */
SKEP_MUST_USE skep_status skep_sweep_probe(struct skep_sweep_setup *setup, struct skep_plan *plan,
                                           int64_t limit_ms, struct skep_sweep_probe *probe_out,
                                           struct skep_error *err);

/* Seconds for N tasks, one after the other, as far as the probe can tell. */
double skep_sweep_probe_seconds(const struct skep_sweep_probe *probe, int64_t n);

#endif
