/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_STATE_H
#define SKEP_PRODUCER_RUN_STATE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/* The folder in which a run keeps what it needs to be resumed, by default ./.skep/run-<name>:
 *
 *   lock           held by the skep that runs; names its process
 *   plan           what is to be done (run_plan.h); written when all lines have been checked
 *   tasks.jsonl    what came from standard input
 *   journal.jsonl  the results so far
 *   order          places of results in the journal, for --ordered; made anew by each session
 *   redis, redis.sock, redis.log   the private server's data, socket and log
 *   worker.log
 *
 * Only these are ever removed. */
#define SKEP_RUN_STATES ".skep"

struct skep_run_state {
    char folder[PATH_MAX]; /* absolute */
    int lock_fd;           /* -1: not held */
};

/* The default folder's name for a task file: "run-tasks-1a2b3c4d" of its base name and a digest of its
 * absolute path (which must exist), "run-stdin" for "-". */
enum { SKEP_RUN_NAME_BYTES = 48 };
SKEP_MUST_USE skep_status skep_run_name(const char *tasks, char name[SKEP_RUN_NAME_BYTES],
                                        struct skep_error *err);

/* Take FOLDER (relative or absolute; its parent is made if it is SKEP_RUN_STATES), making it if need be.
 *
 *   SKEP_E_CONFLICT   another skep holds it; the words name it
 *   SKEP_E_USAGE      it holds something else than a run's state, or cannot be made */
SKEP_MUST_USE skep_status skep_run_state_open(struct skep_run_state *state, const char *folder,
                                              struct skep_error *err);

/* Leave it as it is, for a later session; an empty one goes. */
void skep_run_state_close(struct skep_run_state *state);

/* Remove what a run has made; the folder too when nothing else is in it, and SKEP_RUN_STATES when it is
 * empty. The lock stays until skep_run_state_close. */
void skep_run_state_clear(struct skep_run_state *state);

/* FOLDER/NAME of a held state. Returns PATH. Names above fit: the folder's length was checked. */
const char *skep_run_state_path(const struct skep_run_state *state, const char *name, char path[PATH_MAX]);

/* Results in the journal of the state in FOLDER: its lines. */
uint64_t skep_run_state_count(const char *folder);

/* What there is below SKEP_RUN_STATES of the working folder: calls SEE for each folder with a plan, in no
 * order. */
struct skep_run_sight {
    const char *folder; /* ".skep/run-tasks-1a2b3c4d" */
    pid_t pid;          /* of the skep that runs it; 0: none does */
    uint64_t n_done;
};
void skep_run_states_list(void (*see)(const struct skep_run_sight *sight, void *context), void *context);

#endif
