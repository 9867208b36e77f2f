/* SPDX-License-Identifier: MIT */
/* An entry of the stream is a flat list of fields, those without a value left out:
 *
 *     id, job, index, attempt, worker, host, slot, stream, text, total, lost
 */
#include "queue/logs.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "queue/redis_error.h"

/* ---- add ---- */

/* Texts, then numbers that are left out where there is none. */
struct logs_fields {
    size_t n;
    struct {
        const char *name, *text; /* TEXT NULL: the number */
        int64_t number;
    } items[10];
};

static void logs_add_text(struct logs_fields *fields, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        fields->items[fields->n].name = name;
        fields->items[fields->n++].text = text;
    }
}

static void logs_add_number(struct logs_fields *fields, const char *name, int64_t number, int64_t none)
{
    if (number != none) {
        fields->items[fields->n].name = name;
        fields->items[fields->n].text = NULL;
        fields->items[fields->n++].number = number;
    }
}

static void logs_build(struct skep_conn *conn, const struct skep_keys *keys,
                       const struct skep_logs_entry *entry)
{
    struct logs_fields fields = {0};

    logs_add_text(&fields, "id", entry->id);
    logs_add_text(&fields, "job", entry->job);
    logs_add_number(&fields, "index", entry->index, -1);
    logs_add_number(&fields, "attempt", entry->attempt, 0);
    logs_add_text(&fields, "worker", entry->worker);
    logs_add_text(&fields, "host", entry->host);
    logs_add_number(&fields, "slot", entry->slot, -1);
    logs_add_text(&fields, "stream", entry->stream);
    logs_add_number(&fields, "total", (int64_t)entry->total_n, (int64_t)entry->text_n);
    logs_add_number(&fields, "lost", (int64_t)entry->n_lost, 0);
    skep_conn_begin(conn, 6 + 2 * (fields.n + 1));
    skep_conn_arg_text(conn, "XADD");
    skep_conn_arg_text(conn, keys->logs);
    skep_conn_arg_text(conn, "MAXLEN");
    skep_conn_arg_text(conn, "~");
    skep_conn_arg_i64(conn, SKEP_LOGS_KEPT);
    skep_conn_arg_text(conn, "*");
    for (size_t i = 0; i < fields.n; i++) {
        skep_conn_arg_text(conn, fields.items[i].name);
        if (fields.items[i].text != NULL) {
            skep_conn_arg_text(conn, fields.items[i].text);
        } else {
            skep_conn_arg_i64(conn, fields.items[i].number);
        }
    }
    skep_conn_arg_text(conn, "text");
    skep_conn_arg(conn, entry->text, entry->text_n);
}

skep_status skep_logs_add(struct skep_conn *conn, const struct skep_keys *keys,
                          const struct skep_logs_entry *entries, size_t n, struct skep_error *err)
{
    skep_status st = SKEP_OK, first = SKEP_OK;

    assert(skep_conn_pending(conn) == 0);
    if (n == 0) {
        return SKEP_OK;
    }
    for (size_t i = 0; i < n; i++) {
        logs_build(conn, keys, &entries[i]);
    }
    st = skep_conn_flush(conn, err);
    while (st == SKEP_OK && n-- > 0) {
        struct skep_reply *reply;
        st = skep_conn_reply(conn, -1, &reply, err);
        if (st == SKEP_OK && reply->kind == SKEP_REPLY_ERROR && first == SKEP_OK) {
            first = skep_redis_error_set(err, reply->bytes, reply->length);
        }
    }
    return st == SKEP_OK ? first : st;
}

/* ---- read ---- */

static bool logs_is_field(const struct skep_reply *name, const char *word)
{
    return name->length == strlen(word) && memcmp(name->bytes, word, name->length) == 0;
}

static void logs_read_number(const struct skep_reply *value, int64_t least, int64_t *number_out)
{
    int64_t number;

    if (skep_parse_i64(value->bytes, value->length, &number) && number >= least) {
        *number_out = number;
    }
}

static void logs_read_field(const struct skep_reply *name, const struct skep_reply *value,
                            struct skep_logs_entry *entry, int64_t *total, int64_t *n_lost)
{
    if (logs_is_field(name, "id")) {
        entry->id = value->bytes;
    } else if (logs_is_field(name, "job")) {
        entry->job = value->bytes;
    } else if (logs_is_field(name, "index")) {
        logs_read_number(value, 0, &entry->index);
    } else if (logs_is_field(name, "attempt")) {
        logs_read_number(value, 0, &entry->attempt);
    } else if (logs_is_field(name, "worker")) {
        entry->worker = value->bytes;
    } else if (logs_is_field(name, "host")) {
        entry->host = value->bytes;
    } else if (logs_is_field(name, "slot")) {
        logs_read_number(value, 0, &entry->slot);
    } else if (logs_is_field(name, "stream")) {
        entry->stream = logs_is_field(value, "stderr") ? "stderr" : "stdout";
    } else if (logs_is_field(name, "text")) {
        entry->text = value->bytes;
        entry->text_n = value->length;
    } else if (logs_is_field(name, "total")) {
        logs_read_number(value, 0, total);
    } else if (logs_is_field(name, "lost")) {
        logs_read_number(value, 0, n_lost);
    }
}

/* ITEM is [place, [name, value, ...]]; false: it is not. */
static bool logs_read_entry(const struct skep_reply *item, struct skep_logs_entry *entry)
{
    const struct skep_reply *place, *fields;
    int64_t total = 0, n_lost = 0;

    if (item->kind != SKEP_REPLY_ARRAY || item->n != 2 || item->items[0].kind != SKEP_REPLY_TEXT ||
        !skep_reply_is_array_of(&item->items[1], 0, SKEP_REPLY_TEXT)) {
        return false;
    }
    place = &item->items[0];
    fields = &item->items[1];
    *entry = (struct skep_logs_entry){
        .index = -1, .slot = -1, .worker = "", .host = "", .stream = "stdout", .text = ""};
    if (!skep_parse_i64(place->bytes, strcspn(place->bytes, "-"), &entry->at_ms)) {
        return false;
    }
    for (size_t i = 0; i + 1 < fields->n; i += 2) {
        logs_read_field(&fields->items[i], &fields->items[i + 1], entry, &total, &n_lost);
    }
    entry->total_n = (uint64_t)total > entry->text_n ? (uint64_t)total : entry->text_n;
    entry->n_lost = (uint64_t)n_lost;
    return true;
}

/* REPLY is [[key, [entry, ...]]], or nothing. */
static skep_status logs_read_reply(const struct skep_reply *reply, char *after,
                                   struct skep_logs_entry *entries_out, size_t max, size_t *n_out,
                                   struct skep_error *err)
{
    const struct skep_reply *list;

    if (reply->kind == SKEP_REPLY_NIL || (reply->kind == SKEP_REPLY_ARRAY && reply->n == 0)) {
        return SKEP_EMPTY;
    }
    if (!skep_reply_is_array_of(reply, 0, SKEP_REPLY_ARRAY) || reply->items[0].n != 2 ||
        reply->items[0].items[1].kind != SKEP_REPLY_ARRAY || reply->items[0].items[1].n > max) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "logs: the server answered something unexpected");
    }
    list = &reply->items[0].items[1];
    for (size_t i = 0; i < list->n; i++) {
        if (logs_read_entry(&list->items[i], &entries_out[*n_out])) {
            snprintf(after, SKEP_LOGS_PLACE_BYTES, "%s", list->items[i].items[0].bytes);
            ++*n_out;
        } /* else it is no entry of a stream: a server does not answer so */
    }
    return *n_out > 0 ? SKEP_OK : SKEP_EMPTY;
}

/* The place of the newest entry, so that nothing of what comes after this moment is missed, between two reads
 * either. */
static skep_status logs_find_end(struct skep_conn *conn, const struct skep_keys *keys, char *after,
                                 struct skep_error *err)
{
    struct skep_logs_entry last;
    struct skep_reply *reply;
    skep_status st;

    skep_conn_begin(conn, 6);
    skep_conn_arg_text(conn, "XREVRANGE");
    skep_conn_arg_text(conn, keys->logs);
    skep_conn_arg_text(conn, "+");
    skep_conn_arg_text(conn, "-");
    skep_conn_arg_text(conn, "COUNT");
    skep_conn_arg_text(conn, "1");
    st = skep_conn_call(conn, -1, &reply, err);
    if (st == SKEP_OK) {
        bool is_one = reply->kind == SKEP_REPLY_ARRAY && reply->n == 1;
        snprintf(after, SKEP_LOGS_PLACE_BYTES, "%s",
                 is_one && logs_read_entry(&reply->items[0], &last) ? reply->items[0].items[0].bytes : "0");
    }
    return st;
}

skep_status skep_logs_read(struct skep_conn *conn, const struct skep_keys *keys,
                           char after[SKEP_LOGS_PLACE_BYTES], int block_ms,
                           struct skep_logs_entry *entries_out, size_t max, size_t *n_out,
                           struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st = SKEP_OK;

    *n_out = 0;
    if (after[0] == '$') {
        st = logs_find_end(conn, keys, after, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    skep_conn_begin(conn, block_ms > 0 ? 8 : 6);
    skep_conn_arg_text(conn, "XREAD");
    skep_conn_arg_text(conn, "COUNT");
    skep_conn_arg_u64(conn, max);
    if (block_ms > 0) {
        skep_conn_arg_text(conn, "BLOCK");
        skep_conn_arg_i64(conn, block_ms);
    }
    skep_conn_arg_text(conn, "STREAMS");
    skep_conn_arg_text(conn, keys->logs);
    skep_conn_arg_text(conn, after);
    st = skep_conn_call(conn, block_ms > 0 ? block_ms + SKEP_CONN_SILENCE_MS : -1, &reply, err);
    return st == SKEP_OK ? logs_read_reply(reply, after, entries_out, max, n_out, err) : st;
}
