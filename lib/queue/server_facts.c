/* SPDX-License-Identifier: MIT */
#include "queue/server_facts.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "queue/hello.h"

enum { FACTS_N_TIMES = 4, NS_PER_S = 1000000000 };

/* ---- INFO ---- */

enum facts_kind { FACTS_VERSION, FACTS_IS, FACTS_KNOWN, FACTS_U64, FACTS_I64, FACTS_POLICY };

/* A line "name:value" of INFO and where it goes. IS: true when the value is WORD, and never false again. */
static const struct facts_row {
    const char *name;
    enum facts_kind kind;
    size_t offset;
    const char *word;
} facts_rows[] = {
#define AT(field) offsetof(struct skep_server_facts, field)
    {"redis_version", FACTS_VERSION, AT(version), NULL},
    {"redis_mode", FACTS_IS, AT(is_cluster), "cluster"},
    {"role", FACTS_IS, AT(is_replica), "slave"},
    {"loading", FACTS_IS, AT(is_loading), "1"},
    {"aof_enabled", FACTS_KNOWN, AT(has_aof), NULL},
    {"rdb_last_bgsave_status", FACTS_IS, AT(is_save_broken), "err"},
    {"aof_last_write_status", FACTS_IS, AT(is_save_broken), "err"},
    {"used_memory", FACTS_U64, AT(used_bytes), NULL},
    {"maxmemory", FACTS_U64, AT(max_bytes), NULL},
    {"maxmemory_policy", FACTS_POLICY, AT(eviction), NULL},
    {"connected_clients", FACTS_I64, AT(n_clients), NULL},
    {"maxclients", FACTS_I64, AT(max_clients), NULL},
#undef AT
};

static void facts_set(struct skep_server_facts *facts, const struct facts_row *row, const char *value,
                      size_t n)
{
    char *field = (char *)facts + row->offset;

    switch (row->kind) {
    case FACTS_VERSION:
        *(int *)(void *)field = skep_hello_version(value);
        break;
    case FACTS_IS:
        *(bool *)(void *)field |= n == strlen(row->word) && memcmp(value, row->word, n) == 0;
        break;
    case FACTS_KNOWN:
        *(enum skep_server_known *)(void *)field = n == 1 && *value == '1' ? SKEP_SERVER_YES : SKEP_SERVER_NO;
        break;
    case FACTS_U64:
        (void)skep_parse_u64(value, n, (uint64_t *)(void *)field);
        break;
    case FACTS_I64:
        (void)skep_parse_i64(value, n, (int64_t *)(void *)field);
        break;
    case FACTS_POLICY:
        snprintf(field, sizeof facts->eviction, "%.*s", (int)(n < 31 ? n : 31), value);
        break;
    }
}

void skep_server_facts_take_info(const char *text, size_t n, struct skep_server_facts *facts)
{
    const char *end = text + n;

    for (const char *line = text, *next; line < end; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline != NULL ? newline : end;
        const char *colon = memchr(line, ':', (size_t)(stop - line));
        next = newline != NULL ? newline + 1 : end;
        if (colon == NULL) {
            continue;
        }
        stop -= stop > colon + 1 && stop[-1] == '\r';
        for (size_t i = 0; i < sizeof facts_rows / sizeof facts_rows[0]; i++) {
            const char *name = facts_rows[i].name;
            if (strlen(name) == (size_t)(colon - line) && memcmp(name, line, strlen(name)) == 0) {
                facts_set(facts, &facts_rows[i], colon + 1, (size_t)(stop - colon - 1));
            }
        }
    }
}

/* ---- questions ---- */

static void facts_ask_setting(struct skep_conn *conn, const char *name)
{
    skep_conn_begin(conn, 3);
    skep_conn_arg_text(conn, "CONFIG");
    skep_conn_arg_text(conn, "GET");
    skep_conn_arg_text(conn, name);
}

/* The value of a setting out of the reply [name, value]; NULL when it may not be known. */
static const char *facts_setting(const struct skep_reply *reply)
{
    return skep_reply_is_array_of(reply, 0, SKEP_REPLY_TEXT) && reply->n >= 2 ? reply->items[1].bytes : NULL;
}

/* What it is and how it is set, in one round trip. A user who may not ask gets an error reply for each. */
static skep_status facts_read_settings(struct skep_conn *conn, struct skep_server_facts *facts,
                                       struct skep_error *err)
{
    struct skep_reply *reply = NULL;
    const char *setting;
    skep_status st;

    skep_conn_begin(conn, 1);
    skep_conn_arg_text(conn, "INFO");
    facts_ask_setting(conn, "appendfsync");
    facts_ask_setting(conn, "save");
    st = skep_conn_flush(conn, err);
    if (st == SKEP_OK) {
        st = skep_conn_reply(conn, -1, &reply, err);
    }
    if (st == SKEP_OK && reply->kind == SKEP_REPLY_TEXT) {
        facts->has_info = true;
        skep_server_facts_take_info(reply->bytes, reply->length, facts);
    }
    if (st == SKEP_OK) {
        st = skep_conn_reply(conn, -1, &reply, err);
    }
    if (st == SKEP_OK && (setting = facts_setting(reply)) != NULL) {
        snprintf(facts->fsync, sizeof facts->fsync, "%s", setting);
    }
    if (st == SKEP_OK) {
        st = skep_conn_reply(conn, -1, &reply, err);
    }
    if (st == SKEP_OK && (setting = facts_setting(reply)) != NULL) {
        facts->has_snapshots = setting[0] != '\0' ? SKEP_SERVER_YES : SKEP_SERVER_NO;
    }
    return st;
}

/* Seconds and microseconds as TIME has them; 0: it did not say. */
static int64_t facts_time_ms(const struct skep_reply *reply)
{
    int64_t s, us;

    if (!skep_reply_is_array_of(reply, 0, SKEP_REPLY_TEXT) || reply->n != 2 ||
        !skep_parse_i64(reply->items[0].bytes, reply->items[0].length, &s) ||
        !skep_parse_i64(reply->items[1].bytes, reply->items[1].length, &us) || s <= 0 ||
        s > INT64_MAX / 1000000 || us < 0 || us >= 1000000) {
        return 0;
    }
    return s * 1000 + us / 1000;
}

/* The quickest of a few answers says best how late it is there: it was said halfway. */
static skep_status facts_read_time(struct skep_conn *conn, struct skep_server_facts *facts,
                                   struct skep_error *err)
{
    int64_t least_ns = INT64_MAX;

    for (int i = 0; i < FACTS_N_TIMES; i++) {
        struct skep_reply *reply = NULL;
        int64_t wall_ms = skep_wall_ms(), began_ns = skep_monotonic_ns(), took_ns, now_ms;
        skep_status st;
        skep_conn_begin(conn, 1);
        skep_conn_arg_text(conn, "TIME");
        st = skep_conn_flush(conn, err);
        if (st == SKEP_OK) {
            st = skep_conn_reply(conn, -1, &reply, err);
        }
        if (st != SKEP_OK) {
            return st;
        }
        took_ns = skep_monotonic_ns() - began_ns;
        now_ms = facts_time_ms(reply);
        if (took_ns < least_ns) {
            least_ns = took_ns;
            facts->round_trip_s = (double)took_ns / NS_PER_S;
            facts->now_ms = now_ms;
            facts->apart_ms = now_ms > 0 ? now_ms - (wall_ms + took_ns / 2000000) : 0;
        }
    }
    return SKEP_OK;
}

skep_status skep_server_facts_read(struct skep_conn *conn, struct skep_server_facts *facts_out,
                                   struct skep_error *err)
{
    skep_status st;

    *facts_out = (struct skep_server_facts){
        .version = skep_conn_server_version(conn),
        .has_aof = SKEP_SERVER_UNKNOWN,
        .has_snapshots = SKEP_SERVER_UNKNOWN,
    };
    st = facts_read_settings(conn, facts_out, err);
    if (st == SKEP_OK) {
        st = facts_read_time(conn, facts_out, err);
    }
    skep_conn_forget(conn);
    return st;
}

const char *skep_server_version_text(int version, char text[SKEP_SERVER_VERSION_BYTES])
{
    snprintf(text, SKEP_SERVER_VERSION_BYTES, "%d.%d.%d", version / 10000, version / 100 % 100,
             version % 100);
    return text;
}
