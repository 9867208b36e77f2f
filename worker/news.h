/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_NEWS_H
#define SKEP_WORKER_NEWS_H

#include "base/error.h"
#include "crew.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* What people may know of each slot: a small JSON object under `{skep:Q}:info:W` that goes away by itself
 * after LIFE_MS, here for the queue of LANE. The metrics are the slot's over all of its queues. Nothing is
 * ever decided by it. Waits for the replies; no reply may be due. */
SKEP_MUST_USE skep_status skep_news_tell(struct skep_conn *conn, const struct skep_keys *keys,
                                         const struct skep_crew *crew, size_t lane, int life_ms,
                                         struct skep_error *err);

#endif
