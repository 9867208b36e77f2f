/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_FILES_H
#define SKEP_PRODUCER_SWEEP_FILES_H

#include <stdbool.h>

#include "base/error.h"
#include "producer/sweep/sweep_setup.h"

/* The files of a sweep's outputs: what is there already, and making them. */

/* Whether they may be made: whatever lies at their paths is in the way unless the user says what is to become
 * of it. With --resume *IS_RESUMED_OUT tells whether they are there, whole and of this sweep; then the sweep
 * gets their token, and JOB_OUT (SKEP_SWEEP_FILES_JOB_BYTES) the name under which they were put last.
 *
 *   SKEP_E_CONFLICT        something is there; ERR says what can be done
 *                          what --resume wants is of another sweep
 *   SKEP_E_ARRAY_INVALID   a damaged sidecar
 *   SKEP_E_NOMEM, SKEP_E_IO */
enum { SKEP_SWEEP_FILES_JOB_BYTES = 65 };
SKEP_MUST_USE skep_status skep_sweep_files_look(struct skep_sweep_setup *setup, bool *is_resumed_out,
                                                char *job_out, struct skep_error *err);

/* Make the arrays, then their sidecars. What was made is gone after a failure.
 *
 *   SKEP_E_CONFLICT, SKEP_E_OUTPUT, SKEP_E_BAD_ARGS   as skep_array_make
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_files_make(const struct skep_sweep_setup *setup, const char *job,
                                                const char *queue, struct skep_error *err);

#endif
