/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_TURN_OUTPUT_H
#define SKEP_WORKER_TURN_OUTPUT_H

#include "capture.h"
#include "slot.h"

/* What tasks print, on its way: to their results, and by the lane's prints to the queue. With the slot's
 * lock. */

/* What the attempt that RUNNING says has printed; it is over. The lane will tell it. NULL: nothing. Valid
 * until the next call. */
const struct skep_result_output *skep_turn_take_output(struct skep_slot *slot, enum skep_captured captured);

/* The attempt that runs is over after RAN_NS. Some ns where nothing was printed. */
static inline const struct skep_result_output *skep_turn_end_output(struct skep_slot *slot, int64_t ran_ns)
{
    enum skep_captured captured = skep_capture_end(&slot->capture, ran_ns);

    return captured == SKEP_CAPTURED_NOTHING ? NULL : skep_turn_take_output(slot, captured);
}

/* The turn is over, and nothing runs: what was printed and not seen was printed by some task of it. */
void skep_turn_sweep_output(struct skep_slot *slot, struct skep_lane *lane);

/* While a task runs, a few times a second: what it has printed goes to the queue, if that can be told. */
void skep_turn_read_along(struct skep_slot *slot, int64_t now_ms);

#endif
