/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_HEARING_H
#define SKEP_WORKER_HEARING_H

#include <stdint.h>

#include "crew.h"
#include "queue/beat.h"

/* What the answer to a beat means for the slots of this agent: LANE is the queue that it came from. Slots
 * that were declared dead elsewhere are ended; idle ones are told of what they cannot see themselves, and
 * busy ones that something was cancelled. *NEXT_TO_WAKE goes round, so that each is woken in its turn. */
void skep_hearing_beat(struct skep_crew *crew, size_t lane, const struct skep_beat *beat, int *next_to_wake,
                       int64_t now_ms);

#endif
