/* SPDX-License-Identifier: MIT */
/* The commands that scripts run are read out of the scripts' own texts, so that a script that changes cannot
 * be forgotten here. */
#include "queue/rights.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "queue/script.h"

#define ALL_KEYS                                                                                             \
    {                                                                                                        \
        KEY(queue), KEY(workers), KEY(cycle), KEY(out), KEY(delayed), KEY(dead), KEY(suspect), KEY(crashes), \
            KEY(stat), KEY(conf), KEY(puts), KEY(jobs), KEY(cancel), KEY(reader), KEY(ranges), KEY(gather),  \
            KEY(account), KEY(logs), KEY(prefix), KEY(held_prefix), KEY(info_prefix), KEY(acks_prefix),      \
            KEY(gatherer_prefix), KEY(account_prefix), KEY(slow_prefix)                                      \
    }
#define KEY(field) offsetof(struct skep_keys, field)

/* What tasks have used and printed (account.h, logs.h). INFO and CONFIG GET are nobody's right: what they
 * would tell stays unknown (server_facts.h). */
#define RIGHTS_SEE ",HSCAN,ZRANGE,XREAD,XREVRANGE"

enum { RIGHTS_MAX_KEYS = 28, RIGHTS_MAX_SCRIPTS = 12, RIGHTS_TEXT_BYTES = 4096 };

/* The list of keys ends with 0: the name of the queue is there, and that is no key. */
static const struct rights_row {
    const char *text;
    const char *direct; /* the commands that are sent as they are, EVALSHA first */
    size_t n_scripts;
    enum skep_script_name scripts[RIGHTS_MAX_SCRIPTS];
    size_t keys[RIGHTS_MAX_KEYS];
} rights_rows[SKEP_ROLE_COUNT] = {
    [SKEP_ROLE_WORKER] = {.text = "a worker",
                          .direct = "EVALSHA,SCRIPT LOAD,SADD,BLMOVE,SET,HMGET,HGET,LRANGE,SMEMBERS,XADD",
                          .n_scripts = 8,
                          .scripts = {SKEP_SCRIPT_REGISTER, SKEP_SCRIPT_CYCLE, SKEP_SCRIPT_TOUCH,
                                      SKEP_SCRIPT_PEEK, SKEP_SCRIPT_REAP, SKEP_SCRIPT_GATHER,
                                      SKEP_SCRIPT_RANGE_END, SKEP_SCRIPT_JOB},
                          .keys = ALL_KEYS},
    [SKEP_ROLE_PRODUCER] = {.text = "a producer",
                            .direct = "EVALSHA,SCRIPT LOAD,SADD,HGET,HDEL",
                            .n_scripts = 3,
                            .scripts = {SKEP_SCRIPT_PUT, SKEP_SCRIPT_PUT_RANGE, SKEP_SCRIPT_JOB},
                            .keys = {KEY(queue), KEY(puts), KEY(stat), KEY(conf), KEY(jobs), KEY(cancel),
                                     KEY(ranges), KEY(gather)}},
    [SKEP_ROLE_CONSUMER] = {.text = "a consumer of results",
                            .direct = "EVALSHA,SCRIPT LOAD,LRANGE,BLMOVE",
                            .n_scripts = 1,
                            .scripts = {SKEP_SCRIPT_COLLECT},
                            .keys = {KEY(out), KEY(stat), KEY(reader)}},
    [SKEP_ROLE_OPERATOR] = {.text = "an operator",
                            .direct = "EVALSHA,SCRIPT LOAD,SMEMBERS,MGET,HSET,HDEL,LRANGE,LLEN" RIGHTS_SEE,
                            .n_scripts = 5,
                            .scripts = {SKEP_SCRIPT_STATUS, SKEP_SCRIPT_SIFT, SKEP_SCRIPT_JOB,
                                        SKEP_SCRIPT_FORGET, SKEP_SCRIPT_CANCEL},
                            .keys = ALL_KEYS},
    [SKEP_ROLE_MONITOR] = {.text = "a monitor",
                           .direct = "EVALSHA,SCRIPT LOAD,SMEMBERS,MGET,LRANGE,LLEN" RIGHTS_SEE,
                           .n_scripts = 2,
                           .scripts = {SKEP_SCRIPT_STATUS, SKEP_SCRIPT_JOB},
                           .keys = ALL_KEYS},
    [SKEP_ROLE_RUN] =
        {.text = "skep run",
         .direct = "EVALSHA,SCRIPT "
                   "LOAD,SADD,SREM,BLMOVE,SET,HMGET,HGET,HDEL,LRANGE,LLEN,MGET,DEL,SMEMBERS,XADD" RIGHTS_SEE,
         .n_scripts = 12,
         .scripts = {SKEP_SCRIPT_REGISTER, SKEP_SCRIPT_CYCLE, SKEP_SCRIPT_TOUCH, SKEP_SCRIPT_PEEK,
                     SKEP_SCRIPT_REAP, SKEP_SCRIPT_PUT, SKEP_SCRIPT_COLLECT, SKEP_SCRIPT_STATUS,
                     SKEP_SCRIPT_JOB, SKEP_SCRIPT_PUT_RANGE, SKEP_SCRIPT_GATHER, SKEP_SCRIPT_RANGE_END},
         .keys = ALL_KEYS},
};

const char *skep_rights_role_text(enum skep_role role)
{
    return rights_rows[role].text;
}

/* The word of N bytes joins the list, once. */
static void rights_add(char names[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES], size_t *n_names, const char *word,
                       size_t n)
{
    for (size_t i = 0; i < *n_names; i++) {
        if (strlen(names[i]) == n && memcmp(names[i], word, n) == 0) {
            return;
        }
    }
    if (n > 0 && *n_names < SKEP_RIGHTS_MAX) {
        snprintf(names[(*n_names)++], sizeof names[0], "%.*s", (int)n, word);
    }
}

/* What TEXT calls by the words MARK. */
static void rights_add_called(char names[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES], size_t *n_names,
                              const char *text, const char *mark)
{
    for (const char *at = strstr(text, mark); at != NULL; at = strstr(at, mark)) {
        at += strlen(mark);
        rights_add(names, n_names, at, strcspn(at, "'"));
    }
}

size_t skep_rights_commands(enum skep_role role, char names_out[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES])
{
    const struct rights_row *row = &rights_rows[role];
    size_t n = 0;

    for (const char *at = row->direct; *at != '\0'; at += strspn(at, ",")) {
        size_t length = strcspn(at, ",");
        rights_add(names_out, &n, at, length);
        at += length;
    }
    for (size_t i = 0; i < row->n_scripts; i++) {
        const char *text = skep_script_text(row->scripts[i], 0);
        rights_add_called(names_out, &n, text, "redis.call('");
        rights_add_called(names_out, &n, text, "redis.pcall('");
    }
    return n;
}

static void rights_ask(struct skep_conn *conn, const struct skep_keys *keys, enum skep_role role)
{
    const struct rights_row *row = &rights_rows[role];
    char names[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES];
    size_t n_names = skep_rights_commands(role, names);
    size_t n_keys = 0;

    while (n_keys < RIGHTS_MAX_KEYS && row->keys[n_keys] != 0) {
        n_keys++;
    }
    /* The first name is EVALSHA's, and whoever may not say that may not ask either. */
    skep_script_begin(conn, SKEP_SCRIPT_RIGHTS, 0, NULL, n_keys + n_names);
    skep_conn_arg_u64(conn, n_keys);
    for (size_t i = 0; i < n_keys; i++) {
        skep_conn_arg_text(conn, (const char *)keys + row->keys[i]);
    }
    for (size_t i = 1; i < n_names; i++) {
        skep_conn_arg_text(conn, names[i]);
    }
}

skep_status skep_rights_missing(struct skep_conn *conn, const struct skep_keys *keys, enum skep_role role,
                                const char *missing_out[SKEP_RIGHTS_MISSING_MAX], size_t *n_out,
                                struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st;

    *n_out = 0;
    rights_ask(conn, keys, role);
    st = skep_script_call(conn, -1, &reply, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (!skep_reply_is_array_of(reply, 0, SKEP_REPLY_TEXT)) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "rights: the server answered something unexpected");
    }
    for (size_t i = 0; i < reply->n && *n_out < SKEP_RIGHTS_MISSING_MAX; i++) {
        missing_out[(*n_out)++] = reply->items[i].bytes;
    }
    return SKEP_OK;
}

skep_status skep_rights_check(struct skep_conn *conn, const struct skep_keys *keys, enum skep_role role,
                              struct skep_error *err)
{
    const char *names[SKEP_RIGHTS_MISSING_MAX];
    struct skep_buf missing;
    size_t n;
    skep_status st = skep_rights_missing(conn, keys, role, names, &n, err);

    if (st != SKEP_OK || n == 0) {
        return st;
    }
    skep_buf_init(&missing, RIGHTS_TEXT_BYTES);
    for (size_t i = 0; i < n; i++) {
        skep_buf_add_text(&missing, i > 0 ? ", " : "");
        skep_buf_add_text(&missing, names[i]);
    }
    st = skep_error_set(err, SKEP_E_REFUSED, "the user lacks rights that %s needs (ACL SETUSER): %s",
                        skep_rights_role_text(role), skep_buf_failed(&missing) ? "many" : missing.bytes);
    skep_buf_release(&missing);
    return st;
}
