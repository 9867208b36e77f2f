/* SPDX-License-Identifier: MIT */
#include "producer/run/run_push.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/entropy.h"

enum {
    PUSH_PIECES_A_STEP = 4,
    PUSH_QUEUE_BYTES = 64 * 1024 * 1024, /* the queue is kept at about this size */
    PUSH_QUEUE_LEAST = 2 * SKEP_PUT_PIECE,
    PUSH_QUEUE_MOST = 100 * SKEP_PUT_PIECE
};

skep_status skep_run_push_init(struct skep_run_push *push, struct skep_conn *conn, const char *queue,
                               struct skep_source *source, const struct skep_gather *gather, uint64_t n_tasks,
                               struct skep_error *err)
{
    *push =
        (struct skep_run_push){.conn = conn, .gather = gather, .n_tasks = n_tasks, .piece = SKEP_PUT_PIECE};
    skep_feed_init(&push->feed, source, NULL, false);
    return skep_put_init(&push->put, conn, queue, "run", err);
}

void skep_run_push_release(struct skep_run_push *push)
{
    skep_feed_release(&push->feed);
}

void skep_run_push_doubt(struct skep_run_push *push)
{
    push->is_ready = false;
    /* What is in of a filling cannot be told from outside; when the queue has run empty, holes are looked for
     * again. */
    push->is_done = push->is_filling;
}

/* So many tasks may wait. */
static int64_t push_room(const struct skep_run_push *push)
{
    uint64_t each = push->n_seen > 0 ? push->bytes_seen / push->n_seen + 1 : 1;
    uint64_t n = PUSH_QUEUE_BYTES / each;

    return n < PUSH_QUEUE_LEAST ? PUSH_QUEUE_LEAST : n > PUSH_QUEUE_MOST ? PUSH_QUEUE_MOST : (int64_t)n;
}

bool skep_run_push_has_room(const struct skep_run_push *push)
{
    return push->depth < push_room(push);
}

static skep_status push_get_ready(struct skep_run_push *push, struct skep_error *err)
{
    skep_status st = skep_put_resume(&push->put, err);

    if (st == SKEP_OK && !push->is_filling && push->put.offset > push->n_tasks) {
        return skep_error_set(err, SKEP_E_CONFLICT,
                              "queue %s has taken in %" PRIu64 " tasks of this run, which has only %" PRIu64,
                              push->put.keys.name, push->put.offset, push->n_tasks);
    }
    if (st == SKEP_OK) {
        st = skep_feed_seek(&push->feed, push->is_filling ? 0 : push->put.offset, err);
    }
    push->is_ready = st == SKEP_OK;
    return st;
}

/* The records that are to go: all, or those of the holes. */
static skep_status push_next(struct skep_run_push *push, struct skep_bytes records[SKEP_PUT_PIECE],
                             size_t *n_out, struct skep_error *err)
{
    const struct skep_bytes *fed;
    size_t n_fed;
    uint64_t number = push->feed.n_next;
    skep_status st = skep_feed_next(&push->feed, push->piece, &fed, &n_fed, err);

    *n_out = 0;
    for (size_t i = 0; st == SKEP_OK && i < n_fed; i++) {
        push->bytes_seen += fed[i].n;
        push->n_seen++;
        if (!push->is_filling || !skep_gather_has(push->gather, number + i)) {
            records[(*n_out)++] = fed[i];
        }
    }
    return st;
}

static skep_status push_ask_depth(struct skep_run_push *push, struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st = skep_put_drain(&push->put, err);

    if (st == SKEP_OK) {
        skep_conn_begin(push->conn, 2);
        skep_conn_arg_text(push->conn, "LLEN");
        skep_conn_arg_text(push->conn, push->put.keys.queue);
        st = skep_conn_call(push->conn, -1, &reply, err);
    }
    if (st == SKEP_OK) {
        push->depth = reply->integer;
    }
    return st;
}

static skep_status push_pieces(struct skep_run_push *push, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (int i = 0; i < PUSH_PIECES_A_STEP && st == SKEP_OK && skep_run_push_has_room(push); i++) {
        struct skep_bytes records[SKEP_PUT_PIECE];
        size_t n;
        st = push_next(push, records, &n, err);
        if (st == SKEP_OK && n > 0) {
            st = skep_put_send(&push->put, records, n, err);
            push->depth += (int64_t)n;
        }
    }
    if (st == SKEP_EMPTY) {
        st = skep_put_drain(&push->put, err);
        push->is_done = st == SKEP_OK;
    }
    if (st == SKEP_OK && push->piece < SKEP_PUT_PIECE && !push->is_filling) {
        push->piece = push->piece > SKEP_PUT_PIECE / 2 ? SKEP_PUT_PIECE : 2 * push->piece;
    }
    return st;
}

/* A limit that an operator set: no trouble, only no room. What did not go in goes later, in smaller pieces.
 */
static void push_is_full(struct skep_run_push *push)
{
    skep_run_push_doubt(push);
    push->depth = push_room(push);
    push->piece = push->is_filling || push->piece == 1 ? 1 : push->piece / 2;
}

skep_status skep_run_push_step(struct skep_run_push *push, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (push->is_done) {
        return SKEP_OK;
    }
    if (!push->is_ready) {
        st = push_get_ready(push, err);
    }
    if (st == SKEP_OK) {
        st = push_ask_depth(push, err);
    }
    if (st == SKEP_OK) {
        st = push_pieces(push, err);
    }
    if (st == SKEP_E_FULL) {
        push_is_full(push);
        return SKEP_OK;
    }
    if (st == SKEP_E_CONFLICT && push->is_ready) {
        st = SKEP_E_UNWELL; /* the server forgot records that it had: go on from what it remembers */
    }
    if (st != SKEP_OK) {
        skep_run_push_doubt(push);
    }
    return st;
}

skep_status skep_run_push_fill(struct skep_run_push *push, struct skep_error *err)
{
    const struct skep_keys keys = push->put.keys;
    char name[48];

    assert(push->is_done);
    snprintf(name, sizeof name, "fill-%016" PRIx64, skep_entropy_u64());
    push->is_filling = true;
    push->is_ready = push->is_done = false;
    return skep_put_init(&push->put, push->conn, keys.name, name, err);
}
