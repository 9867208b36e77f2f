/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_LIMIT_H
#define SKEP_WORKER_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "child.h"
#include "settings.h"

/* What a task may take. Time: at its deadline the slot's pacer says the word that kernels poll; when that is
 * not heeded the agent sends SIGTERM to the slot's process group, and two seconds later SIGKILL. Memory: the
 * system refuses a slot more than the limit, which a kernel survives as an error; what goes round that (the
 * stack, memory taken before) is seen by the agent, ten times a second, and ends the slot. */

/* In a slot, before it has another thread: the limits of the process. SIGTERM is not heeded any more. */
void skep_limits_enter(const struct skep_worker_settings *settings);

/* In the agent: does CHILD run a task that has used up its time or its memory? Then the next step is taken.
 * True while there is something to watch, so that a look now and then is needed. */
bool skep_limits_enforce(struct skep_child *child, const struct skep_worker_settings *settings,
                         int64_t now_ms);

/* Memory of the process that is neither a file's nor shared, in RAM or swapped out; 0 if it is not known. */
int64_t skep_limits_own_bytes(pid_t pid);

#endif
