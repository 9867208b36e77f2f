/* SPDX-License-Identifier: MIT */
#ifndef SKEP_MONITOR_FINDINGS_PARTS_H
#define SKEP_MONITOR_FINDINGS_PARTS_H

#include "monitor/findings.h"

/* The conditions of the list, each in the file of what it is about; for findings.c alone. WORDS has
 * SKEP_FINDING_WORDS bytes, and is written when the condition holds. */
typedef bool skep_finding_check(const struct skep_overview *overview, char *words);
typedef bool skep_finding_check_server(const struct skep_server_facts *facts, char *words);

/* findings_queue.c */
skep_finding_check skep_finding_paused, skep_finding_results_full, skep_finding_held_up,
    skep_finding_depth_full, skep_finding_suspects;

/* findings_workers.c */
skep_finding_check skep_finding_no_workers, skep_finding_stalled, skep_finding_overdue, skep_finding_stopped,
    skep_finding_silent, skep_finding_versions, skep_finding_clocks;

/* findings_server.c */
skep_finding_check_server skep_finding_memory, skep_finding_eviction, skep_finding_replica, skep_finding_save,
    skep_finding_no_aof, skep_finding_everysec;

/* "800 ms", "12 s", "3 min", "5 h", "2 d"; and N bytes at most of a stranger's TEXT in printable ASCII. Both
 * return OUT. */
enum { SKEP_FINDING_SPAN_BYTES = 32, SKEP_FINDING_NAME_BYTES = 48 };
const char *skep_finding_span(int64_t ms, char *out);
const char *skep_finding_name(const char *text, size_t n, char *out);

const char *skep_finding_plural(int64_t n); /* "" or "s" */

#endif
