/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_TASKS_H
#define SKEP_PRODUCER_RUN_TASKS_H

#include <stdint.h>

#include "base/error.h"
#include "producer/run/run_plan.h"
#include "producer/run/run_state.h"
#include "producer/push/source.h"

/* The tasks of a run: a file, or what came from standard input and is kept in the state folder. */

/* Copy standard input into the state folder.
 *
 *   SKEP_E_IO      reading or writing failed
 *   SKEP_STOPPED   the program was told to stop meanwhile */
SKEP_MUST_USE skep_status skep_run_tasks_copy(const struct skep_run_state *state, struct skep_error *err);

/* Open TASKS; for "-" the copy, which is our standard input from then on, so that it is called so in
 * messages. Fails as skep_source_open does. */
SKEP_MUST_USE skep_status skep_run_tasks_open(struct skep_source *source, const struct skep_run_state *state,
                                              const char *tasks, uint64_t record_bytes,
                                              struct skep_error *err);

/* Size and digest, so that another session knows the tasks again. Fails as skep_input_read does. */
SKEP_MUST_USE skep_status skep_run_tasks_digest(struct skep_source *source, uint64_t *n_bytes_out,
                                                uint64_t *digest_out, struct skep_error *err);

/* Check every line; number, size and digest of the tasks go into PLAN. When one is bad, or there is none, the
 * user has been told, and the exit code is returned; SKEP_EXIT_OK otherwise. */
SKEP_MUST_USE int skep_run_tasks_check(struct skep_source *source, struct skep_run_plan *plan);

/* Tell the user of a failure of the above; the exit code. */
int skep_run_tasks_tell(skep_status st, const struct skep_error *err);

#endif
