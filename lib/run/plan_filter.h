/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_PLAN_FILTER_H
#define SKEP_RUN_PLAN_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernel/kernel.h"

struct skep_plan;

/* The filter of a sweep: an expression over its variables, in the language of the kernel expr, computed for
 * many positions at a time. */

enum { SKEP_PLAN_FILTER_BLOCK = 1024 };

struct skep_plan_filter {
    const struct skep_kernel *kernel; /* NULL: no filter, or not yet found to be one */
    int64_t lo, n;                    /* positions that have been computed */
    uint8_t verdicts[SKEP_PLAN_FILTER_BLOCK];
};

/* Whether PLAN's filter can be computed at all (plan->point is any of the sweep's); forgets what was
 * computed.
 *
 *   SKEP_E_BAD_ARGS   no expression, or none that is true or false
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_plan_filter_begin(struct skep_plan *plan, struct skep_error *err);

/* Whether the task at POSITION of the chunk is wanted: SKEP_OK, or SKEP_EMPTY. Takes of the plan's arena.
 *
 *   SKEP_E_NUMERIC   a whole number is divided by 0 there */
SKEP_MUST_USE skep_status skep_plan_filter_test(struct skep_plan *plan, int64_t position,
                                                struct skep_error *err);

#endif
