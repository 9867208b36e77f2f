/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "observe_account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct account_words {
    char *words;
    size_t size;
};

static void account_ask(struct skep_conn *conn, const char *prefix, const char *job, bool is_slow)
{
    char key[SKEP_KEY_BYTES + MODEL_NAME_BYTES];

    snprintf(key, sizeof key, "%s%s", prefix, job);
    skep_conn_begin(conn, is_slow ? 5 : 2);
    skep_conn_arg_text(conn, is_slow ? "ZRANGE" : "HGETALL");
    skep_conn_arg_text(conn, key);
    if (is_slow) {
        skep_conn_arg_text(conn, "0");
        skep_conn_arg_text(conn, "-1");
        skep_conn_arg_text(conn, "WITHSCORES");
    }
}

static const char *account_find(const struct skep_reply *hash, const char *field)
{
    for (size_t i = 0; i + 1 < hash->n; i += 2) {
        if (strcmp(hash->items[i].bytes, field) == 0) {
            return hash->items[i + 1].bytes;
        }
    }
    return NULL;
}

static void account_differ(const struct account_words *w, const char *job, const char *field,
                           const char *seen, int64_t wanted)
{
    snprintf(w->words, w->size, "the account of %s has %s %s, the model %" PRId64, job, field,
             seen != NULL ? seen : "nowhere", wanted);
}

static size_t account_compare_sums(const struct account_words *w, const char *job,
                                   const struct skep_reply *seen, const struct model_sums *sums)
{
    size_t n = 0;

    for (size_t i = 0; i < MODEL_ACCOUNT_FIELDS; i++) {
        const char *value = account_find(seen, model_account_fields[i]);
        n += sums->is_told[i];
        if (sums->is_told[i] && (value == NULL || strtoll(value, NULL, 10) != sums->n[i])) {
            account_differ(w, job, model_account_fields[i], value, sums->n[i]);
        }
    }
    return n;
}

static void account_compare_job(const struct account_words *w, const struct model_job *job,
                                const struct skep_reply *seen, const struct skep_reply *slow)
{
    const struct model_account *account = &job->account;
    size_t n = account_compare_sums(w, job->name, seen, &account->sums);
    const char *peak = account_find(seen, "peak_rss_bytes"), *from = account_find(seen, "from_ms"),
               *to = account_find(seen, "to_ms");

    if (peak == NULL || strtoll(peak, NULL, 10) != account->peak_rss_bytes) {
        account_differ(w, job->name, "peak_rss_bytes", peak, account->peak_rss_bytes);
    }
    if (from == NULL || to == NULL || strtoll(from, NULL, 10) > strtoll(to, NULL, 10) ||
        seen->n != 2 * (n + 3)) {
        account_differ(w, job->name, "other fields than", NULL, (int64_t)n);
    }
    for (size_t i = 0; i < account->n_slow && slow->n == 2 * account->n_slow; i++) {
        if (strcmp(slow->items[2 * i].bytes, account->slow[i].what) != 0 ||
            strtod(slow->items[2 * i + 1].bytes, NULL) < account->slow[i].seconds ||
            strtod(slow->items[2 * i + 1].bytes, NULL) > account->slow[i].seconds) {
            account_differ(w, job->name, "another slow one at", slow->items[2 * i].bytes, (int64_t)i);
        }
    }
    if (slow->n != 2 * account->n_slow) {
        account_differ(w, job->name, "another number of slow ones", NULL, (int64_t)account->n_slow);
    }
}

/* Of the queue, then two of each job that has one. */
static const struct skep_reply *account_read(struct skep_conn *conn, const struct skep_keys *keys,
                                             const struct model *model)
{
    struct skep_error err = {0};
    struct skep_reply *reply = NULL;
    skep_status st;

    skep_conn_begin(conn, 1);
    skep_conn_arg_text(conn, "MULTI");
    account_ask(conn, keys->account, "", false);
    for (size_t i = 0; i < model->n_jobs; i++) {
        if (model->jobs[i].account.is_told) {
            account_ask(conn, keys->account_prefix, model->jobs[i].name, false);
            account_ask(conn, keys->slow_prefix, model->jobs[i].name, true);
        }
    }
    skep_conn_begin(conn, 1);
    skep_conn_arg_text(conn, "EXEC");
    st = skep_conn_flush(conn, &err);
    while (st == SKEP_OK && skep_conn_pending(conn) > 0) {
        st = skep_conn_reply(conn, -1, &reply, &err);
    }
    if (st != SKEP_OK || reply == NULL) {
        fail_msg("%s", err.text);
        return NULL;
    }
    return reply->items;
}

bool observe_account_equals(struct skep_conn *conn, const struct skep_keys *keys, const struct model *model,
                            char *words, size_t size)
{
    const struct account_words w = {words, size};
    const struct skep_reply *parts = account_read(conn, keys, model);
    size_t at = 1, n;

    words[0] = '\0';
    n = account_compare_sums(&w, "the queue", &parts[0], &model->account);
    if (parts[0].n != 2 * n) {
        account_differ(&w, "the queue", "another number of fields", NULL, (int64_t)n);
    }
    for (size_t i = 0; i < model->n_jobs; i++) {
        if (model->jobs[i].account.is_told) {
            account_compare_job(&w, &model->jobs[i], &parts[at], &parts[at + 1]);
            at += 2;
        }
    }
    return words[0] == '\0';
}
