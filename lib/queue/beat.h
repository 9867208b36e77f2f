/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_BEAT_H
#define SKEP_QUEUE_BEAT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/account.h"
#include "queue/conn.h"
#include "queue/keys.h"
#include "queue/verdicts.h"

/* What an agent has to do with a queue: beat for its slots, look at the beats of all, declare the dead. */

enum { SKEP_LEASE_MS = 5000, SKEP_BEAT_MS = 1000 };

/* Send a beat for N slots without waiting for the reply (skep_conn_try_reply, then skep_beat_read). */
SKEP_MUST_USE skep_status skep_beat_send(struct skep_conn *conn, const struct skep_keys *keys,
                                         const char *const *workers, size_t n, struct skep_error *err);

/* The reply, in its own memory. */
struct skep_beat {
    int64_t now_ms;
    unsigned flags; /* SKEP_FLAG_... of queue/holder.h */
    int64_t depth;
    const struct skep_reply *fenced; /* array of names: slots of ours that are no longer registered */
    const struct skep_reply
        *workers; /* array: name, counter, name, counter, ... of every slot of the queue */
};

/*   SKEP_E_UNWELL   the server answered an error; a server that had forgotten the script knows it now
 *   SKEP_E_PROTOCOL */
SKEP_MUST_USE skep_status skep_beat_read(struct skep_conn *conn, const struct skep_reply *reply,
                                         struct skep_beat *beat_out, struct skep_error *err);

/* The counter in a pair of skep_beat.workers. */
int64_t skep_beat_counter(const struct skep_reply *score);

/* The record of the task that WORKER ran (of a range: its line and its spec), by its number: *RECORD_OUT,
 * memory of the connection until its next use. For who has to give a verdict on it. Waits for the reply.
 *   SKEP_EMPTY   WORKER does not hold that task (any more), or is not registered */
SKEP_MUST_USE skep_status skep_peek_running(struct skep_conn *conn, const struct skep_keys *keys,
                                            const char *worker, int64_t running,
                                            struct skep_bytes *record_out, struct skep_error *err);

/* The end of a slot incarnation. */
enum { SKEP_RUNNING_NONE = -1, SKEP_RUNNING_HEAD = -2 /* not known: the oldest that it held */ };
struct skep_death {
    const char *worker;
    int64_t observed; /* the counter that stood still; -1: its death is certain */
    int64_t running; /* number of the task that ran (skep_holder.n_settled when it was the head), or a word */
    const char *info; /* what is known of the crash, one line: kept behind those of before */
    /* NULL: the task that ran has crashed once more. Else its slot was ended for what the task did, and this
     * settles it: RETRY, BURY or CANCEL, and no crash. Not looked at when the slot holds that task no more.
     */
    const struct skep_verdict *verdict;
    int64_t position; /* of a range, which ran; -1: not known. Looked at when `running` is a number */
    const struct skep_account_news *account; /* what the task that ran had used; with a verdict only; NULL */
};

/* A range whose running position nobody knows goes back in halves, and nobody is blamed, unless it has one
 * position; one that does not hold POSITION any more (it was stolen, or is settled) goes back whole. A
 * verdict is on POSITION: RETRY (its record is a line for that position) or CANCEL.
 *
 * Declare it dead: what it held goes back to the queue, at no cost but to the task that ran. *MOVED_OUT:
 * tasks moved (a settled one does not count), or -1 when its counter had moved or somebody else was first.
 * Waits for the reply; after a transient failure it may be called again. */
SKEP_MUST_USE skep_status skep_reap(struct skep_conn *conn, const struct skep_keys *keys,
                                    const struct skep_death *death, int64_t *moved_out,
                                    struct skep_error *err);

#endif
