/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_HEALTH_H
#define SKEP_EXPORTER_HEALTH_H

#include <stdbool.h>

#include "base/buf.h"
#include "state.h"

/* Health is progress, not an answer to PING. Red: something bad was found (monitor/findings.h) of the server
 * or of a queue, or one of them could not be read for SKEP_EXPORT_LATE_MS. A queue that is idle, paused, or
 * whose tasks take long is green; so is a server without queues.
 *
 * STATE is locked. */
bool skep_export_is_healthy(const struct skep_export_state *state, int64_t now_ms);

/* {"ok":false,"reasons":[{"queue":"q","finding":"stalled","severity":"bad","words":"...","help":"..."}]} */
void skep_export_health_write(struct skep_buf *buf, const struct skep_export_state *state, int64_t now_ms);

/* The word of the worst bad thing found of QUEUE; NULL: nothing is bad. */
const char *skep_export_queue_ailment(const struct skep_export_state *state,
                                      const struct skep_export_queue *queue, int64_t now_ms);

#endif
