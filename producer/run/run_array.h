/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_ARRAY_H
#define SKEP_PRODUCER_RUN_ARRAY_H

#include <stdint.h>

#include "base/error.h"
#include "base/view.h"
#include "producer/run/journal.h"

/* The values of a run as one array: the value of task i is element i, or sub-array i when values are arrays
 * of one shape. Booleans make b1, integers i8, anything else f8; a failed task is NaN, which makes f8. */
struct skep_run_shape {
    int ndim; /* 0: not given */
    int64_t lengths[SKEP_MAX_DIMS];
};

/* Read "24,2,6" (NULL: not given) for N_TASKS tasks.
 *
 *   SKEP_E_USAGE   not a shape, or its product is no multiple of the number of tasks */
SKEP_MUST_USE skep_status skep_run_shape_parse(const char *text, uint64_t n_tasks,
                                               struct skep_run_shape *shape_out, struct skep_error *err);

/* Make the array of the journal's results, of which there is one for each of N_TASKS tasks, and write it to
 * PATH, whole or not at all.
 *
 *   SKEP_E_BAD_ARGS   the values do not make an array, or not one of SHAPE; the words name the task
 *   SKEP_E_OUTPUT     it cannot be written
 *   SKEP_E_NOMEM, SKEP_E_IO */
SKEP_MUST_USE skep_status skep_run_array_write(const struct skep_journal *journal, uint64_t n_tasks,
                                               const struct skep_run_shape *shape, const char *path,
                                               struct skep_error *err);

#endif
