/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_GATHER_MAIN_H
#define SKEP_WORKER_GATHER_MAIN_H

#include "settings.h"

/* The gatherer child: gathers every job of its queues whose outputs it sees and that nobody else gathers,
 * ends those that are over, and itself when nothing has come for two seconds. Returns its exit status
 * (SKEP_SLOT_..., page.h). */
int skep_gather_main(const struct skep_worker_settings *settings);

#endif
