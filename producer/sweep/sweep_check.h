/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_CHECK_H
#define SKEP_PRODUCER_SWEEP_CHECK_H

#include <stdbool.h>

#include "base/view.h"
#include "kernel/kernel.h"
#include "producer/sweep/sweep_setup.h"

/* What can be known of a sweep before its first task runs: the fingerprints of its inputs, that its first and
 * its last task bind, what their values will be, and what they ask for. */
struct skep_sweep_facts {
    int n_values;               /* 2, or 0 where the kernel does not say what its value is before it runs */
    struct skep_view values[2]; /* of the first and of the last task: dtype and shape alone */
    int64_t indexes[2];         /* which ones they are: the filter may leave out the very first */
    struct skep_cost most;
};

/* Fill setup->sweep.inputs and FACTS_OUT.
 *
 *   SKEP_E_BAD_ARGS   a task that cannot be bound, too many inputs, a filter that lets nothing through
 *   SKEP_E_LIMIT      a task asks for more memory than it may have
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_INPUT_CHANGED, SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_check(struct skep_sweep_setup *setup, struct skep_sweep_facts *facts_out,
                                           struct skep_error *err);

/* The order `longest`: of all tasks by what they will cost, equal ones by index.
 *
 *   as skep_sweep_check; SKEP_E_LIMIT */
SKEP_MUST_USE skep_status skep_sweep_sort_longest(struct skep_sweep_setup *setup, struct skep_error *err);

#endif
