/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_REAPER_H
#define SKEP_WORKER_REAPER_H

#include "account.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "crew.h"
#include "obituary.h"
#include "queue/conn.h"
#include "queue/keys.h"
#include "run/run.h"
#include "settle.h"

/* Moves what dead slots held. A task whose slot its own agent had to end is settled on the way: that is a
 * failed attempt, no crash. Slots of our own are remembered until their queues have heard of them. */
struct skep_reaper {
    struct skep_crew *crew;       /* borrowed; what becomes of settled tasks is counted there */
    const struct skep_keys *keys; /* of each lane; borrowed */
    struct skep_policy policy;
    struct skep_run run;
    struct skep_arena arena;
    struct skep_buf bytes;
    struct skep_account account; /* of the task that is being settled */
    size_t n_mourned, max_mourned;
    struct skep_obituary *mourned;
};

/* KEYS must be there when something is reaped.
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_reaper_init(struct skep_reaper *reaper, struct skep_crew *crew,
                                           const struct skep_keys *keys, struct skep_error *err);
void skep_reaper_release(struct skep_reaper *reaper); /* zeroed is fine */

/* A slot of ours is over: to be buried. Its obituary is the reaper's now. When too many wait, the lease of
 * the others finds it. */
void skep_reaper_mourn(struct skep_reaper *reaper, const struct skep_obituary *obituary);

/* Bury them. A queue that is unwell (a key of the wrong type, no memory) keeps the others waiting no longer
 * than its answer takes; what it should have heard stays for the next call, as does everything that is left
 * when the line fails. Waits for replies. Fails as a connection does. */
SKEP_MUST_USE skep_status skep_reaper_bury_all(struct skep_reaper *reaper, struct skep_conn *conn,
                                               struct skep_error *err);

/* WORKER, a slot of somebody's, was silent for a lease while its counter stood at BEAT. */
SKEP_MUST_USE skep_status skep_reaper_declare_lost(const struct skep_reaper *reaper, struct skep_conn *conn,
                                                   const struct skep_keys *keys, const char *worker,
                                                   int64_t beat, struct skep_error *err);

#endif
