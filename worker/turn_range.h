/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_TURN_RANGE_H
#define SKEP_WORKER_TURN_RANGE_H

#include "base/error.h"
#include "slot.h"

/* As skep_turn_run, for a part of a range job. What it costs beside the kernel is what matters here: some
 * 100 ns for each position. */
SKEP_MUST_USE skep_status skep_turn_run_range(struct skep_slot *slot, struct skep_lane *lane,
                                              struct skep_error *err);

#endif
