/* SPDX-License-Identifier: MIT */
#include "queue/script.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "queue/redis_error.h"
#include "queue_scripts.inc"

/* Redis 7.0 can be told that a script may run when memory is full: taking, settling and collecting make room.
 * Pushing does not, and waits. One that only looks may run even where nothing can be written: on a replica,
 * and when the disk is full. An older server reads the flags as a mistake, so there are two texts. */
#define SCRIPT_WAITS  ""
#define SCRIPT_DRAINS "#!lua flags=allow-oom\n"
#define SCRIPT_LOOKS  "#!lua flags=no-writes,allow-oom\n"

struct script_row {
    const char *text;
    const char *flags;
};

static const struct script_row script_rows[SKEP_SCRIPT_COUNT] = {
    [SKEP_SCRIPT_REGISTER] = {script_register, SCRIPT_DRAINS},
    [SKEP_SCRIPT_CYCLE] = {script_cycle, SCRIPT_DRAINS},
    [SKEP_SCRIPT_TOUCH] = {script_touch, SCRIPT_DRAINS},
    [SKEP_SCRIPT_REAP] = {script_reap, SCRIPT_DRAINS},
    [SKEP_SCRIPT_PUT] = {script_put, SCRIPT_WAITS},
    [SKEP_SCRIPT_COLLECT] = {script_collect, SCRIPT_DRAINS},
    [SKEP_SCRIPT_PEEK] = {script_peek, SCRIPT_LOOKS},
    [SKEP_SCRIPT_SIFT] = {script_sift, SCRIPT_DRAINS},
    [SKEP_SCRIPT_STATUS] = {script_status, SCRIPT_LOOKS},
    [SKEP_SCRIPT_RIGHTS] = {script_rights, SCRIPT_LOOKS},
    [SKEP_SCRIPT_JOB] = {script_job, SCRIPT_LOOKS},
    [SKEP_SCRIPT_FORGET] = {script_forget, SCRIPT_DRAINS},
    [SKEP_SCRIPT_CANCEL] = {script_cancel, SCRIPT_DRAINS},
    [SKEP_SCRIPT_PUT_RANGE] = {script_put_range, SCRIPT_WAITS},
    [SKEP_SCRIPT_RANGE_END] = {script_range_end, SCRIPT_DRAINS},
    [SKEP_SCRIPT_GATHER] = {script_gather, SCRIPT_DRAINS},
};

enum { SCRIPT_TEXT_BYTES = 24 * 1024, SCRIPT_SHA_BYTES = 41 };

struct script_form {
    char text[SCRIPT_TEXT_BYTES];
    char sha[SCRIPT_SHA_BYTES];
};

/* [0]: for servers before 7.0, [1]: with flags. Made once. */
static struct script_form script_forms[2][SKEP_SCRIPT_COUNT];
static pthread_once_t script_once = PTHREAD_ONCE_INIT;

static void script_make_sha(const char *text, char *sha_out)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    if (EVP_Digest(text, strlen(text), digest, &n, EVP_sha1(), NULL) != 1 || n != 20) {
        abort();
    }
    for (unsigned i = 0; i < n; i++) {
        snprintf(sha_out + 2 * i, 3, "%02x", digest[i]);
    }
}

static void script_make_forms(void)
{
    for (int form = 0; form < 2; form++) {
        for (int i = 0; i < SKEP_SCRIPT_COUNT; i++) {
            struct script_form *f = &script_forms[form][i];
            const char *flags = form == 1 ? script_rows[i].flags : "";
            int n = snprintf(f->text, sizeof f->text, "%s%s", flags, script_rows[i].text);
            if (n < 0 || (size_t)n >= sizeof f->text) {
                abort();
            }
            script_make_sha(f->text, f->sha);
        }
    }
}

static const struct script_form *script_form(enum skep_script_name name, int server_version)
{
    pthread_once(&script_once, script_make_forms);
    return &script_forms[server_version >= 70000][name];
}

const char *skep_script_text(enum skep_script_name name, int server_version)
{
    return script_form(name, server_version)->text;
}

void skep_script_begin(struct skep_conn *conn, enum skep_script_name name, size_t n_keys,
                       const char *const *keys, size_t n_args)
{
    skep_conn_begin(conn, 3 + n_keys + n_args);
    skep_conn_arg(conn, "EVALSHA", 7);
    skep_conn_arg(conn, script_form(name, skep_conn_server_version(conn))->sha, SCRIPT_SHA_BYTES - 1);
    skep_conn_arg_u64(conn, n_keys);
    for (size_t i = 0; i < n_keys; i++) {
        skep_conn_arg_text(conn, keys[i]);
    }
}

skep_status skep_script_load(struct skep_conn *conn, enum skep_script_name name, struct skep_error *err)
{
    int n_forms = skep_conn_server_version(conn) >= 70000 ? 2 : 1;
    skep_status st = SKEP_OK;

    pthread_once(&script_once, script_make_forms);
    /* A request may have been built while an older server was there: a new one gets both forms. */
    for (int form = 0; form < n_forms && st == SKEP_OK; form++) {
        const char *const args[] = {"SCRIPT", "LOAD", script_forms[form][name].text};
        st = skep_conn_aside(conn, 3, args, err);
    }
    skep_error_prefix(err, "loading the scripts");
    return st;
}

skep_status skep_script_load_all(struct skep_conn *conn, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (int i = 0; i < SKEP_SCRIPT_COUNT && st == SKEP_OK; i++) {
        st = skep_script_load(conn, (enum skep_script_name)i, err);
    }
    return st;
}

static bool script_error_is(const struct skep_reply *reply, enum skep_redis_action action)
{
    return reply->kind == SKEP_REPLY_ERROR &&
           skep_redis_error_find(reply->bytes, reply->length)->action == action;
}

skep_status skep_script_settle(struct skep_conn *conn, int timeout_ms, struct skep_reply **reply_out,
                               struct skep_error *err)
{
    skep_status st = skep_conn_reply(conn, timeout_ms, reply_out, err);

    if (st == SKEP_OK && script_error_is(*reply_out, SKEP_REDIS_SEND_SCRIPT)) {
        while (st == SKEP_OK && skep_conn_pending(conn) > 0) {
            st = skep_conn_reply(conn, timeout_ms, reply_out, err); /* those behind come again, too */
        }
        st = st == SKEP_OK ? skep_script_load_all(conn, err) : st;
        st = st == SKEP_OK ? skep_conn_resend_last(conn, err) : st;
        st = st == SKEP_OK ? skep_conn_reply(conn, timeout_ms, reply_out, err) : st;
    }
    if (st == SKEP_OK && script_error_is(*reply_out, SKEP_REDIS_RECONNECT)) {
        skep_conn_close(conn); /* the reply outlives it */
    }
    return st;
}

skep_status skep_script_call(struct skep_conn *conn, int timeout_ms, struct skep_reply **reply_out,
                             struct skep_error *err)
{
    skep_status st = skep_conn_flush(conn, err);

    if (st == SKEP_OK) {
        st = skep_script_settle(conn, timeout_ms, reply_out, err);
    }
    if (st == SKEP_OK && (*reply_out)->kind == SKEP_REPLY_ERROR) {
        st = skep_redis_error_set(err, (*reply_out)->bytes, (*reply_out)->length);
    }
    return st;
}
