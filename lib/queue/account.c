/* SPDX-License-Identifier: MIT */
#include "queue/account.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "queue/put.h"

enum {
    ACCOUNT_JOB_WORDS = 5,
    ACCOUNT_KEY_BYTES = SKEP_KEY_PREFIX_BYTES + SKEP_JOB_NAME_BYTES,
    ACCOUNT_SCAN_FIELDS = 2 * SKEP_ACCOUNT_MAX_FIELDS
};

/* ---- words ---- */

size_t skep_account_words(const struct skep_account_news *news)
{
    size_t n = 0;

    if (news == NULL) {
        return 0;
    }
    assert(news->n_adds <= SKEP_ACCOUNT_MAX_ADDS && news->n_jobs <= SKEP_ACCOUNT_MAX_JOBS);
    for (size_t i = 0; i < news->n_jobs; i++) {
        assert(news->jobs[i].n_adds <= SKEP_ACCOUNT_MAX_ADDS);
        assert(news->jobs[i].n_slow <= SKEP_ACCOUNT_SLOWEST);
        n += ACCOUNT_JOB_WORDS + 2 * (news->jobs[i].n_adds + news->jobs[i].n_slow);
    }
    return 1 + 2 * news->n_adds + n;
}

static void account_add_pairs(struct skep_conn *conn, const struct skep_account_add *adds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        skep_conn_arg_text(conn, adds[i].field);
        skep_conn_arg_i64(conn, adds[i].by);
    }
}

static void account_add_job(struct skep_conn *conn, const struct skep_account_job *job)
{
    skep_conn_arg_text(conn, job->job);
    skep_conn_arg_u64(conn, job->n_adds);
    skep_conn_arg_u64(conn, job->n_slow);
    skep_conn_arg_i64(conn, job->peak_rss_bytes);
    skep_conn_arg_i64(conn, job->spent_ms);
    account_add_pairs(conn, job->adds, job->n_adds);
    for (size_t i = 0; i < job->n_slow; i++) {
        char seconds[32];
        assert(isfinite(job->slow[i].seconds));
        snprintf(seconds, sizeof seconds, "%.9g", job->slow[i].seconds);
        skep_conn_arg_text(conn, seconds);
        skep_conn_arg_text(conn, job->slow[i].what);
    }
}

void skep_account_add_words(struct skep_conn *conn, const struct skep_account_news *news)
{
    if (news == NULL) {
        return;
    }
    skep_conn_arg_u64(conn, news->n_adds);
    account_add_pairs(conn, news->adds, news->n_adds);
    for (size_t i = 0; i < news->n_jobs; i++) {
        account_add_job(conn, &news->jobs[i]);
    }
}

/* ---- reading ---- */

static skep_status account_unexpected(struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_PROTOCOL, "account: the server answered something unexpected");
}

/* Fields and values come in turn. A key of another type is somebody else's. */
static void account_tell(const struct skep_reply *fields, skep_account_each *each, void *context)
{
    for (size_t i = 0; i + 1 < fields->n; i += 2) {
        const struct skep_reply *field = &fields->items[i], *value = &fields->items[i + 1];
        int64_t number;
        if (strlen(field->bytes) == field->length && skep_parse_i64(value->bytes, value->length, &number)) {
            each(context, field->bytes, number);
        }
    }
}

skep_status skep_account_read(struct skep_conn *conn, const struct skep_keys *keys, const char *job,
                              skep_account_each *each, void *context, struct skep_error *err)
{
    char key[ACCOUNT_KEY_BYTES];
    struct skep_reply *reply;
    skep_status st;

    snprintf(key, sizeof key, "%s%s", job != NULL ? keys->account_prefix : keys->account,
             job != NULL ? job : "");
    /* One call of HSCAN with room for more than there can be is HGETALL with a bound. */
    skep_conn_begin(conn, 5);
    skep_conn_arg_text(conn, "HSCAN");
    skep_conn_arg_text(conn, key);
    skep_conn_arg_text(conn, "0");
    skep_conn_arg_text(conn, "COUNT");
    skep_conn_arg_u64(conn, ACCOUNT_SCAN_FIELDS);
    st = skep_conn_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (reply->kind != SKEP_REPLY_ARRAY || reply->n != 2 ||
        !skep_reply_is_array_of(&reply->items[1], 0, SKEP_REPLY_TEXT)) {
        return account_unexpected(err);
    }
    account_tell(&reply->items[1], each, context);
    return SKEP_OK;
}

skep_status skep_account_read_slowest(struct skep_conn *conn, const struct skep_keys *keys, const char *job,
                                      struct skep_account_slow slowest_out[SKEP_ACCOUNT_SLOWEST],
                                      size_t *n_out, struct skep_error *err)
{
    char key[ACCOUNT_KEY_BYTES];
    struct skep_reply *reply;
    skep_status st;

    *n_out = 0;
    snprintf(key, sizeof key, "%s%s", keys->slow_prefix, job);
    skep_conn_begin(conn, 6);
    skep_conn_arg_text(conn, "ZRANGE");
    skep_conn_arg_text(conn, key);
    skep_conn_arg_text(conn, "0");
    skep_conn_arg_u64(conn, SKEP_ACCOUNT_SLOWEST - 1);
    skep_conn_arg_text(conn, "REV");
    skep_conn_arg_text(conn, "WITHSCORES");
    st = skep_conn_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (!skep_reply_is_array_of(reply, 0, SKEP_REPLY_TEXT)) {
        return account_unexpected(err);
    }
    for (size_t i = 0; i + 1 < reply->n && *n_out < SKEP_ACCOUNT_SLOWEST; i += 2) {
        struct skep_account_slow *slow = &slowest_out[*n_out];
        slow->what = reply->items[i].bytes;
        *n_out += skep_parse_f64(reply->items[i + 1].bytes, reply->items[i + 1].length, &slow->seconds) &&
                  isfinite(slow->seconds);
    }
    return SKEP_OK;
}
