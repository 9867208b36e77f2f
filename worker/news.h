/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_NEWS_H
#define SKEP_WORKER_NEWS_H

#include <stdint.h>

#include "base/error.h"
#include "crew.h"
#include "queue/conn.h"
#include "queue/keys.h"

/* What people may know of each slot (monitor/info.h), under `{skep:Q}:info:W`, which goes away by itself.
 * Nothing is ever decided by it. A busy slot is told of every 2 s, an idle one every 10 s, and either when it
 * has become the other. */
struct skep_news; /* opaque */

/* CREW is borrowed.
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_news_new(const struct skep_crew *crew, struct skep_news **news_out,
                                        struct skep_error *err);
void skep_news_free(struct skep_news *news); /* NULL is fine */

/* The server may know nothing any more: everything is due. */
void skep_news_start_over(struct skep_news *news);

/* Once a second: who lives, and how many tasks each has done by now. */
void skep_news_look(struct skep_news *news, int64_t now_ms);

/* Tell the queue of LANE what is due. SKEW_MS: Redis TIME minus our monotonic clock. Waits for the replies;
 * no reply may be due. */
SKEP_MUST_USE skep_status skep_news_tell(struct skep_news *news, struct skep_conn *conn,
                                         const struct skep_keys *keys, size_t lane, int64_t skew_ms,
                                         int64_t now_ms, struct skep_error *err);

#endif
