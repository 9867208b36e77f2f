/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_RESULTS_H
#define SKEP_PRODUCER_SWEEP_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "producer/results/sink.h"
#include "queue/collect.h"

/* The result lines of a sweep (--results), taken from the private queue while it runs. */
struct skep_sweep_results {
    bool is_open;
    struct skep_sink sink;
    struct skep_collector collector;
    size_t n_stored; /* of those in hand: to be confirmed */
};

/* PATH: "-" is standard output.   SKEP_E_USAGE, SKEP_E_IO   the file */
SKEP_MUST_USE skep_status skep_sweep_results_open(struct skep_sweep_results *results, const char *path,
                                                  struct skep_conn *conn, const char *queue,
                                                  struct skep_error *err);

/* Store what is there. SKEP_OK: something came; SKEP_EMPTY: nothing waits.
 *
 *   SKEP_E_IO, SKEP_STOPPED   as skep_sink_store */
SKEP_MUST_USE skep_status skep_sweep_results_step(struct skep_sweep_results *results, struct skep_error *err);

/* The server has forgotten everything: begin at the head of its list. */
SKEP_MUST_USE skep_status skep_sweep_results_begin_anew(struct skep_sweep_results *results,
                                                        struct skep_error *err);
void skep_sweep_results_close(struct skep_sweep_results *results); /* zeroed is fine */

#endif
