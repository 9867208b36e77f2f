/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_PUT_H
#define SKEP_QUEUE_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/conn.h"
#include "queue/holder.h"
#include "queue/keys.h"

/* A push: records in order, in pieces. The offset of the push moves in the same script call as its records,
 * so that a piece can be sent again after any failure and goes in once. Pieces are pipelined: up to
 * SKEP_PUT_WINDOW are under way. Records are copied; after a failure the caller gives those from put->offset
 * on again. */
enum { SKEP_JOB_NAME_BYTES = 257 };
enum { SKEP_PUT_PIECE = 1000, SKEP_PUT_WINDOW = 4, SKEP_PUT_PIECE_BYTES = 4 * 1024 * 1024 };

struct skep_put {
    struct skep_conn *conn;
    struct skep_keys keys;
    char id[SKEP_JOB_NAME_BYTES];
    uint64_t
        n_announced;    /* set after init: the push is a job of so many records, and its tasks are counted */
    uint64_t offset;    /* records that the server is known to have */
    uint64_t n_sent;    /* records sent, known or not */
    int64_t depth;      /* of the queue, as last heard */
    size_t n_in_flight; /* pieces */
    uint64_t piece_sizes[SKEP_PUT_WINDOW];
    bool is_full; /* the queue's limit was met; what was sent behind it did not go in */
};

/* ID (1 to 256 bytes) names the push; the same ID goes on where it was (*offset after skep_put_resume). */
SKEP_MUST_USE skep_status skep_put_init(struct skep_put *put, struct skep_conn *conn, const char *queue,
                                        const char *id, struct skep_error *err);

/* Ask the server how many records of this push it has: into put->offset; forget what was under way. To be
 * called first, and after every failure once the connection is open again; go on from record number
 * put->offset. */
SKEP_MUST_USE skep_status skep_put_resume(struct skep_put *put, struct skep_error *err);

/* Send the next N records (N <= SKEP_PUT_PIECE). Waits for an earlier piece when the window is full.
 *   SKEP_E_FULL      the queue is at its max_depth: wait, then skep_put_resume
 *   SKEP_E_CONFLICT  the server has fewer records of this push than it said: it lost its memory
 *   SKEP_E_CANCELLED the job is cancelled: nothing more of it goes in
 *   and what the connection says */
SKEP_MUST_USE skep_status skep_put_send(struct skep_put *put, const struct skep_bytes *records, size_t n,
                                        struct skep_error *err);

/* Wait until everything sent is in. */
SKEP_MUST_USE skep_status skep_put_drain(struct skep_put *put, struct skep_error *err);

/* The push is complete and will not be repeated: forget its offset. */
SKEP_MUST_USE skep_status skep_put_forget(struct skep_put *put, struct skep_error *err);

#endif
