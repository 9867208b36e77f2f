/* SPDX-License-Identifier: MIT */
#include "queue/admin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/rights.h"
#include "queue/script.h"

enum { SIFT_PIECE = 1000, STATUS_FIELDS = 12, STATUS_SLOT_FIELDS = 4 };

static skep_status admin_unexpected(struct skep_error *err, const char *what)
{
    return skep_error_set(err, SKEP_E_PROTOCOL, "%s: the server answered something unexpected", what);
}

/* ---- status ---- */

/* What is in FIELD, NULL: nothing. */
static const char *hash_get_text(const struct skep_reply *hash, const char *field)
{
    for (size_t i = 0; i + 1 < hash->n; i += 2) {
        if (skep_reply_is(&hash->items[i], field) && hash->items[i + 1].kind == SKEP_REPLY_TEXT) {
            return hash->items[i + 1].bytes;
        }
    }
    return NULL;
}

/* The number in FIELD, or OTHERWISE. */
static int64_t hash_get(const struct skep_reply *hash, const char *field, int64_t otherwise)
{
    const char *text = hash_get_text(hash, field);

    return text != NULL ? strtoll(text, NULL, 10) : otherwise;
}

static skep_status status_read_slots(struct skep_queue_status *status, const struct skep_reply *slots,
                                     struct skep_error *err)
{
    size_t n = slots->n / STATUS_SLOT_FIELDS;

    status->slots = skep_calloc(n, sizeof *status->slots);
    if (status->slots == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no room for the status of %zu slots", n);
    }
    for (size_t i = 0; i < n; i++) {
        const struct skep_reply *item = &slots->items[STATUS_SLOT_FIELDS * i];
        if (item[0].kind != SKEP_REPLY_TEXT || item[1].kind != SKEP_REPLY_INT ||
            item[2].kind != SKEP_REPLY_INT || item[3].kind != SKEP_REPLY_INT) {
            return admin_unexpected(err, "status");
        }
        snprintf(status->slots[i].worker, sizeof status->slots[i].worker, "%s", item[0].bytes);
        status->slots[i].beat = item[1].integer;
        status->slots[i].n_held = item[2].integer;
        status->slots[i].n_cycles = item[3].integer;
        status->n_slots++;
    }
    return SKEP_OK;
}

/* Everything that has ever come is somewhere: it waits, is delayed or suspect, or was taken and did not come
 * back. scripts/touch.lua counts as this does. A server may say any number. */
static void status_count(struct skep_queue_status *status, int64_t n_ranges)
{
    const struct skep_stat *s = &status->stat;
    const uint64_t n_put = (uint64_t)s->put + (uint64_t)s->requeued;
    const uint64_t n_waits =
        (uint64_t)status->n_waiting + (uint64_t)status->n_delayed + (uint64_t)status->n_suspect;
    const uint64_t n_came_back = (uint64_t)s->retried + (uint64_t)s->given_back + (uint64_t)s->crash_moved;

    status->counts_puts = n_ranges > 0;
    status->n_in = (int64_t)(n_ranges > 0 ? n_put : n_waits + (uint64_t)s->taken - n_came_back);
    status->n_out = (int64_t)((uint64_t)s->done + (uint64_t)s->dead + (uint64_t)s->cancelled);
}

/* "MS COUNTS_PUTS IN OUT", or it says nothing. */
static void status_read_pace(struct skep_queue_status *status, const struct skep_reply *stat)
{
    const char *at = hash_get_text(stat, "pace_before");
    int64_t numbers[4] = {0};
    size_t n = 0;

    while (at != NULL && n < 4) {
        char *end;
        numbers[n++] = strtoll(at, &end, 10);
        at = end != at ? end : NULL;
    }
    if (at != NULL && *at == '\0' && (numbers[1] != 0) == status->counts_puts && numbers[0] >= 0 &&
        numbers[0] < status->now_ms && status->now_ms - numbers[0] <= SKEP_PACE_MAX_MS) {
        status->pace = (struct skep_queue_pace){numbers[0], numbers[2], numbers[3]};
    }
}

enum { STATUS_SLOTS = 9, STATUS_STAT, STATUS_CONF };

static skep_status status_read(struct skep_queue_status *status, const struct skep_reply *reply,
                               struct skep_error *err)
{
    int64_t queued_ms = -1, n_ranges = 0;
    int64_t *const numbers[] = {&status->now_ms,    &status->n_waiting, &status->n_results,
                                &status->n_delayed, &status->n_dead,    &status->n_suspect,
                                &status->n_held,    &queued_ms,         &n_ranges};
    const size_t n_numbers = sizeof numbers / sizeof numbers[0];

    if (reply->kind != SKEP_REPLY_ARRAY || reply->n != STATUS_FIELDS) {
        return admin_unexpected(err, "status");
    }
    for (size_t i = 0; i < n_numbers; i++) {
        if (reply->items[i].kind != SKEP_REPLY_INT) {
            return admin_unexpected(err, "status");
        }
        *numbers[i] = reply->items[i].integer;
    }
    for (size_t i = n_numbers; i < STATUS_FIELDS; i++) {
        if (reply->items[i].kind != SKEP_REPLY_ARRAY) {
            return admin_unexpected(err, "status");
        }
    }
#define STAT_READ(name, help) status->stat.name = hash_get(&reply->items[STATUS_STAT], #name, 0);
    SKEP_STAT_MAP(STAT_READ)
#undef STAT_READ
    status->is_paused = hash_get(&reply->items[STATUS_CONF], "paused", 0) == 1;
    status->max_depth = hash_get(&reply->items[STATUS_CONF], "max_depth", 0);
    status->max_results = hash_get(&reply->items[STATUS_CONF], "max_results", 0);
    status->max_dead = hash_get(&reply->items[STATUS_CONF], "max_dead", SKEP_MAX_DEAD);
    status->oldest_ms = queued_ms < 0 ? -1 : queued_ms < status->now_ms ? status->now_ms - queued_ms : 0;
    status_count(status, n_ranges);
    status_read_pace(status, &reply->items[STATUS_STAT]);
    return status_read_slots(status, &reply->items[STATUS_SLOTS], err);
}

skep_status skep_queue_status_read(struct skep_conn *conn, const struct skep_keys *keys,
                                   struct skep_queue_status *status_out, struct skep_error *err)
{
    const char *const names[] = {keys->queue,   keys->workers, keys->out,  keys->delayed, keys->dead,
                                 keys->suspect, keys->stat,    keys->conf, keys->cycle,   keys->ranges};
    struct skep_reply *reply;
    skep_status st;

    *status_out = (struct skep_queue_status){0};
    skep_script_begin(conn, SKEP_SCRIPT_STATUS, sizeof names / sizeof names[0], names, 1);
    skep_conn_arg_text(conn, keys->held_prefix);
    st = skep_script_call(conn, -1, &reply, err);
    if (st == SKEP_OK) {
        st = status_read(status_out, reply, err);
    }
    if (st != SKEP_OK) {
        skep_queue_status_release(status_out);
    }
    return st;
}

void skep_queue_status_release(struct skep_queue_status *status)
{
    skep_free(status->slots);
    status->slots = NULL;
    status->n_slots = 0;
}

int64_t skep_queue_audit(const struct skep_queue_status *status)
{
    const struct skep_stat *s = &status->stat;
    const int64_t where[] = {status->n_held, s->done,       s->retried,    s->dead,
                             s->cancelled,   s->given_back, s->crash_moved};
    uint64_t left = (uint64_t)s->taken; /* a server may say any number */

    for (size_t i = 0; i < sizeof where / sizeof where[0]; i++) {
        left -= (uint64_t)where[i];
    }
    return (int64_t)left;
}

skep_status skep_queue_infos_read(struct skep_conn *conn, const struct skep_keys *keys,
                                  const struct skep_queue_status *status, struct skep_bytes *infos_out,
                                  struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st;

    if (status->n_slots == 0) {
        return SKEP_OK;
    }
    skep_conn_begin(conn, 1 + status->n_slots);
    skep_conn_arg_text(conn, "MGET");
    for (size_t i = 0; i < status->n_slots; i++) {
        char key[SKEP_KEY_BYTES];
        snprintf(key, sizeof key, "%s%s", keys->info_prefix, status->slots[i].worker);
        skep_conn_arg_text(conn, key);
    }
    st = skep_conn_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (reply->kind != SKEP_REPLY_ARRAY || reply->n != status->n_slots) {
        return admin_unexpected(err, "status");
    }
    for (size_t i = 0; i < reply->n; i++) {
        bool is_text = reply->items[i].kind == SKEP_REPLY_TEXT;
        infos_out[i] = is_text ? (struct skep_bytes){reply->items[i].bytes, reply->items[i].length}
                               : (struct skep_bytes){"", 0};
    }
    return SKEP_OK;
}

/* ---- settings of a queue ---- */

static skep_status conf_set(struct skep_conn *conn, const struct skep_keys *keys, const char *field,
                            int64_t number, struct skep_error *err)
{
    struct skep_reply *reply;

    skep_conn_begin(conn, 4);
    skep_conn_arg_text(conn, "HSET");
    skep_conn_arg_text(conn, keys->conf);
    skep_conn_arg_text(conn, field);
    skep_conn_arg_i64(conn, number);
    return skep_conn_call(conn, -1, &reply, err);
}

skep_status skep_queue_pause(struct skep_conn *conn, const struct skep_keys *keys, bool pauses,
                             struct skep_error *err)
{
    return conf_set(conn, keys, "paused", pauses, err);
}

skep_status skep_queue_set_limit(struct skep_conn *conn, const struct skep_keys *keys,
                                 enum skep_queue_limit limit, int64_t most, struct skep_error *err)
{
    static const char *const fields[] = {[SKEP_LIMIT_DEPTH] = "max_depth",
                                         [SKEP_LIMIT_RESULTS] = "max_results",
                                         [SKEP_LIMIT_DEAD] = "max_dead"};

    return conf_set(conn, keys, fields[limit], most, err);
}

/* ---- dead letters ---- */

skep_status skep_dead_read(struct skep_conn *conn, const struct skep_keys *keys, int64_t first, size_t n,
                           struct skep_bytes *letters_out, size_t *n_out, struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st;

    *n_out = 0;
    skep_conn_begin(conn, 4);
    skep_conn_arg_text(conn, "LRANGE");
    skep_conn_arg_text(conn, keys->dead);
    skep_conn_arg_i64(conn, first);
    skep_conn_arg_i64(conn, first + (int64_t)n - 1);
    st = skep_conn_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (!skep_reply_is_array_of(reply, 0, SKEP_REPLY_TEXT) || reply->n > n) {
        return admin_unexpected(err, "dead letters");
    }
    for (size_t i = 0; i < reply->n; i++) {
        letters_out[i] = (struct skep_bytes){reply->items[i].bytes, reply->items[i].length};
    }
    *n_out = reply->n;
    return SKEP_OK;
}

static skep_status dead_count(struct skep_conn *conn, const struct skep_keys *keys, int64_t *n_out,
                              struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st;

    skep_conn_begin(conn, 2);
    skep_conn_arg_text(conn, "LLEN");
    skep_conn_arg_text(conn, keys->dead);
    st = skep_conn_call(conn, -1, &reply, err);
    if (st == SKEP_OK && reply->kind != SKEP_REPLY_INT) {
        return admin_unexpected(err, "dead letters");
    }
    if (st == SKEP_OK) {
        *n_out = reply->integer;
    }
    return st;
}

skep_status skep_dead_sift(struct skep_conn *conn, const struct skep_keys *keys, bool requeues,
                           const char *wanted, int64_t *matched_out, struct skep_error *err)
{
    const char *const names[] = {keys->dead, keys->queue, keys->stat, keys->jobs, keys->gather};
    int64_t n_left = 0;
    skep_status st = skep_rights_check(conn, keys, SKEP_ROLE_OPERATOR, err);

    if (st == SKEP_OK) {
        st = dead_count(conn, keys, &n_left, err);
    }

    *matched_out = 0;
    while (st == SKEP_OK && n_left > 0) {
        struct skep_reply *reply;
        skep_script_begin(conn, SKEP_SCRIPT_SIFT, sizeof names / sizeof names[0], names, 3);
        skep_conn_arg_i64(conn, n_left < SIFT_PIECE ? n_left : SIFT_PIECE);
        skep_conn_arg_text(conn, requeues ? "requeue" : "purge");
        skep_conn_arg_text(conn, wanted);
        st = skep_script_call(conn, -1, &reply, err);
        if (st != SKEP_OK) {
            return st;
        }
        if (!skep_reply_is_array_of(reply, 0, SKEP_REPLY_INT) || reply->n != 2 ||
            reply->items[1].integer < 0 || reply->items[1].integer > SIFT_PIECE) {
            return admin_unexpected(err, "dead letters");
        }
        *matched_out += reply->items[1].integer;
        n_left = reply->items[0].integer > 0 ? n_left - reply->items[0].integer : 0;
    }
    return st;
}

/* ---- queues ---- */

skep_status skep_queues_read(struct skep_conn *conn, const char **names_out, size_t max, size_t *n_out,
                             struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st;

    *n_out = 0;
    skep_conn_begin(conn, 2);
    skep_conn_arg_text(conn, "SMEMBERS");
    skep_conn_arg_text(conn, SKEP_KEY_QUEUES);
    st = skep_conn_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (reply->kind != SKEP_REPLY_ARRAY) {
        return admin_unexpected(err, "queues");
    }
    for (size_t i = 0; i < reply->n && *n_out < max; i++) {
        if (reply->items[i].kind == SKEP_REPLY_TEXT && skep_queue_name_is_valid(reply->items[i].bytes)) {
            names_out[(*n_out)++] = reply->items[i].bytes;
        }
    }
    return SKEP_OK;
}
