/* SPDX-License-Identifier: MIT */
/* What is found in what a server says of itself. */
#include "monitor/findings_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SERVER_SHORT_PERCENT = 90 };

static double server_mib(uint64_t bytes)
{
    return (double)bytes / (1024 * 1024);
}

bool skep_finding_memory(const struct skep_server_facts *facts, char *words)
{
    double part;

    if (facts->max_bytes == 0) {
        return false;
    }
    part = (double)facts->used_bytes / (double)facts->max_bytes;
    if (part * 100 < SERVER_SHORT_PERCENT) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "%.0f %% of maxmemory are used (%.1f of %.1f MiB)", part * 100,
             server_mib(facts->used_bytes), server_mib(facts->max_bytes));
    return true;
}

/* The policies named volatile-... take only keys that go away by themselves anyway: no task is one. */
bool skep_finding_eviction(const struct skep_server_facts *facts, char *words)
{
    static const char dangerous[] = "allkeys-";
    char name[SKEP_FINDING_NAME_BYTES];

    if (strncmp(facts->eviction, dangerous, sizeof dangerous - 1) != 0) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "maxmemory-policy is %s%s",
             skep_finding_name(facts->eviction, strlen(facts->eviction), name),
             facts->max_bytes == 0 ? "; it has no maxmemory yet" : "");
    return true;
}

bool skep_finding_replica(const struct skep_server_facts *facts, char *words)
{
    if (!facts->is_replica) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "the server is a replica and takes no writes");
    return true;
}

bool skep_finding_save(const struct skep_server_facts *facts, char *words)
{
    if (!facts->is_save_broken) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "its last snapshot, or write to its append-only file, failed");
    return true;
}

bool skep_finding_no_aof(const struct skep_server_facts *facts, char *words)
{
    if (facts->has_aof != SKEP_SERVER_NO) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "the server keeps no append-only file%s",
             facts->has_snapshots == SKEP_SERVER_NO ? ", and makes no snapshots: a restart loses everything"
                                                    : "");
    return true;
}

bool skep_finding_everysec(const struct skep_server_facts *facts, char *words)
{
    bool is_lax = strcmp(facts->fsync, "everysec") == 0 || strcmp(facts->fsync, "no") == 0;

    if (facts->has_aof != SKEP_SERVER_YES || !is_lax) {
        return false;
    }
    snprintf(words, SKEP_FINDING_WORDS, "appendfsync is %s", facts->fsync);
    return true;
}
