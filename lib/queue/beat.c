/* SPDX-License-Identifier: MIT */
#include "queue/beat.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "queue/redis_error.h"
#include "queue/script.h"

skep_status skep_beat_send(struct skep_conn *conn, const struct skep_keys *keys, const char *const *workers,
                           size_t n, struct skep_error *err)
{
    const char *const names[] = {keys->workers, keys->queue,  keys->delayed, keys->suspect, keys->conf,
                                 keys->out,     keys->stat,   keys->jobs,    keys->cancel,  keys->puts,
                                 keys->gather,  keys->ranges, keys->prefix};

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
           skep_reply_is_array_of(&reply->items[3], 0, SKEP_REPLY_TEXT) &&
           skep_reply_is_array_of(&reply->items[4], 0, SKEP_REPLY_TEXT) && reply->items[4].n % 2 == 0;
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

skep_status skep_peek_running(struct skep_conn *conn, const struct skep_keys *keys, const char *worker,
                              int64_t running, struct skep_bytes *record_out, struct skep_error *err)
{
    char held[SKEP_KEY_BYTES];
    const char *const names[] = {held, keys->cycle, keys->ranges};
    struct skep_reply *reply;
    skep_status st;

    snprintf(held, sizeof held, "%s%s", keys->held_prefix, worker);
    skep_script_begin(conn, SKEP_SCRIPT_PEEK, sizeof names / sizeof names[0], names, 2);
    skep_conn_arg_text(conn, worker);
    skep_conn_arg_i64(conn, running);
    st = skep_script_call(conn, -1, &reply, err);
    skep_error_prefix(err, "peek");
    if (st != SKEP_OK || reply->kind != SKEP_REPLY_TEXT) {
        return st != SKEP_OK ? st : SKEP_EMPTY;
    }
    *record_out = (struct skep_bytes){reply->bytes, reply->length};
    return SKEP_OK;
}

enum { REAP_ARGS = 6 };

static const struct skep_account_news *reap_account(const struct skep_death *death)
{
    return death->verdict != NULL ? death->account : NULL;
}

static void reap_add_args(struct skep_conn *conn, const struct skep_death *death)
{
    char beat[32] = "";

    if (death->observed >= 0) {
        snprintf(beat, sizeof beat, "%" PRId64, death->observed);
    }
    skep_conn_arg_text(conn, death->worker);
    skep_conn_arg_text(conn, beat);
    if (death->running >= 0) {
        skep_conn_arg_i64(conn, death->running);
    } else {
        skep_conn_arg_text(conn, death->running == SKEP_RUNNING_HEAD ? "head" : "none");
    }
    skep_conn_arg_text(conn, death->info);
    if (death->running >= 0 && death->position >= 0) {
        skep_conn_arg_i64(conn, death->position);
    } else {
        skep_conn_arg_text(conn, "");
    }
    skep_conn_arg_u64(conn, skep_account_words(reap_account(death)));
    if (death->verdict != NULL) {
        skep_verdicts_add(conn, death->verdict, 1);
        skep_account_add_words(conn, reap_account(death));
    }
}

skep_status skep_reap(struct skep_conn *conn, const struct skep_keys *keys, const struct skep_death *death,
                      int64_t *moved_out, struct skep_error *err)
{
    char held[SKEP_KEY_BYTES];
    char info_key[SKEP_KEY_BYTES];
    const char *const names[] = {keys->queue,   held,         keys->workers, keys->cycle, keys->suspect,
                                 keys->crashes, keys->stat,   info_key,      keys->out,   keys->delayed,
                                 keys->dead,    keys->conf,   keys->jobs,    keys->puts,  keys->cancel,
                                 keys->ranges,  keys->gather, keys->prefix};
    struct skep_reply *reply;
    skep_status st;

    assert(death->verdict == NULL || death->verdict->kind != SKEP_DONE);
    snprintf(held, sizeof held, "%s%s", keys->held_prefix, death->worker);
    snprintf(info_key, sizeof info_key, "%s%s", keys->info_prefix, death->worker);
    skep_script_begin(conn, SKEP_SCRIPT_REAP, sizeof names / sizeof names[0], names,
                      REAP_ARGS + (death->verdict != NULL ? skep_verdicts_count(death->verdict, 1) : 0) +
                          skep_account_words(reap_account(death)));
    reap_add_args(conn, death);
    st = skep_script_call(conn, -1, &reply, err);
    if (st == SKEP_OK && reply->kind != SKEP_REPLY_INT) {
        st = skep_error_set(err, SKEP_E_PROTOCOL, "the server answered something unexpected");
    }
    skep_error_prefix(err, "reap");
    *moved_out = st == SKEP_OK ? reply->integer : -1;
    return st;
}
