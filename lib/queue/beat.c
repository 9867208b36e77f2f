/* SPDX-License-Identifier: MIT */
#include "queue/beat.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "queue/redis_error.h"
#include "queue/script.h"

skep_status skep_beat_send(struct skep_conn *conn, const struct skep_keys *keys, const char *const *workers,
                           size_t n, struct skep_error *err)
{
    const char *const names[] = {keys->workers, keys->queue, keys->delayed, keys->suspect,
                                 keys->conf,    keys->out,   keys->stat};

    skep_script_begin(conn, SKEP_SCRIPT_TOUCH, sizeof names / sizeof names[0], names, n);
    for (size_t i = 0; i < n; i++) {
        skep_conn_arg_text(conn, workers[i]);
    }
    return skep_conn_flush(conn, err);
}

static bool beat_is_sound(const struct skep_reply *reply)
{
    return reply->kind == SKEP_REPLY_ARRAY && reply->n == 5 && reply->items[0].kind == SKEP_REPLY_INT &&
           reply->items[1].kind == SKEP_REPLY_INT && reply->items[2].kind == SKEP_REPLY_INT &&
           reply->items[3].kind == SKEP_REPLY_ARRAY && reply->items[4].kind == SKEP_REPLY_ARRAY &&
           reply->items[4].n % 2 == 0;
}

skep_status skep_beat_read(struct skep_conn *conn, const struct skep_reply *reply, struct skep_beat *beat_out,
                           struct skep_error *err)
{
    if (reply->kind == SKEP_REPLY_ERROR) {
        const struct skep_redis_error *row = skep_redis_error_find(reply->bytes, reply->length);
        skep_status st = skep_redis_error_set(err, reply->bytes, reply->length);
        return row->action != SKEP_REDIS_SEND_SCRIPT         ? st
               : skep_script_load_all(conn, NULL) == SKEP_OK ? SKEP_E_UNWELL
                                                             : SKEP_E_UNREACHABLE;
    }
    if (!beat_is_sound(reply)) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "beat: the server answered something unexpected");
    }
    *beat_out = (struct skep_beat){
        .now_ms = reply->items[0].integer,
        .flags = (unsigned)reply->items[1].integer,
        .depth = reply->items[2].integer,
        .fenced = &reply->items[3],
        .workers = &reply->items[4],
    };
    return SKEP_OK;
}

int64_t skep_beat_counter(const struct skep_reply *score)
{
    return score->kind == SKEP_REPLY_TEXT ? (int64_t)strtod(score->bytes, NULL) : 0;
}

skep_status skep_reap(struct skep_conn *conn, const struct skep_keys *keys, const char *worker,
                      int64_t observed, int64_t running, const char *info, int64_t *moved_out,
                      struct skep_error *err)
{
    char held[SKEP_KEY_BYTES];
    char info_key[SKEP_KEY_BYTES];
    char beat[32] = "";
    const char *const names[] = {keys->queue,   held,          keys->workers, keys->cycle,
                                 keys->suspect, keys->crashes, keys->stat,    info_key};
    struct skep_reply *reply;
    skep_status st;

    snprintf(held, sizeof held, "%s%s", keys->held_prefix, worker);
    snprintf(info_key, sizeof info_key, "%s%s", keys->info_prefix, worker);
    if (observed >= 0) {
        snprintf(beat, sizeof beat, "%" PRId64, observed);
    }
    skep_script_begin(conn, SKEP_SCRIPT_REAP, sizeof names / sizeof names[0], names, 4);
    skep_conn_arg_text(conn, worker);
    skep_conn_arg_text(conn, beat);
    if (running >= 0) {
        skep_conn_arg_i64(conn, running);
    } else {
        skep_conn_arg_text(conn, running == SKEP_RUNNING_HEAD ? "head" : "none");
    }
    skep_conn_arg_text(conn, info);
    st = skep_script_call(conn, -1, &reply, err);
    if (st == SKEP_OK && reply->kind != SKEP_REPLY_INT) {
        st = skep_error_set(err, SKEP_E_PROTOCOL, "the server answered something unexpected");
    }
    skep_error_prefix(err, "reap");
    *moved_out = st == SKEP_OK ? reply->integer : -1;
    return st;
}
