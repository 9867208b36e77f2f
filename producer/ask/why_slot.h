/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_WHY_SLOT_H
#define SKEP_PRODUCER_WHY_SLOT_H

#include "producer/ask/why.h"

/* What is wrong with one slot, whatever the others do: the answer, and true. */
bool skep_why_slot_trouble(const struct skep_why *why, const struct skep_overview_slot *slot,
                           struct skep_why_answer *answer);

/* "te_box of job monday [17] (t17) since 12s". Returns TEXT. */
const char *skep_why_slot_running(const struct skep_info_running *running, int64_t now_ms, char *text,
                                  size_t size);

/* Why it runs or does not, and what it is. */
void skep_why_slot(const struct skep_why *why, const struct skep_overview_slot *slot,
                   struct skep_why_answer *answer);

#endif
