/* SPDX-License-Identifier: MIT */
#include "queue/collect.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "queue/redis_error.h"
#include "queue/script.h"

skep_status skep_collector_init(struct skep_collector *collector, struct skep_conn *conn, const char *queue,
                                struct skep_error *err)
{
    *collector = (struct skep_collector){.conn = conn, .base = -1};
    skep_worker_name_make(collector->token);
    return skep_keys_init(&collector->keys, queue, err);
}

/* What the script said. */
static skep_status collect_read_state(struct skep_collector *collector, const struct skep_reply *state,
                                      struct skep_error *err)
{
    if (state->kind == SKEP_REPLY_ERROR) {
        return skep_redis_error_set(err, state->bytes, state->length);
    }
    if (state->kind != SKEP_REPLY_ARRAY || state->n < 3 || state->items[1].kind != SKEP_REPLY_INT ||
        state->items[2].kind != SKEP_REPLY_INT) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "collect: the server answered something unexpected");
    }
    if (skep_reply_is(&state->items[0], "BUSY")) {
        return skep_error_set(err, SKEP_E_CONFLICT, "the results of queue %s are being read by %.64s",
                              collector->keys.name,
                              state->n > 3 && state->items[3].kind == SKEP_REPLY_TEXT ? state->items[3].bytes
                                                                                      : "another consumer");
    }
    if (!skep_reply_is(&state->items[0], "OK")) {
        return skep_error_set(
            err, SKEP_E_CONFLICT,
            "the results of queue %s that were in hand have been collected by somebody else, or the "
            "server has forgotten them",
            collector->keys.name);
    }
    collector->base = state->items[1].integer;
    collector->n_left = state->items[2].integer;
    return SKEP_OK;
}

/* The results behind it. */
static skep_status collect_read_list(const struct skep_reply *list, size_t want,
                                     struct skep_bytes *results_out, size_t *n_out, struct skep_error *err)
{
    if (list->kind == SKEP_REPLY_ERROR) {
        return skep_redis_error_set(err, list->bytes, list->length);
    }
    if (!skep_reply_is_array_of(list, 0, SKEP_REPLY_TEXT) || list->n > want) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "collect: the server answered something unexpected");
    }
    for (size_t i = 0; i < list->n; i++) {
        results_out[i] = (struct skep_bytes){list->items[i].bytes, list->items[i].length};
    }
    *n_out = list->n;
    return SKEP_OK;
}

/* Not a transaction: a server that is out of memory refuses to queue any command for one. What somebody else
 * could do between the two the next call would notice by the number of this one. */
static void collect_build(struct skep_collector *collector, size_t n_stored, size_t want, int mark_ms)
{
    const char *const keys[] = {collector->keys.out, collector->keys.stat, collector->keys.reader};

    skep_script_begin(collector->conn, SKEP_SCRIPT_COLLECT, 3, keys, 4);
    skep_conn_arg_text(collector->conn, collector->token);
    skep_conn_arg_u64(collector->conn, collector->n_calls + 1);
    skep_conn_arg_u64(collector->conn, n_stored);
    skep_conn_arg_i64(collector->conn, mark_ms);
    if (want > 0) {
        skep_conn_begin(collector->conn, 4);
        skep_conn_arg_text(collector->conn, "LRANGE");
        skep_conn_arg_text(collector->conn, collector->keys.out);
        skep_conn_arg_u64(collector->conn, 0);
        skep_conn_arg_u64(collector->conn, want - 1);
    }
}

static skep_status collect_call(struct skep_collector *collector, size_t n_stored, size_t want, int mark_ms,
                                struct skep_bytes *results_out, size_t *n_out, struct skep_error *err)
{
    struct skep_conn *conn = collector->conn;
    struct skep_reply *reply = NULL;
    skep_status st = skep_conn_is_open(conn) ? SKEP_OK : skep_conn_connect(conn, err);

    assert(n_stored <= collector->n_taken);
    *n_out = 0;
    if (st == SKEP_OK) {
        collect_build(collector, n_stored, want, mark_ms);
        st = skep_conn_flush(conn, err);
    }
    if (st == SKEP_OK) {
        st = skep_script_settle(conn, -1, &reply, err);
    }
    if (st == SKEP_OK) {
        st = collect_read_state(collector, reply, err);
        if (want > 0 && skep_conn_is_open(conn)) { /* whatever the script said, a list comes behind it */
            skep_status got = skep_conn_reply(conn, -1, &reply, err);
            st = st == SKEP_OK ? got : st;
        }
    }
    if (st == SKEP_OK && want > 0) {
        st = collect_read_list(reply, want, results_out, n_out, err);
    }
    if (st == SKEP_OK) { /* only now: the call that comes again after a failure must have the same number */
        collector->n_calls++;
        collector->n_taken = *n_out;
    }
    return st;
}

skep_status skep_collect(struct skep_collector *collector, size_t n_stored, size_t want,
                         struct skep_bytes *results_out, size_t *n_out, struct skep_error *err)
{
    return collect_call(collector, n_stored, want, SKEP_COLLECT_MARK_MS, results_out, n_out, err);
}

skep_status skep_collect_leave(struct skep_collector *collector, size_t n_stored, struct skep_error *err)
{
    size_t n;

    return collect_call(collector, n_stored, 0, 0, NULL, &n, err);
}

skep_status skep_collect_wait(struct skep_collector *collector, int timeout_ms, struct skep_error *err)
{
    struct skep_conn *conn = collector->conn;
    struct skep_reply *reply;
    char seconds[32];
    skep_status st = skep_conn_is_open(conn) ? SKEP_OK : skep_conn_connect(conn, err);

    if (st != SKEP_OK) {
        return st;
    }
    snprintf(seconds, sizeof seconds, "%.3f", timeout_ms > 0 ? (double)timeout_ms / 1000 : 0.001);
    skep_conn_begin(conn, 6);
    skep_conn_arg_text(conn, "BLMOVE");
    skep_conn_arg_text(conn, collector->keys.out);
    skep_conn_arg_text(conn, collector->keys.out);
    skep_conn_arg_text(conn, "LEFT");
    skep_conn_arg_text(conn, "LEFT");
    skep_conn_arg_text(conn, seconds);
    st = skep_conn_call(conn, timeout_ms + SKEP_CONN_SILENCE_MS, &reply, err);
    return st != SKEP_OK ? st : reply->kind == SKEP_REPLY_NIL ? SKEP_EMPTY : SKEP_OK;
}
