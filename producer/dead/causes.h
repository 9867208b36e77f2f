/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_CAUSES_H
#define SKEP_PRODUCER_CAUSES_H

#include "base/status.h"

/* What to do about a task that failed for good, by its cause.
 *
 * To add a cause: a row of SKEP_STATUS_MAP (base/status.h), a row here, a line in docs/protocol.md. */
struct skep_cause {
    skep_status status;
    const char *advice; /* a sentence without its full stop */
};

/* The row of a cause by its word ("bad-args"); NULL when there is no such cause. */
const struct skep_cause *skep_cause_find(const char *word);

#endif
