/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_TURN_H
#define SKEP_WORKER_TURN_H

#include "base/error.h"
#include "slot.h"

/* A lane's turn: run the batch that it has taken, task by task, each announced to the agent before it starts
 * and settled when it is over. With the slot's lock held, which is let go while a kernel runs.
 *
 * What is left unrun (we are to leave, or to make way for a fresh process) goes back with the next cycle.
 *
 *   SKEP_E_NOMEM   no room for the results: what is not settled goes back
 *   and what skep_lane_tell says when results are told in the middle of a batch */
SKEP_MUST_USE skep_status skep_turn_run(struct skep_slot *slot, struct skep_lane *lane,
                                        struct skep_error *err);

#endif
