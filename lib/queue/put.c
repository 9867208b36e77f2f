/* SPDX-License-Identifier: MIT */
#include "queue/put.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "queue/redis_error.h"
#include "queue/rights.h"
#include "queue/script.h"

skep_status skep_put_init(struct skep_put *put, struct skep_conn *conn, const char *queue, const char *id,
                          struct skep_error *err)
{
    *put = (struct skep_put){.conn = conn};
    if (strlen(id) == 0 || strlen(id) >= sizeof put->id) {
        return skep_error_set(err, SKEP_E_USAGE, "the name of a push has 1 to %zu bytes", sizeof put->id - 1);
    }
    snprintf(put->id, sizeof put->id, "%s", id);
    return skep_keys_init(&put->keys, queue, err);
}

/* May we push, is the queue known by name, and does the server have the script? All before the first record
 * goes, so that a pipeline never meets a server that lacks it. */
static skep_status put_prepare(struct skep_put *put, struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st = skep_rights_check(put->conn, &put->keys, SKEP_ROLE_PRODUCER, err);

    if (st == SKEP_OK) {
        st = skep_script_load(put->conn, SKEP_SCRIPT_PUT, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    skep_conn_begin(put->conn, 3);
    skep_conn_arg_text(put->conn, "SADD");
    skep_conn_arg_text(put->conn, SKEP_KEY_QUEUES);
    skep_conn_arg_text(put->conn, put->keys.name);
    return skep_conn_call(put->conn, -1, &reply, err);
}

skep_status skep_put_resume(struct skep_put *put, struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st = skep_conn_is_open(put->conn) && skep_conn_pending(put->conn) == 0
                         ? SKEP_OK
                         : skep_conn_connect(put->conn, err);

    if (st == SKEP_OK) {
        st = put_prepare(put, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    skep_conn_begin(put->conn, 3);
    skep_conn_arg_text(put->conn, "HGET");
    skep_conn_arg_text(put->conn, put->keys.puts);
    skep_conn_arg_text(put->conn, put->id);
    st = skep_conn_call(put->conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    put->offset = 0;
    if (reply->kind == SKEP_REPLY_TEXT && !skep_parse_u64(reply->bytes, reply->length, &put->offset)) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "the offset of push \"%s\" is no number", put->id);
    }
    put->n_sent = put->offset;
    put->n_in_flight = 0;
    put->is_full = false;
    return SKEP_OK;
}

static skep_status put_read(struct skep_put *put, const struct skep_reply *reply, uint64_t n,
                            struct skep_error *err)
{
    if (reply->kind == SKEP_REPLY_ERROR) {
        return skep_redis_error_set(err, reply->bytes, reply->length);
    }
    if (reply->kind != SKEP_REPLY_ARRAY || reply->n != 3 || reply->items[2].kind != SKEP_REPLY_INT) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "put: the server answered something unexpected");
    }
    put->depth = reply->items[2].integer;
    if (skep_reply_is(&reply->items[0], "OK") || skep_reply_is(&reply->items[0], "REPLAY")) {
        put->offset += n;
        return SKEP_OK;
    }
    if (skep_reply_is(&reply->items[0], "FULL")) {
        put->is_full = true;
        return skep_error_set(err, SKEP_E_FULL,
                              "queue %s holds %" PRId64 " tasks, and its limit has no room for %" PRIu64
                              " more",
                              put->keys.name, put->depth, n);
    }
    if (skep_reply_is(&reply->items[0], "CANCELLED")) {
        return skep_error_set(
            err, SKEP_E_CANCELLED,
            "job \"%.100s\" of queue %s is cancelled: nothing more can be pushed under its name", put->id,
            put->keys.name);
    }
    /* Behind a piece that found the queue full, the next ones see a gap: that is no loss. */
    return put->is_full ? SKEP_E_FULL
                        : skep_error_set(
                              err, SKEP_E_CONFLICT,
                              "the server has forgotten records of this push, or somebody else pushes under "
                              "the same name (\"%s\")",
                              put->id);
}

/* The reply to the oldest piece under way. */
static skep_status put_settle(struct skep_put *put, struct skep_error *err)
{
    struct skep_reply *reply;
    uint64_t n = put->piece_sizes[0];
    skep_status st = skep_conn_reply(put->conn, -1, &reply, err);

    if (st != SKEP_OK) {
        return st;
    }
    put->n_in_flight--;
    memmove(put->piece_sizes, put->piece_sizes + 1, put->n_in_flight * sizeof put->piece_sizes[0]);
    return put_read(put, reply, n, err);
}

skep_status skep_put_send(struct skep_put *put, const struct skep_bytes *records, size_t n,
                          struct skep_error *err)
{
    const struct skep_keys *k = &put->keys;
    const char *const keys[] = {k->queue, k->puts, k->stat, k->conf, k->jobs, k->cancel, k->ranges};
    skep_status st = SKEP_OK;

    assert(n > 0 && n <= SKEP_PUT_PIECE);
    if (put->n_in_flight == SKEP_PUT_WINDOW) {
        st = put_settle(put, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    skep_script_begin(put->conn, SKEP_SCRIPT_PUT, sizeof keys / sizeof keys[0], keys, 3 + n);
    skep_conn_arg_text(put->conn, put->id);
    skep_conn_arg_u64(put->conn, put->n_sent);
    if (put->n_announced > 0) {
        skep_conn_arg_u64(put->conn, put->n_announced);
    } else {
        skep_conn_arg_text(put->conn, "");
    }
    for (size_t i = 0; i < n; i++) {
        skep_conn_arg(put->conn, records[i].bytes, records[i].n);
    }
    put->piece_sizes[put->n_in_flight++] = n;
    put->n_sent += n;
    return skep_conn_flush(put->conn, err);
}

skep_status skep_put_drain(struct skep_put *put, struct skep_error *err)
{
    skep_status first = SKEP_OK;

    while (put->n_in_flight > 0) {
        skep_status st = put_settle(put, first == SKEP_OK ? err : NULL);
        first = first == SKEP_OK ? st : first;
        if (!skep_conn_is_open(put->conn)) {
            break;
        }
    }
    return first;
}

skep_status skep_put_forget(struct skep_put *put, struct skep_error *err)
{
    struct skep_reply *reply;

    skep_conn_begin(put->conn, 3);
    skep_conn_arg_text(put->conn, "HDEL");
    skep_conn_arg_text(put->conn, put->keys.puts);
    skep_conn_arg_text(put->conn, put->id);
    return skep_conn_call(put->conn, -1, &reply, err);
}
