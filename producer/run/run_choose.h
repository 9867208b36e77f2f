/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_RUN_CHOOSE_H
#define SKEP_PRODUCER_RUN_CHOOSE_H

#include <limits.h>

#include "base/status.h"
#include "producer/run/run_settings.h"

/* The state folder of the run that the user means: the one he named, that of TASKS, or, with --resume and no
 * TASKS (NULL), the only interrupted one. When there is none to resume, or more than one, he has been told,
 * and the exit code is returned; SKEP_EXIT_OK otherwise. */
SKEP_MUST_USE int skep_run_choose(const struct skep_run_settings *settings, const char *tasks,
                                  char folder[PATH_MAX]);

#endif
