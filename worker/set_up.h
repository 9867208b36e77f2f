/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_SET_UP_H
#define SKEP_WORKER_SET_UP_H

#include "base/error.h"
#include "slot.h"

/* Everything that a slot has from its start to its end: the page, its folders and mappings, a lane for each
 * queue (not connected yet), and the rules of verdicts. SLOT is zeroed but for its settings and its control
 * pipe. The process ends after a failure. */
SKEP_MUST_USE skep_status skep_slot_set_up(struct skep_slot *slot, struct skep_error *err);

/* The page that the agent shares with us. The log's level is from now on what stands there.
 *
 *   SKEP_E_IO */
SKEP_MUST_USE skep_status skep_set_up_page(const struct skep_worker_settings *settings,
                                           struct skep_page **page_out, struct skep_error *err);

/* The folders that outputs go to. *ROOTS_OUT is the caller's, also after a failure (skep_roots_free). */
SKEP_MUST_USE skep_status skep_set_up_outputs(const struct skep_worker_settings *settings,
                                              struct skep_roots **roots_out, struct skep_error *err);

#endif
