/* SPDX-License-Identifier: MIT */
#include "queue/acks.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "queue/redis_error.h"
#include "queue/script.h"

/* Of acks as large as the largest seen, so many bytes at once; the first call, which has seen none, asks for
 * a few. */
enum { ACKS_READ_BYTES = 32 * 1024 * 1024, ACKS_FIRST = 16 };

skep_status skep_acks_init(struct skep_acks *acks, struct skep_conn *conn, const char *queue, const char *job,
                           struct skep_error *err)
{
    *acks = (struct skep_acks){.conn = conn, .want = ACKS_FIRST};
    if (!skep_range_job_is_valid(job)) {
        return skep_error_set(err, SKEP_E_USAGE, "\"%.80s\" is no name of a range job", job);
    }
    skep_worker_name_make(acks->token);
    snprintf(acks->job, sizeof acks->job, "%s", job);
    skep_status st = skep_keys_init(&acks->keys, queue, err);
    snprintf(acks->acks_key, sizeof acks->acks_key, "%s%s", acks->keys.acks_prefix, job);
    snprintf(acks->gatherer_key, sizeof acks->gatherer_key, "%s%s", acks->keys.gatherer_prefix, job);
    return st;
}

/* What the script said. */
static skep_status acks_read_state(struct skep_acks *acks, const struct skep_reply *state,
                                   struct skep_error *err)
{
    if (state->kind == SKEP_REPLY_ERROR) {
        return skep_redis_error_set(err, state->bytes, state->length);
    }
    if (state->kind != SKEP_REPLY_ARRAY || state->n < 3 || state->items[1].kind != SKEP_REPLY_INT ||
        state->items[2].kind != SKEP_REPLY_INT) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "acks: the server answered something unexpected");
    }
    if (skep_reply_is(&state->items[0], "BUSY")) {
        return skep_error_set(err, SKEP_E_CONFLICT, "the outputs of job \"%s\" are being gathered by %.64s",
                              acks->job,
                              state->n > 3 && state->items[3].kind == SKEP_REPLY_TEXT ? state->items[3].bytes
                                                                                      : "somebody else");
    }
    if (skep_reply_is(&state->items[0], "UNKNOWN")) {
        return skep_error_set(err, SKEP_E_CONFLICT, "queue %s has no job \"%s\" (any more)", acks->keys.name,
                              acks->job);
    }
    if (!skep_reply_is(&state->items[0], "OK")) {
        return skep_error_set(
            err, SKEP_E_CONFLICT,
            "what job \"%s\" has to gather was gathered by somebody else, or the server has forgotten it",
            acks->job);
    }
    acks->n_left = state->items[1].integer;
    acks->is_over = state->items[2].integer == 1;
    return SKEP_OK;
}

/* The acks behind it; the next call asks for as many as fit, if all are as large as the largest of these. */
static skep_status acks_read_list(struct skep_acks *acks, const struct skep_reply *list,
                                  struct skep_bytes *acks_out, size_t *n_out, struct skep_error *err)
{
    size_t largest = ACKS_READ_BYTES / SKEP_ACKS_WANT, fit;

    if (list->kind == SKEP_REPLY_ERROR) {
        return skep_redis_error_set(err, list->bytes, list->length);
    }
    if (!skep_reply_is_array_of(list, 0, SKEP_REPLY_TEXT) || list->n > acks->want) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "acks: the server answered something unexpected");
    }
    for (size_t i = 0; i < list->n; i++) {
        acks_out[i] = (struct skep_bytes){list->items[i].bytes, list->items[i].length};
        largest = largest > list->items[i].length ? largest : list->items[i].length;
    }
    *n_out = list->n;
    fit = ACKS_READ_BYTES / largest;
    acks->want = list->n == 0 ? acks->want : fit > 0 ? fit : 1;
    return SKEP_OK;
}

static void acks_build(struct skep_acks *acks, size_t n_safe, int mark_ms)
{
    const char *const keys[] = {acks->acks_key, acks->gatherer_key, acks->keys.jobs, acks->keys.puts};

    size_t n_bytes = 0;

    for (size_t i = 0; i < n_safe; i++) {
        n_bytes += acks->taken_bytes[i];
    }
    skep_script_begin(acks->conn, SKEP_SCRIPT_GATHER, 4, keys, 6);
    skep_conn_arg_text(acks->conn, acks->job);
    skep_conn_arg_text(acks->conn, acks->token);
    skep_conn_arg_u64(acks->conn, acks->n_calls + 1);
    skep_conn_arg_u64(acks->conn, n_safe);
    skep_conn_arg_i64(acks->conn, mark_ms);
    skep_conn_arg_u64(acks->conn, n_bytes);
    if (mark_ms > 0) {
        skep_conn_begin(acks->conn, 4);
        skep_conn_arg_text(acks->conn, "LRANGE");
        skep_conn_arg_text(acks->conn, acks->acks_key);
        skep_conn_arg_u64(acks->conn, 0);
        skep_conn_arg_u64(acks->conn, acks->want - 1);
    }
}

/* MARK_MS 0: confirm and leave. */
static skep_status acks_call(struct skep_acks *acks, size_t n_safe, int mark_ms, struct skep_bytes *acks_out,
                             size_t *n_out, struct skep_error *err)
{
    struct skep_conn *conn = acks->conn;
    struct skep_reply *reply = NULL;
    skep_status st = skep_conn_is_open(conn) ? SKEP_OK : skep_conn_connect(conn, err);

    assert(n_safe <= acks->n_taken);
    *n_out = 0;
    if (st == SKEP_OK) {
        acks_build(acks, n_safe, mark_ms);
        st = skep_conn_flush(conn, err);
    }
    if (st == SKEP_OK) {
        st = skep_script_settle(conn, -1, &reply, err);
    }
    if (st == SKEP_OK) {
        st = acks_read_state(acks, reply, err);
        if (mark_ms > 0 && skep_conn_is_open(conn)) { /* whatever the script said, a list comes behind it */
            skep_status got = skep_conn_reply(conn, -1, &reply, err);
            st = st == SKEP_OK ? got : st;
        }
    }
    if (st == SKEP_OK && mark_ms > 0) {
        st = acks_read_list(acks, reply, acks_out, n_out, err);
    }
    if (st == SKEP_OK) { /* only now: the call that comes again after a failure must have the same number */
        acks->n_calls++;
        acks->n_taken = *n_out;
        for (size_t i = 0; i < *n_out; i++) {
            acks->taken_bytes[i] = acks_out[i].n;
        }
    }
    return st;
}

skep_status skep_acks_read(struct skep_acks *acks, size_t n_safe, struct skep_bytes *acks_out, size_t *n_out,
                           struct skep_error *err)
{
    return acks_call(acks, n_safe, SKEP_ACKS_MARK_MS, acks_out, n_out, err);
}

skep_status skep_acks_leave(struct skep_acks *acks, size_t n_safe, struct skep_error *err)
{
    size_t n;

    return acks_call(acks, n_safe, 0, NULL, &n, err);
}
