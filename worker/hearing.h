/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_HEARING_H
#define SKEP_WORKER_HEARING_H

#include <stddef.h>
#include <stdint.h>

#include "crew.h"
#include "queue/beat.h"

/* The answer to one beat of a round: SKEP_E_UNWELL and the like as skep_beat_read has them. A server that has
 * forgotten the scripts says so to every beat; it is taught them with the last answer, when nothing else is
 * on the way, and nobody needs to read of it. */
SKEP_MUST_USE skep_status skep_hearing_read(struct skep_conn *conn, const struct skep_reply *reply,
                                            struct skep_beat *beat_out, struct skep_error *err);

/* What it means for the slots of this agent: LANE is the queue that it came from. Slots
 * that were declared dead elsewhere are ended; idle ones are told of what they cannot see themselves, and
 * busy ones that something was cancelled. *NEXT_TO_WAKE goes round, so that each is woken in its turn. */
void skep_hearing_beat(struct skep_crew *crew, size_t lane, const struct skep_beat *beat, int *next_to_wake,
                       int64_t now_ms);

#endif
