/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_SLOT_H
#define SKEP_WORKER_SLOT_H

#include "settings.h"

/* A slot: the process that computes. It takes a batch, runs it task by task, settles, and takes the next one,
 * all on one connection of its own. Returns its exit status (SKEP_SLOT_..., page.h). */
int skep_slot_main(const struct skep_worker_settings *settings);

#endif
