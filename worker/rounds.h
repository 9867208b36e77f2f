/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_ROUNDS_H
#define SKEP_WORKER_ROUNDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "metrics/histogram.h"

/* What a slot's way to a queue was like: round trips, batches, errors, connections. Told with a cycle about
 * once a second, as it belongs to no task: what a slot that is killed did not tell yet is lost. */
struct skep_round_counts {
    int64_t n_cycles, cycles_ns, cycle_buckets[SKEP_SECONDS_BUCKETS];
    int64_t n_batches, n_tasks, size_buckets[SKEP_SIZE_BUCKETS];
    int64_t n_reconnects;
    int64_t n_logs, n_logs_lost; /* outputs of tasks that were kept, and that could not be */
};

enum { SKEP_ROUNDS_ERRORS = 8 };

struct skep_rounds {
    struct skep_round_counts counts;
    struct {
        skep_status status;
        int64_t n;
    } errors[SKEP_ROUNDS_ERRORS];
    size_t n_errors;
};

void skep_rounds_count_cycle(struct skep_rounds *rounds, int64_t ns);
void skep_rounds_count_batch(struct skep_rounds *rounds, int64_t n_tasks);
void skep_rounds_count_logs(struct skep_rounds *rounds, size_t n, uint64_t n_lost);
void skep_rounds_count_error(struct skep_rounds *rounds, skep_status status);

/* FROM is added to INTO, and empty. */
void skep_rounds_move(struct skep_rounds *into, struct skep_rounds *from);

#endif
