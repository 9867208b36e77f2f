/* SPDX-License-Identifier: MIT */
/* What the server is, and what that means for tasks. All but the first only judge its facts. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/findings.h"
#include "producer/ask/doctor_checks.h"
#include "producer/cli/words.h"
#include "queue/hello.h"

enum { SERVER_VERSION_7 = 70000, SERVER_APART_MS = 1000 };
#define SERVER_SLOW_S 0.005 /* a round trip */
#define SERVER_FULL   0.9   /* of maxmemory, of maxclients */

#define SERVER_NOT_TOLD "not known: this user may not ask (INFO, CONFIG GET)"

/* ---- version ---- */

static void server_judge_version(const struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    int version = doctor->server_version;
    char text[SKEP_SERVER_VERSION_BYTES];

    skep_server_version_text(version, text);
    if (version == 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN, "skep needs Redis 6.2 or later; INFO server says more",
                        "the server does not say which version it is");
    } else if (version < SKEP_OLDEST_REDIS) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, "install Redis 6.2 or later (7.0 is better)",
                        "Redis %s is too old: it lacks LMOVE", text);
    } else if (version < SERVER_VERSION_7) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN, "install Redis 7.0 or later",
                        "Redis %s: workers cannot drain it once its memory is full, and rights cannot be "
                        "asked for",
                        text);
    } else if (doctor->facts.is_cluster) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN,
                        "give each program the address of the node that its queue lives on (CLUSTER KEYSLOT)",
                        "Redis %s, in a cluster: skep speaks to one node", text);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "Redis %s", text);
    }
}

void skep_doctor_look_version(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    struct skep_error err = {0};
    skep_status st = SKEP_OK;

    if (skep_conn_is_open(doctor->conn)) {
        st = skep_server_facts_read(doctor->conn, &doctor->facts, &err);
        doctor->has_facts = st == SKEP_OK;
    } else if (doctor->server_version == 0) {
        return; /* no way to it */
    }
    if (st != SKEP_OK) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, "is the server well? See its log", "%s",
                        skep_error_text(&err, st));
    } else {
        server_judge_version(doctor, verdict);
    }
}

/* ---- what it is just now ---- */

void skep_doctor_look_master(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_server_facts *facts = &doctor->facts;
    bool only_reads = doctor->has_role && doctor->role == SKEP_ROLE_MONITOR;

    if (!facts->has_info) {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL, SERVER_NOT_TOLD);
    } else if (facts->is_loading) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, "wait until it has read its data (INFO persistence)",
                        "the server is still reading its data");
    } else if (facts->is_replica) {
        skep_doctor_say(verdict, only_reads ? SKEP_DOCTOR_WARN : SKEP_DOCTOR_FAIL,
                        skep_finding_help(SKEP_FINDING_READ_ONLY), "a replica: it takes no tasks");
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "takes writes");
    }
}

void skep_doctor_look_persistence(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_server_facts *facts = &doctor->facts;
    bool has_snapshots = facts->has_snapshots != SKEP_SERVER_NO;

    if (facts->has_aof == SKEP_SERVER_UNKNOWN) {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL, SERVER_NOT_TOLD);
    } else if (facts->is_save_broken) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, skep_finding_help(SKEP_FINDING_SAVE_BROKEN),
                        "the last snapshot, or the last write to the append-only file, failed");
    } else if (facts->has_aof == SKEP_SERVER_NO) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN,
                        "CONFIG SET appendonly yes, and in redis.conf (docs/reliability.md)",
                        has_snapshots ? "snapshots only: a restart loses what came after the last one"
                                      : "nothing is kept on disk: a restart loses every task and result");
    } else if (strcmp(facts->fsync, "no") == 0) {
        skep_doctor_say(
            verdict, SKEP_DOCTOR_WARN, "CONFIG SET appendfsync everysec, or always",
            "append-only file, synced when the system likes: a power loss may lose half a minute");
    } else if (strcmp(facts->fsync, "everysec") == 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL,
                        "append-only file, synced every second: a power loss may lose one second");
    } else if (strcmp(facts->fsync, "always") == 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "append-only file, synced always: nothing is lost");
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL,
                        "append-only file; how often it is synced this user may not ask (CONFIG GET)");
    }
}

/* ---- memory ---- */

void skep_doctor_look_memory(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_server_facts *facts = &doctor->facts;
    char used[SKEP_WORDS_BYTES], most[SKEP_WORDS_BYTES];

    skep_words_bytes(facts->used_bytes, used);
    skep_words_bytes(facts->max_bytes, most);
    if (!facts->has_info) {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL, SERVER_NOT_TOLD);
    } else if (facts->max_bytes == 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "%s used, no maxmemory", used);
    } else if (facts->used_bytes >= facts->max_bytes) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL,
                        "collect results (`skep results`), let workers drain it, or CONFIG SET maxmemory",
                        "full: %s used of maxmemory %s, so nothing can be pushed", used, most);
    } else if ((double)facts->used_bytes > SERVER_FULL * (double)facts->max_bytes) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN, skep_finding_help(SKEP_FINDING_MEMORY_SHORT),
                        "%s used of maxmemory %s", used, most);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "%s used of maxmemory %s", used, most);
    }
}

/* The volatile ones take only keys with a time to live: of skep's those that tell of workers. */
void skep_doctor_look_eviction(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_server_facts *facts = &doctor->facts;
    const char *fix = "CONFIG SET maxmemory-policy noeviction, and in redis.conf";

    if (facts->eviction[0] == '\0') {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL, SERVER_NOT_TOLD);
    } else if (strcmp(facts->eviction, "noeviction") == 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL,
                        "noeviction: a full server refuses, and throws "
                        "nothing away");
    } else if (strncmp(facts->eviction, "volatile-", 9) == 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN, fix,
                        "%s: a full server forgets what workers tell of "
                        "themselves",
                        facts->eviction);
    } else if (facts->max_bytes == 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN, fix,
                        "%s: with a maxmemory, of which there is none, it would throw tasks away",
                        facts->eviction);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, fix,
                        "%s: when its memory is full the server throws tasks and results away, silently",
                        facts->eviction);
    }
}

void skep_doctor_look_clients(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_server_facts *facts = &doctor->facts;
    double most = (double)facts->max_clients;

    if (facts->max_clients <= 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL, SERVER_NOT_TOLD);
    } else if ((double)facts->n_clients > SERVER_FULL * most) {
        skep_doctor_say(
            verdict, SKEP_DOCTOR_WARN, "CONFIG SET maxclients, or fewer slots: each has a connection",
            "%" PRId64 " of at most %" PRId64 " connections are open", facts->n_clients, facts->max_clients);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "%" PRId64 " of at most %" PRId64 " connections",
                        facts->n_clients, facts->max_clients);
    }
}

/* ---- time ---- */

void skep_doctor_look_latency(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    double s = doctor->facts.round_trip_s;

    if (s > SERVER_SLOW_S) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN,
                        "run workers nearer to the server, or give each task more to do: a batch costs one "
                        "round trip",
                        "a round trip takes %.3g ms", s * 1e3);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "a round trip takes %.2g ms", s * 1e3);
    }
}

void skep_doctor_look_clock(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_server_facts *facts = &doctor->facts;
    char apart[SKEP_WORDS_BYTES];

    if (facts->now_ms == 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL, "not known: this user may not ask (TIME)");
    } else if (llabs(facts->apart_ms) > SERVER_APART_MS) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN,
                        "let both set their clocks (NTP: timedatectl set-ntp true): times in results differ, "
                        "and not_before and expires go by the server's",
                        "the server's clock is %s %s ours",
                        skep_words_duration(fabs((double)facts->apart_ms) / 1e3, apart),
                        facts->apart_ms > 0 ? "ahead of" : "behind");
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "the server's clock is ours, but for %" PRId64 " ms",
                        (int64_t)llabs(facts->apart_ms));
    }
}
