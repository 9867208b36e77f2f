/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_BEAT_H
#define SKEP_QUEUE_BEAT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/keys.h"

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

/* Declare WORKER dead and move what it holds. OBSERVED: the counter that stood still, or -1 when its death is
 * certain. RUNNING: the number of the task that ran (skep_holder.n_settled when it was the head), or one of
 * the words below. INFO: what is known of the crash, one line. *MOVED_OUT: tasks moved, or -1 when its
 * counter had moved or somebody else was first. Waits for the reply. */
enum { SKEP_RUNNING_NONE = -1, SKEP_RUNNING_HEAD = -2 /* not known: the oldest that it held */ };
SKEP_MUST_USE skep_status skep_reap(struct skep_conn *conn, const struct skep_keys *keys, const char *worker,
                                    int64_t observed, int64_t running, const char *info, int64_t *moved_out,
                                    struct skep_error *err);

#endif
