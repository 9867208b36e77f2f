/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_PACER_H
#define SKEP_WORKER_PACER_H

#include "base/error.h"
#include "slot.h"

/* The slot's second thread. It listens to the agent and looks, ten times a second while there is work,
 * whether finished results wait behind a long task: then it tells them and gives the unstarted tail back,
 * while the kernel runs on. It passes on the end of a task's time. And it ends the process when the agent is
 * gone or wants it at once, whatever the kernel does.
 *
 *   SKEP_E_NOMEM   no thread */
SKEP_MUST_USE skep_status skep_pacer_start(struct skep_slot *slot, struct skep_error *err);

#endif
