/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_AGENT_SET_UP_H
#define SKEP_WORKER_AGENT_SET_UP_H

#include "base/error.h"
#include "settings.h"

/* What an agent checks and prepares before it starts slots. */

enum { SKEP_MAX_SLOTS = 1024 };

/* "auto" or a number.
 *   SKEP_E_USAGE */
SKEP_MUST_USE skep_status skep_agent_count_slots(const struct skep_worker_settings *settings, int *n_out,
                                                 struct skep_error *err);

/* Mistakes in folders are told once, here, not by every slot.
 *   SKEP_E_USAGE */
SKEP_MUST_USE skep_status skep_agent_check_folders(const struct skep_worker_settings *settings,
                                                   struct skep_error *err);

/* An agent has several files open for each of N_SLOTS: more than the usual soft limit allows for many. What
 * the hard limit does not allow is told when a slot cannot be started. */
void skep_agent_allow_files(int n_slots);

/* The signals that concern an agent come through *FD_OUT from now on.
 *   SKEP_E_IO */
SKEP_MUST_USE skep_status skep_agent_watch_signals(int *fd_out, struct skep_error *err);

/* A slot is one core's worth: libraries that would start a thread for each core must not. */
void skep_agent_set_environment(void);

#endif
