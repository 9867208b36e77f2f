/* SPDX-License-Identifier: MIT */
#ifndef SKEP_MONITOR_MOTION_H
#define SKEP_MONITOR_MOTION_H

#include "monitor/overview.h"

/* When did it last move: fills the ages of cycles and beats, who is silent, and stalled_ms of OVERVIEW, whose
 * slots are sorted by name, from what the slots told and from BEFORE (NULL: none). Pure.
 *
 * An agent tells of each of its slots every 10 s at most, and beats every second; one that has done neither
 * for SKEP_SILENT_MS speaks for nobody. */
enum { SKEP_SILENT_MS = 15000 };
void skep_motion_fill(struct skep_overview *overview, const struct skep_overview *before);

/* The slot of that name in OVERVIEW, whose slots are sorted; NULL: none. */
const struct skep_overview_slot *skep_motion_find(const struct skep_overview *overview, const char *worker);

/* The last cycle of SLOT is at most so long ago; -1: not known. Where it has had others since it told of one:
 * as long as that is ago. For people; its own age (SLOT's) is what holds for certain. */
int64_t skep_motion_cycle_at_most(const struct skep_overview *overview,
                                  const struct skep_overview_slot *slot);

#endif
