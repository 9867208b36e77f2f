/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_ADMIN_H
#define SKEP_QUEUE_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/holder.h"
#include "queue/keys.h"

/* What operators ask of a queue. Everything here needs an open connection and waits for its replies. */

/* Counters since ever, by their names in the hash `stat`. */
#define SKEP_STAT_MAP(X)                                                                                     \
    X(put, "records that `skep` pushed")                                                                     \
    X(taken, "tasks taken by workers, each time they were")                                                  \
    X(done, "tasks that succeeded")                                                                          \
    X(retried, "attempts that failed and are tried again")                                                   \
    X(cancelled, "tasks that somebody cancelled before they were over")                                      \
    X(dead, "dead letters made")                                                                             \
    X(given_back, "tasks given back unstarted or unfinished")                                                \
    X(crash_moved, "tasks moved out of the hands of dead slots")                                             \
    X(crashes, "tasks that ran in a slot when it died")                                                      \
    X(reaped, "slots declared dead")                                                                         \
    X(promoted, "delayed tasks that became due")                                                             \
    X(replays, "cycles that came twice and were answered from memory")                                       \
    X(fenced, "cycles refused because their slot had been declared dead")                                    \
    X(fenced_results, "results in these cycles")                                                             \
    X(out_of_step, "cycles refused because the server did not remember what went before them")               \
    X(collected, "results that a consumer has stored")                                                       \
    X(requeued, "dead letters put back into the queue")                                                      \
    X(purged, "dead letters thrown away")                                                                    \
    X(dead_dropped, "dead letters dropped because there were too many")

#define SKEP_STAT_FIELD(name, help) int64_t name;
struct skep_stat {
    SKEP_STAT_MAP(SKEP_STAT_FIELD)
};
#undef SKEP_STAT_FIELD

struct skep_slot_status {
    char worker[SKEP_WORKER_NAME_BYTES];
    int64_t beat;
    int64_t n_cycles; /* applied: while it moves, the slot does */
    int64_t n_held;   /* tasks: of a range, its positions */
};

/* How much had come in and gone out at some time not long ago, by the server's clock: an agent's beat keeps
 * it. Coming in is counted in records where no range job is known, in what was put where one is (and in both
 * a dead letter that was requeued comes in again); n_out in tasks that were over. */
enum { SKEP_PACE_MAX_MS = 60 * 1000 /* older than this it is not known */ };
struct skep_queue_pace {
    int64_t at_ms; /* 0: not known */
    int64_t n_in, n_out;
};

/* Everything at one instant. */
struct skep_queue_status {
    int64_t now_ms;
    /* In records: one that waits may be a range of many tasks (what is left of those: queue/job.h). Held: in
     * tasks. */
    int64_t n_waiting, n_results, n_delayed, n_dead, n_suspect, n_held;
    bool is_paused;
    int64_t max_depth, max_results, max_dead; /* 0: none */
    struct skep_stat stat;
    int64_t oldest_ms;           /* age of the record at the head; -1: it does not say, or there is none */
    int64_t n_in, n_out;         /* so far */
    bool counts_puts;            /* how n_in is counted: of two that differ in it n_in cannot be compared */
    struct skep_queue_pace pace; /* and some 10 to 20 s ago, while workers were there */
    size_t n_slots;
    struct skep_slot_status *slots; /* skep_queue_status_release */
};

SKEP_MUST_USE skep_status skep_queue_status_read(struct skep_conn *conn, const struct skep_keys *keys,
                                                 struct skep_queue_status *status_out,
                                                 struct skep_error *err);
void skep_queue_status_release(struct skep_queue_status *status);

/* Promise 1: taken = held + done + retried + dead + cancelled + given back + crash-moved. The difference; 0
 * is right. */
int64_t skep_queue_audit(const struct skep_queue_status *status);

/* Stop workers from taking, or let them take again. What runs, runs on. */
SKEP_MUST_USE skep_status skep_queue_pause(struct skep_conn *conn, const struct skep_keys *keys, bool pauses,
                                           struct skep_error *err);

/* A producer that meets MAX_DEPTH tasks waiting has to wait; workers that meet MAX_RESULTS results stop
 * taking; of more than MAX_DEAD dead letters (SKEP_MAX_DEAD when never set) the oldest are dropped and
 * counted. 0: no limit. */
enum { SKEP_MAX_DEAD = 1000000 /* settle.inc has the same */ };
enum skep_queue_limit { SKEP_LIMIT_DEPTH, SKEP_LIMIT_RESULTS, SKEP_LIMIT_DEAD };
SKEP_MUST_USE skep_status skep_queue_set_limit(struct skep_conn *conn, const struct skep_keys *keys,
                                               enum skep_queue_limit limit, int64_t most,
                                               struct skep_error *err);

/* What the workers say of the slots of STATUS: JSON for people, with n 0 where there is none (any more).
 * Memory of the connection. INFOS_OUT has room for all slots. */
SKEP_MUST_USE skep_status skep_queue_infos_read(struct skep_conn *conn, const struct skep_keys *keys,
                                                const struct skep_queue_status *status,
                                                struct skep_bytes *infos_out, struct skep_error *err);

/* Dead letters FIRST to FIRST + N - 1, oldest first; memory of the connection. LETTERS_OUT has room for N. */
SKEP_MUST_USE skep_status skep_dead_read(struct skep_conn *conn, const struct skep_keys *keys, int64_t first,
                                         size_t n, struct skep_bytes *letters_out, size_t *n_out,
                                         struct skep_error *err);

/* Go once through all dead letters that are there now, in pieces: those whose header line holds WANTED ("
 * id=X ", " cause=timeout ", "" for all) are put back into the queue with fresh budgets, or thrown away. */
SKEP_MUST_USE skep_status skep_dead_sift(struct skep_conn *conn, const struct skep_keys *keys, bool requeues,
                                         const char *wanted, int64_t *matched_out, struct skep_error *err);

/* The names of all queues; memory of the connection. NAMES_OUT has room for MAX. */
SKEP_MUST_USE skep_status skep_queues_read(struct skep_conn *conn, const char **names_out, size_t max,
                                           size_t *n_out, struct skep_error *err);

#endif
