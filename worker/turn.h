/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_TURN_H
#define SKEP_WORKER_TURN_H

#include "base/error.h"
#include "slot.h"

/* A lane's turn: run what it has taken, task by task, each announced to the agent before it starts and
 * settled when it is over. With the slot's lock held, which is let go while a kernel runs. Parts of range
 * jobs are run by turn_range.c.
 *
 * What is left unrun (we are to leave, or to make way for a fresh process) goes back with the next cycle.
 *
 *   SKEP_E_NOMEM   no room for the results: what is not settled goes back
 *   and what skep_lane_tell says when results are told in the middle of a batch */
SKEP_MUST_USE skep_status skep_turn_run(struct skep_slot *slot, struct skep_lane *lane,
                                        struct skep_error *err);

/* For both kinds of turns. From here on RUNNING runs, of the lane it names: whoever looks at the page blames
 * it if we die. TIME_S: how long it may; 0: for ever. */
void skep_turn_announce(struct skep_slot *slot, const struct skep_running *running, double time_s,
                        int64_t now_ms);
void skep_turn_announce_end(struct skep_slot *slot);

/* The kernel says that it was told to stop. What came of the task: SKEP_STOPPED when it is to be given back.
 * OWN_S: the time-out that it has itself. */
skep_status skep_turn_stopped(struct skep_slot *slot, double own_s, struct skep_error *err);

/* What the main thread has used since the last time. */
struct skep_usage skep_turn_usage(struct skep_slot *slot, int64_t run_ns);

#endif
