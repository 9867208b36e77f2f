/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_AGENT_H
#define SKEP_WORKER_AGENT_H

#include "settings.h"

/* The agent: one per worker, never computes. It starts the slots and watches over them. ARGV is the command
 * line that slots are started with again. Returns the exit status of the worker: 0 after a clean stop, 2 for
 * settings that cannot work, 3 when the server refuses. */
int skep_agent_main(const struct skep_worker_settings *settings, char **argv);

#endif
