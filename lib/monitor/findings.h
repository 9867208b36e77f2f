/* SPDX-License-Identifier: MIT */
#ifndef SKEP_MONITOR_FINDINGS_H
#define SKEP_MONITOR_FINDINGS_H

#include "monitor/overview.h"

/* What is wrong, or worth knowing, of a queue, its workers and its server: one closed list for status, top,
 * the dashboard, the health check and why.
 *
 *   name, word, severity, what helps
 *
 * BAD: tasks wait and nothing moves, or promises do not hold. WARN: it will be, or somebody should look.
 * NOTE: as somebody wished. To add one: a row, a line in findings.c, and its condition in the file of what it
 * is about (findings_parts.h). */
#define SKEP_FINDING_MAP(X)                                                                                  \
    X(PAUSED, "paused", NOTE, "workers take nothing; `skep resume -q QUEUE` lets them")                      \
    X(RESULTS_FULL, "results-full", BAD,                                                                     \
      "workers take nothing until results are collected (`skep results`)")                                   \
    X(NO_WORKERS, "no-workers", BAD, "start `skep-worker` with this server and queue")                       \
    X(STALLED, "stalled", BAD,                                                                               \
      "slots are idle, tasks wait, and no cycle has finished: `skep why --worker W`")                        \
    X(SLOT_OVERDUE, "slot-overdue", BAD, "a task is past its limit and still runs: its agent does not act")  \
    X(SLOT_STOPPED, "slot-stopped", BAD, "the process is stopped (SIGSTOP, a debugger)")                     \
    X(SILENT, "silent", WARN, "its agent has said nothing for long")                                         \
    X(HELD_UP, "held-up", WARN,                                                                              \
      "a job's values wait for a gatherer: `skep resume`, or a worker that sees its arrays")                 \
    X(DEPTH_FULL, "depth-full", WARN, "producers wait; more workers, or `skep limits --max-depth`")          \
    X(VERSION_SKEW, "version-skew", WARN, "workers of different versions; finish the upgrade")               \
    X(CLOCKS_APART, "clocks-apart", WARN, "set the machines' clocks (NTP): times in results differ")         \
    X(SUSPECTS, "suspects", WARN,                                                                            \
      "tasks that crashed twice are tried alone; `skep dead ls` if they die again")                          \
    X(MEMORY_SHORT, "memory-short", WARN, "the server is near maxmemory: collect results, or raise it")      \
    X(EVICTION, "eviction", BAD, "the server may throw tasks away: CONFIG SET maxmemory-policy noeviction")  \
    X(READ_ONLY, "read-only", BAD, "this server is a replica: name its master")                              \
    X(SAVE_BROKEN, "save-broken", BAD, "the server cannot write to its disk: see its log")                   \
    X(NO_AOF, "no-aof", WARN,                                                                                \
      "a restart of the server loses what came after its last snapshot: appendonly yes")                     \
    X(EVERYSEC, "everysec", NOTE,                                                                            \
      "a power loss may lose a second (docs/reliability.md); appendfsync always loses none")

enum skep_severity { SKEP_SEVERITY_NOTE, SKEP_SEVERITY_WARN, SKEP_SEVERITY_BAD };
const char *skep_severity_word(enum skep_severity severity); /* "note", "warning", "bad" */

#define SKEP_FINDING_ENUM(name, word, severity, help) SKEP_FINDING_##name,
enum skep_finding_kind { SKEP_FINDING_MAP(SKEP_FINDING_ENUM) SKEP_FINDING_KINDS };
#undef SKEP_FINDING_ENUM

enum { SKEP_FINDING_WORDS = 240 };
struct skep_finding {
    enum skep_finding_kind kind;
    /* the facts: "3 slots idle, 120 tasks wait, last cycle 12 s ago"; harmless for a terminal */
    char words[SKEP_FINDING_WORDS];
};

const char *skep_finding_word(enum skep_finding_kind kind);
enum skep_severity skep_finding_severity(enum skep_finding_kind kind);
const char *skep_finding_help(enum skep_finding_kind kind);
bool skep_finding_is_of_server(enum skep_finding_kind kind); /* not of one queue: of all that are there */

/* As members of a JSON object: finding (the word), severity, words, help. */
void skep_finding_write(struct skep_buf *buf, const struct skep_finding *finding);

/* What is found in OVERVIEW (NULL: of the server alone) and FACTS (NULL: the server was not asked), in the
 * order of the list, each kind once. How many. Pure: no question is asked. */
enum {
    SKEP_FINDINGS_MAX = SKEP_FINDING_KINDS,
    SKEP_CYCLE_LATE_MS = 3000, /* with idle slots and tasks that wait */
    SKEP_OVERDUE_MS = 5000,    /* past its limit: the agent had its time to act */
    SKEP_APART_MS = 2000       /* two clocks */
};
size_t skep_findings(const struct skep_overview *overview, const struct skep_server_facts *facts,
                     struct skep_finding findings_out[SKEP_FINDINGS_MAX]);

#endif
