/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_CANCELLED_H
#define SKEP_WORKER_CANCELLED_H

#include <stdbool.h>

#include "base/error.h"
#include "slot.h"

/* What somebody has cancelled of that which a slot holds (queue/cancel.h). With the slot's lock held; may
 * block on the server. After a failure nothing is known. */

/* Mark the cancelled tasks of the batch that LANE has just taken. Asks nobody when the queue's answer has
 * said that nothing is cancelled there. */
SKEP_MUST_USE skep_status skep_cancelled_mark(struct skep_slot *slot, struct skep_lane *lane,
                                              struct skep_error *err);

/* Is it what runs now? */
SKEP_MUST_USE skep_status skep_cancelled_is_running(struct skep_slot *slot, bool *is_cancelled_out,
                                                    struct skep_error *err);

#endif
