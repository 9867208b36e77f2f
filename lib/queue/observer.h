/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_OBSERVER_H
#define SKEP_QUEUE_OBSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/keys.h"

/* Who is dead? An agent looks at the beat counters of all slots with its own monotonic clock and nobody
 * else's. A counter that stood still for the whole lease is a dead slot's. Only time between two reads that
 * both succeeded, and were not further apart than they should be, counts: after a reconnect, a stall of the
 * server or of the agent itself all timers start anew, so that a stalled Redis never looks like the death of
 * everyone. Pure: no clock, no Redis. */
struct skep_observer; /* opaque */

/* GAP_MS: reads further apart than this start the timers anew. */
SKEP_MUST_USE skep_status skep_observer_new(int64_t lease_ms, int64_t gap_ms,
                                            struct skep_observer **observer_out, struct skep_error *err);
void skep_observer_free(struct skep_observer *observer); /* NULL is fine */

/* A read that succeeded: begin at NOW_MS (monotonic), then one see for every counter, then end, which forgets
 * those that were not seen. SKEP_E_NOMEM   the counter is not watched until the next read */
void skep_observer_begin(struct skep_observer *observer, int64_t now_ms);
SKEP_MUST_USE skep_status skep_observer_see(struct skep_observer *observer, const char *worker, size_t n,
                                            int64_t beat);
void skep_observer_end(struct skep_observer *observer);

/* A read failed, or the connection is new: what passed until the next read proves nothing. */
void skep_observer_restart(struct skep_observer *observer);

/* The next worker whose lease is over, with the beat at which it stood still; false when there is none left.
 * It is reported once; asked for again only after another full lease. *WORKER_OUT is valid until the next
 * begin. */
bool skep_observer_next_dead(struct skep_observer *observer, const char **worker_out, int64_t *beat_out);

#endif
