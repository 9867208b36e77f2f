/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_FAILURES_H
#define SKEP_PRODUCER_SWEEP_FAILURES_H

#include "base/error.h"
#include "npy/roots.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* The tasks of a sweep that failed for good: their dead letters. */

#define SKEP_SWEEP_FAILURES_END ".failed.jsonl"

/* Tell the user the causes of JOB's dead letters, the most frequent first, each with an example. Where PATH
 * is not NULL, write all of them to PATH.failed.jsonl under ROOTS (NULL: from the working folder on), as
 * `skep dead export --why` would; replaces what is there.
 *
 *   SKEP_E_OUTPUT   the file
 *   and what the connection says */
SKEP_MUST_USE skep_status skep_sweep_tell_failures(struct skep_conn *conn, const struct skep_keys *keys,
                                                   const char *job, const struct skep_roots *roots,
                                                   const char *path, struct skep_error *err);

/* Nothing failed: remove the file of a session before. */
void skep_sweep_forget_failures(const struct skep_roots *roots, const char *path);

#endif
