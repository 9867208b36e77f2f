/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_ACKS_H
#define SKEP_QUEUE_ACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/holder.h"
#include "queue/keys.h"
#include "queue/range.h"

/* The list of what slots report of a range job, and its one reader, the gatherer. As results are collected
 * (collect.h): read, make safe, confirm; only then they leave the list. Whoever dies in between loses
 * nothing. A mark with a short life keeps a second gatherer out; one that was thought dead is refused
 * (fenced) by the number of its call. */
enum { SKEP_ACKS_MARK_MS = 3000, SKEP_ACKS_WANT = 256 };

struct skep_acks {
    struct skep_conn *conn;
    struct skep_keys keys;
    char job[SKEP_RANGE_JOB_BYTES];
    char acks_key[SKEP_KEY_BYTES], gatherer_key[SKEP_KEY_BYTES];
    char token[SKEP_WORKER_NAME_BYTES];
    size_t n_taken;                     /* in hand */
    size_t taken_bytes[SKEP_ACKS_WANT]; /* how long each of them is */
    size_t want;                        /* the next call asks for so many */
    int64_t n_left;                     /* length of the list, as last heard */
    uint64_t n_calls;                   /* answered so far */
    bool is_over; /* every task of the job was over when the acks in hand were read: what n_left counts is
                   * all that there will be */
};

SKEP_MUST_USE skep_status skep_acks_init(struct skep_acks *acks, struct skep_conn *conn, const char *queue,
                                         const char *job, struct skep_error *err);

/* Confirm the first N_SAFE of those in hand and read what the list begins with then, up to SKEP_ACKS_WANT (at
 * most about 32 MiB): those in hand that were not safe come again. Also keeps the mark alive: to be called at
 * least every second. ACKS_OUT has room for SKEP_ACKS_WANT; memory of the connection. Connects if need be;
 * after a transient failure call it again with the same N_SAFE.
 *
 *   SKEP_E_CONFLICT   somebody else gathers, or has gathered what was in hand; or nobody knows the job */
SKEP_MUST_USE skep_status skep_acks_read(struct skep_acks *acks, size_t n_safe, struct skep_bytes *acks_out,
                                         size_t *n_out, struct skep_error *err);

/* Confirm the first N_SAFE and give the mark back. */
SKEP_MUST_USE skep_status skep_acks_leave(struct skep_acks *acks, size_t n_safe, struct skep_error *err);

#endif
