/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_HOLDER_H
#define SKEP_QUEUE_HOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/account.h"
#include "queue/conn.h"
#include "queue/keys.h"
#include "queue/range.h"
#include "queue/verdicts.h"

/* What one slot incarnation has to do with one queue: it registers, then goes through cycles. A cycle settles
 * what was finished, gives back what was not started and takes the next tasks, in one round trip; it carries
 * a number, so that a cycle whose reply was lost is sent again and answered, never done twice. */

enum { SKEP_BATCH_MAX = 1000 };

struct skep_cycle {
    const struct skep_verdict *verdicts; /* for the first tasks held, in their order */
    size_t n_verdicts;
    size_t n_back; /* so many of the last tasks held go back to the head of the queue */
    size_t want;   /* take at most so many, SKEP_BATCH_MAX at most */
    /* What is held is a range (holder.has_range: n_verdicts is 0 then, and n_back 1 gives all of it back),
     * and this is known of it; NULL: nothing new. */
    const struct skep_range_verdict *range;
    const char *range_job; /* of this job (NULL: none) ... */
    int64_t range_want; /* ... at most so many positions are taken; of any other, one. 0: no ranges at all */
    bool steals;        /* when nothing waits, half of what another slot holds may be taken */
    const struct skep_account_news *account; /* what the tasks that are settled have used; NULL: nothing */
    bool leaves; /* the last cycle: everything held must be settled or given back by it. Best with empty
                  * hands: when   its reply is lost, whether it was applied cannot be asked any more */
};

/* CANCELS: something of this queue is cancelled; queue/cancel.h says whether it is what one holds. */
enum {
    SKEP_FLAG_PAUSED = 1,
    SKEP_FLAG_RESULTS_FULL = 2,
    SKEP_FLAG_SUSPECT = 4,
    SKEP_FLAG_CANCELS = 8,
    SKEP_FLAG_GATHER = 16 /* of a touch: acks of some job wait, and nobody gathers them */
};

struct skep_cycle_reply {
    bool is_replay;
    int64_t now_ms; /* Redis TIME */
    int64_t due_ms; /* until the next delayed task is due; -1: there is none */
    int64_t depth;
    unsigned flags; /* SKEP_FLAG_SUSPECT: the one task taken crashed before; run it alone */
    bool is_cut; /* the hand's range is shorter than its verdict says: nothing was done. Trim the verdict to
                    range_hi and make the cycle anew */
    int64_t range_hi; /* where the range in the hand ends now (a steal or a stop may have cut it); -1: no
                       * range is in the hand. With a range in the hand that was there before, n_tasks is 0 */
    unsigned crashes; /* of that task */
    const char *crash_info; /* what is known of its crashes, a line each, the oldest first; or "" */
    size_t n_tasks;
    struct skep_bytes tasks[SKEP_BATCH_MAX]; /* memory of the connection: valid until its next use */
};

struct skep_holder {
    struct skep_conn *conn; /* borrowed; reconnected by the holder */
    struct skep_keys keys;
    char worker[SKEP_WORKER_NAME_BYTES];
    char held_key[SKEP_KEY_BYTES];
    char info_key[SKEP_KEY_BYTES];
    uint64_t n_cycles; /* applied so far */
    /* Tasks settled or given back from the front so far: the number of the held list's head. A range is one
     * task, and counts when it leaves the hand, however it does. */
    uint64_t n_settled;
    size_t n_held;
    size_t n_held_after; /* of the cycle under way, before what it takes */
    size_t n_settling;   /* verdicts in the cycle under way */
    size_t n_wanted;     /* by the cycle under way */
    bool has_range;      /* what is held is a range: */
    struct skep_range range;
    char range_job[SKEP_RANGE_JOB_BYTES];
    int64_t range_upto; /* settled by the cycle under way */
    bool is_telling;    /* the cycle under way settles or gives back */
    bool is_pending;    /* a cycle was sent and its reply has not been seen */
    bool is_leaving;
    bool is_waiting;     /* a wait was begun and has not been seen to end */
    int64_t wait_end_ms; /* by when the server must have answered it; monotonic */
    unsigned n_sends;    /* so often the cycle under way may have reached the server */
    uint64_t n_replays;
};

/* A new incarnation with a new name. Registers it, which connects if need be. May be tried again after a
 * transient failure with skep_holder_register. SKEP_E_USAGE   the queue's name and what skep_conn_connect and
 * the server say */
SKEP_MUST_USE skep_status skep_holder_init(struct skep_holder *holder, struct skep_conn *conn,
                                           const char *queue, struct skep_error *err);
SKEP_MUST_USE skep_status skep_holder_register(struct skep_holder *holder, struct skep_error *err);

/* One cycle. After a transient failure nothing else may be done with a holder that is_pending until
 * skep_holder_cycle_again has given an answer: it connects where needed and sends the same bytes again.
 * (After SKEP_E_NOMEM it may not be: then nothing was sent, and the cycle is to be begun again.) The waiting
 * between tries is the caller's.
 *
 *   SKEP_E_FENCED    this incarnation was reaped, or the server forgot it: whatever it held is somebody
 * else's now SKEP_E_UNREACHABLE, SKEP_E_UNWELL, SKEP_E_NOMEM   transient SKEP_E_REFUSED, SKEP_E_PROTOCOL
 * somebody must change something */
SKEP_MUST_USE skep_status skep_holder_cycle(struct skep_holder *holder, const struct skep_cycle *cycle,
                                            struct skep_cycle_reply *reply_out, struct skep_error *err);
SKEP_MUST_USE skep_status skep_holder_cycle_again(struct skep_holder *holder,
                                                  struct skep_cycle_reply *reply_out, struct skep_error *err);

/* Waiting until the queue has a task, without taking it. It is begun and then looked after, so that one can
 * wait on several queues, and while something else is done. Whatever ends a wait, a cycle then tells. A cycle
 * before that ends it, too: the connection is closed and made anew, for what was asked cannot be taken back.
 *
 * Begin: sends the question, connecting if need be. The wait is over after TIMEOUT_MS (-1: a minute, which is
 * also the most). */
SKEP_MUST_USE skep_status skep_holder_wait_begin(struct skep_holder *holder, int64_t timeout_ms,
                                                 struct skep_error *err);

/* Is it over? Does not block.
 *
 *   SKEP_OK     go and take
 *   SKEP_EMPTY  not yet; all other answers end it
 *   SKEP_E_UNREACHABLE, SKEP_E_UNWELL (a server that is out of memory refuses waiting), ... */
SKEP_MUST_USE skep_status skep_holder_wait_look(struct skep_holder *holder, struct skep_error *err);

/* Sleep until one of N waits (SKEP_HOLDERS_MAX at most) may be over, OTHER_FD is readable, or TIMEOUT_MS has
 * passed (-1: never). The last look at each of them has said SKEP_EMPTY: only then does the sleep miss
 * nothing.
 *
 *   SKEP_OK       look at all of them
 *   SKEP_STOPPED  OTHER_FD is readable; look at them as well
 *   SKEP_EMPTY    time has passed, or one of them should have been answered: look, too */
enum { SKEP_HOLDERS_MAX = 64 };
SKEP_MUST_USE skep_status skep_holder_wait(struct skep_holder *const *holders, size_t n, int other_fd,
                                           int timeout_ms);

#endif
