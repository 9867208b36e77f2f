/* SPDX-License-Identifier: MIT */
#include "queue/range.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "queue/script.h"

static const char range_legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

bool skep_range_job_is_valid(const char *job)
{
    size_t n = strlen(job);

    return n > 0 && n < SKEP_RANGE_JOB_BYTES && strspn(job, range_legal) == n;
}

/* ---- the line ---- */

/* Digits up to END: at most 13, as in the scripts. The place behind them, or NULL. */
static const char *range_read_number(const char *at, const char *end, int64_t *number_out)
{
    const char *first = at;

    *number_out = 0;
    while (at < end && *at >= '0' && *at <= '9' && at - first < 13) {
        *number_out = 10 * *number_out + (*at++ - '0');
    }
    return at > first ? at : NULL;
}

/* The value of the key j in [AT, END), the rest of a line; its length, 0: there is none. */
static size_t range_find_job(const char *at, const char *end, const char **job_out)
{
    static const char key[] = " j=";
    const char *found = memmem(at, (size_t)(end - at), key, sizeof key - 1);
    size_t n = 0;

    if (found == NULL) {
        return 0;
    }
    *job_out = found + sizeof key - 1;
    while (*job_out + n < end && (*job_out)[n] != ' ') {
        n++;
    }
    return n;
}

bool skep_range_read_line(const char *bytes, size_t n, struct skep_range *range_out, char *job)
{
    static const char mark[] = "#skep r=";
    const char *end = n > 0 ? memchr(bytes, '\n', n) : NULL, *at = bytes, *name;
    size_t name_n;

    if (end == NULL || (size_t)(end - bytes) < sizeof mark - 1 || memcmp(bytes, mark, sizeof mark - 1) != 0) {
        return false;
    }
    at = range_read_number(bytes + sizeof mark - 1, end, &range_out->lo);
    if (at == NULL || *at != ':') {
        return false;
    }
    at = range_read_number(at + 1, end, &range_out->hi);
    if (at == NULL || *at != ' ' || range_out->lo >= range_out->hi) {
        return false;
    }
    name_n = range_find_job(at, end, &name);
    if (name_n == 0 || name_n >= SKEP_RANGE_JOB_BYTES) {
        return false;
    }
    memcpy(job, name, name_n);
    job[name_n] = '\0';
    return skep_range_job_is_valid(job) && strlen(job) == name_n;
}

/* ---- putting ---- */

static skep_status range_unexpected(struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_PROTOCOL, "range job: the server answered something unexpected");
}

static void range_build_put(struct skep_conn *conn, const struct skep_keys *keys,
                            const struct skep_range_put *put, int64_t n_before,
                            const struct skep_range *pieces, size_t n_pieces)
{
    const char *const names[] = {keys->queue, keys->puts,   keys->stat,   keys->conf,
                                 keys->jobs,  keys->cancel, keys->ranges, keys->gather};

    skep_script_begin(conn, SKEP_SCRIPT_PUT_RANGE, sizeof names / sizeof names[0], names, 7 + 2 * n_pieces);
    skep_conn_arg_text(conn, put->job);
    skep_conn_arg(conn, put->spec, put->spec_n);
    skep_conn_arg_i64(conn, put->n);
    skep_conn_arg_i64(conn, put->n_done);
    skep_conn_arg_text(conn, put->stop != NULL ? put->stop : "");
    skep_conn_arg_text(conn, put->has_acks ? "1" : "0");
    skep_conn_arg_i64(conn, n_before);
    for (size_t i = 0; i < n_pieces; i++) {
        assert(pieces[i].lo < pieces[i].hi && pieces[i].hi <= put->n);
        skep_conn_arg_i64(conn, pieces[i].lo);
        skep_conn_arg_i64(conn, pieces[i].hi);
    }
}

static skep_status range_read_put(const struct skep_reply *reply, const struct skep_keys *keys,
                                  const struct skep_range_put *put, int64_t *n_put_out,
                                  struct skep_error *err)
{
    const struct skep_reply *state = reply->items;

    if (reply->kind != SKEP_REPLY_ARRAY || reply->n != 3 || reply->items[1].kind != SKEP_REPLY_INT ||
        reply->items[2].kind != SKEP_REPLY_INT) {
        return range_unexpected(err);
    }
    *n_put_out = reply->items[1].integer;
    if (skep_reply_is(state, "OK") || skep_reply_is(state, "REPLAY")) {
        return SKEP_OK;
    }
    if (skep_reply_is(state, "FULL")) {
        return skep_error_set(err, SKEP_E_FULL,
                              "queue %s holds %" PRId64 " records, and its limit has no room for more",
                              keys->name, reply->items[2].integer);
    }
    if (skep_reply_is(state, "CANCELLED")) {
        return skep_error_set(err, SKEP_E_CANCELLED, "job \"%s\" of queue %s is cancelled", put->job,
                              keys->name);
    }
    return skep_error_set(err, SKEP_E_CONFLICT,
                          skep_reply_is(state, "OTHER")
                              ? "queue %s has another job \"%s\""
                              : "queue %s has forgotten positions of job \"%s\" that were put",
                          keys->name, put->job);
}

skep_status skep_range_put(struct skep_conn *conn, const struct skep_keys *keys,
                           const struct skep_range_put *put, int64_t n_before,
                           const struct skep_range *pieces, size_t n_pieces, int64_t *n_put_out,
                           struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st;

    assert(n_pieces <= SKEP_RANGE_PIECES && put->n_done <= put->n);
    *n_put_out = 0;
    if (!skep_range_job_is_valid(put->job)) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "\"%.80s\" is no name of a job: 1 to 64 of letters, digits, '_', '.' and '-'",
                              put->job);
    }
    skep_conn_begin(conn, 3);
    skep_conn_arg_text(conn, "SADD");
    skep_conn_arg_text(conn, SKEP_KEY_QUEUES);
    skep_conn_arg_text(conn, keys->name);
    st = skep_conn_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    range_build_put(conn, keys, put, n_before, pieces, n_pieces);
    st = skep_script_call(conn, -1, &reply, err);
    return st == SKEP_OK ? range_read_put(reply, keys, put, n_put_out, err) : st;
}

/* ---- what is known of a job ---- */

static void range_ask(struct skep_conn *conn, const char *command, const char *key, size_t n_words)
{
    skep_conn_begin(conn, 2 + n_words);
    skep_conn_arg_text(conn, command);
    skep_conn_arg_text(conn, key);
}

skep_status skep_range_spec(struct skep_conn *conn, const struct skep_keys *keys, const char *job,
                            const char **spec_out, size_t *n_out, struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st;

    *spec_out = NULL;
    *n_out = 0;
    range_ask(conn, "HGET", keys->ranges, 1);
    skep_conn_arg_text(conn, job);
    st = skep_conn_call(conn, -1, &reply, err);
    if (st == SKEP_OK && reply->kind == SKEP_REPLY_TEXT) {
        *spec_out = reply->bytes;
        *n_out = reply->length;
    }
    return st;
}

static int64_t range_number(const struct skep_reply *reply)
{
    int64_t number;

    return reply->kind == SKEP_REPLY_TEXT && skep_parse_i64(reply->bytes, reply->length, &number) ? number
                                                                                                  : -1;
}

skep_status skep_range_read_end(struct skep_conn *conn, const struct skep_keys *keys, const char *job,
                                struct skep_range_end *end_out, struct skep_error *err)
{
    static const char letters[] = "hwv";
    struct skep_reply *reply;
    skep_status st;

    *end_out = (struct skep_range_end){.hit = -1, .winner = -1};
    range_ask(conn, "HMGET", keys->jobs, 3);
    for (size_t i = 0; i < 3; i++) {
        char field[2 + SKEP_RANGE_JOB_BYTES];
        snprintf(field, sizeof field, "%c:%.64s", letters[i], job);
        skep_conn_arg_text(conn, field);
    }
    st = skep_conn_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (reply->kind != SKEP_REPLY_ARRAY || reply->n != 3) {
        return range_unexpected(err);
    }
    end_out->hit = range_number(&reply->items[0]);
    end_out->winner = range_number(&reply->items[1]);
    if (reply->items[2].kind == SKEP_REPLY_TEXT) {
        end_out->value = reply->items[2].bytes;
        end_out->value_n = reply->items[2].length;
    }
    return SKEP_OK;
}

skep_status skep_range_finish(struct skep_conn *conn, const struct skep_keys *keys, const char *job,
                              const char *value, size_t value_n, struct skep_error *err)
{
    char acks[SKEP_KEY_BYTES], gatherer[SKEP_KEY_BYTES];
    const char *const names[] = {keys->jobs, keys->gather, acks, gatherer, keys->puts};
    struct skep_reply *reply;
    skep_status st;

    snprintf(acks, sizeof acks, "%s%.64s", keys->acks_prefix, job);
    snprintf(gatherer, sizeof gatherer, "%s%.64s", keys->gatherer_prefix, job);
    skep_script_begin(conn, SKEP_SCRIPT_RANGE_END, sizeof names / sizeof names[0], names, 3);
    skep_conn_arg_text(conn, job);
    skep_conn_arg_text(conn, value != NULL ? "1" : "0");
    skep_conn_arg(conn, value != NULL ? value : "", value_n);
    st = skep_script_call(conn, -1, &reply, err);
    if (st != SKEP_OK || skep_reply_is(reply, "OK")) {
        return st;
    }
    if (skep_reply_is(reply, "MORE")) {
        return skep_error_set(err, SKEP_E_CONFLICT, "job \"%.64s\" has more to gather by now", job);
    }
    return skep_reply_is(reply, "UNKNOWN")
               ? skep_error_set(err, SKEP_E_CONFLICT, "queue %s has no job \"%.64s\"", keys->name, job)
               : range_unexpected(err);
}

skep_status skep_range_list_gather(struct skep_conn *conn, const struct skep_keys *keys,
                                   char (**names_out)[SKEP_RANGE_JOB_BYTES], size_t *n_out,
                                   struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st;

    *names_out = NULL;
    *n_out = 0;
    range_ask(conn, "SMEMBERS", keys->gather, 0);
    st = skep_conn_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (reply->kind != SKEP_REPLY_ARRAY) {
        return range_unexpected(err);
    }
    *names_out = skep_calloc(reply->n + 1, sizeof **names_out);
    if (*names_out == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the names of %zu jobs", reply->n);
    }
    for (size_t i = 0; i < reply->n; i++) {
        if (reply->items[i].kind == SKEP_REPLY_TEXT && skep_range_job_is_valid(reply->items[i].bytes)) {
            snprintf((*names_out)[(*n_out)++], SKEP_RANGE_JOB_BYTES, "%s", reply->items[i].bytes);
        }
    }
    return SKEP_OK;
}
