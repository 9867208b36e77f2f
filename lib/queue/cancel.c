/* SPDX-License-Identifier: MIT */
#include "queue/cancel.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "queue/script.h"

enum { CANCEL_FIELD_BYTES = 4 * 1024 };

/* A field of the hash: what is cancelled, in words. */
static void cancel_add_field(struct skep_conn *conn, const char *what, const char *name)
{
    char field[CANCEL_FIELD_BYTES];
    int n = snprintf(field, sizeof field, "%s:%s", what, name);

    skep_conn_arg(conn, field, n < 0 ? 0 : (size_t)n < sizeof field ? (size_t)n : sizeof field - 1);
}

/* Mostly all tasks of a batch are of one job: it is asked for once in a row. */
static bool cancel_asks_for_job(const struct skep_cancel_query *tasks, size_t i)
{
    const char *job = tasks[i].job;

    return job != NULL && !(i > 0 && tasks[i - 1].job != NULL && strcmp(tasks[i - 1].job, job) == 0);
}

/* The cancellation of an id is for one task: for the first of them. */
static bool cancel_is_met(const struct skep_cancel_query *tasks, size_t n)
{
    for (size_t i = 0; i < n && tasks[n].id != NULL; i++) {
        if (tasks[i].is_cancelled && tasks[i].id != NULL && strcmp(tasks[i].id, tasks[n].id) == 0) {
            return true;
        }
    }
    return false;
}

/* Two fields of a job. */
enum { CANCEL_JOB_FIELDS = 2 };

static void cancel_ask(struct skep_conn *conn, const struct skep_keys *keys,
                       const struct skep_cancel_query *tasks, size_t n, size_t n_fields)
{
    skep_conn_begin(conn, 2 + n_fields);
    skep_conn_arg_text(conn, "HMGET");
    skep_conn_arg_text(conn, keys->cancel);
    for (size_t i = 0; i < n; i++) {
        if (cancel_asks_for_job(tasks, i)) {
            cancel_add_field(conn, "job", tasks[i].job);
            cancel_add_field(conn, "from", tasks[i].job);
        }
        cancel_add_field(conn, "id", tasks[i].id != NULL ? tasks[i].id : "");
    }
}

static int64_t cancel_position(const struct skep_reply *reply)
{
    int64_t from;

    return reply->kind == SKEP_REPLY_TEXT && skep_parse_i64(reply->bytes, reply->length, &from) ? from : -1;
}

static void cancel_read(const struct skep_reply *answers, struct skep_cancel_query *tasks, size_t n)
{
    bool is_job_cancelled = false;
    int64_t from = -1;
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        if (cancel_asks_for_job(tasks, i)) {
            is_job_cancelled = answers[at].kind == SKEP_REPLY_TEXT;
            from = cancel_position(&answers[at + 1]);
            at += CANCEL_JOB_FIELDS;
        }
        tasks[i].is_cancelled = (answers[at].kind == SKEP_REPLY_TEXT && !cancel_is_met(tasks, i)) ||
                                (tasks[i].job != NULL && is_job_cancelled);
        tasks[i].from = tasks[i].job != NULL ? from : -1;
        at++;
    }
}

skep_status skep_cancel_check(struct skep_conn *conn, const struct skep_keys *keys,
                              struct skep_cancel_query *tasks, size_t n, struct skep_error *err)
{
    skep_status st = skep_conn_is_open(conn) ? SKEP_OK : skep_conn_connect(conn, err);
    size_t n_fields = n;
    struct skep_reply *reply;

    for (size_t i = 0; i < n; i++) {
        tasks[i].is_cancelled = false;
        tasks[i].from = -1;
        n_fields += cancel_asks_for_job(tasks, i) ? CANCEL_JOB_FIELDS : 0;
    }
    if (st != SKEP_OK || n == 0) {
        return st;
    }
    cancel_ask(conn, keys, tasks, n, n_fields);
    st = skep_conn_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (reply->kind != SKEP_REPLY_ARRAY || reply->n != n_fields) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "cancel: the server answered something unexpected");
    }
    cancel_read(reply->items, tasks, n);
    return SKEP_OK;
}

skep_status skep_cancel_put(struct skep_conn *conn, const struct skep_keys *keys, enum skep_cancel_kind kind,
                            const char *const *names, size_t n, int64_t *written_out, struct skep_error *err)
{
    const char *const hashes[] = {keys->jobs, keys->puts, keys->cancel};
    struct skep_reply *reply;
    skep_status st;

    skep_script_begin(conn, SKEP_SCRIPT_CANCEL, 3, hashes, 1 + n);
    skep_conn_arg_text(conn, kind == SKEP_CANCEL_JOB ? "job" : "id");
    for (size_t i = 0; i < n; i++) {
        skep_conn_arg_text(conn, names[i]);
    }
    st = skep_script_call(conn, -1, &reply, err);
    if (st == SKEP_OK && reply->kind != SKEP_REPLY_INT) {
        st = skep_error_set(err, SKEP_E_PROTOCOL, "cancel: the server answered something unexpected");
    }
    if (st == SKEP_OK && written_out != NULL) {
        *written_out = reply->integer;
    }
    return st;
}
