/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_CREW_H
#define SKEP_EXPORTER_CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

/* Who works on all queues together: a slot that serves several of them is one process, and counts once. */
struct skep_export_crew {
    int64_t hosts, workers, slots, busy;
    double memory_bytes; /* their share of what is shared counts once, where it is known */
};

/* Of the queues that could be read lately. False: no memory; nothing is known then. */
bool skep_export_crew_count(const struct skep_export_state *state, int64_t now_ms,
                            struct skep_export_crew *crew_out);

#endif
