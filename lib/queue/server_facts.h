/* SPDX-License-Identifier: MIT */
#ifndef SKEP_QUEUE_SERVER_FACTS_H
#define SKEP_QUEUE_SERVER_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "queue/conn.h"

/* What a Redis server says of itself, as far as skep's promises depend on it. */

enum skep_server_known { SKEP_SERVER_UNKNOWN = -1, SKEP_SERVER_NO, SKEP_SERVER_YES };

struct skep_server_facts {
    bool has_info;   /* INFO was allowed; else only what else could be asked is set */
    int version;     /* 70015 */
    bool is_replica; /* takes no writes */
    bool is_cluster;
    bool is_loading;
    enum skep_server_known has_aof;
    char fsync[16]; /* "always", "everysec", "no"; "" when it does not say */
    enum skep_server_known has_snapshots;
    bool is_save_broken;            /* the last snapshot or append-only write failed */
    uint64_t used_bytes, max_bytes; /* max 0: no limit */
    char eviction[32];              /* maxmemory-policy; "" unknown */
    int64_t n_clients, max_clients;
    int64_t now_ms;      /* Redis TIME */
    int64_t apart_ms;    /* its clock minus ours (wall), as well as the round trip tells */
    double round_trip_s; /* the shortest of a few */
};

/* INFO, TIME, CONFIG GET where it is allowed. What a right is missing for stays unknown: versions and amounts
 * are 0 then, texts "". Five round trips. No reply may be due.
 *   failures of the line */
SKEP_MUST_USE skep_status skep_server_facts_read(struct skep_conn *conn, struct skep_server_facts *facts_out,
                                                 struct skep_error *err);

/* 70015 as "7.0.15". Returns TEXT. */
enum { SKEP_SERVER_VERSION_BYTES = 40 };
const char *skep_server_version_text(int version, char text[SKEP_SERVER_VERSION_BYTES]);

/* What the N bytes of an INFO reply say goes into FACTS; lines that are not known or make no sense are passed
 * over. */
void skep_server_facts_take_info(const char *text, size_t n, struct skep_server_facts *facts);

#endif
