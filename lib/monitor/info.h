/* SPDX-License-Identifier: MIT */
#ifndef SKEP_MONITOR_INFO_H
#define SKEP_MONITOR_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "metrics/metrics.h"

/* What a worker tells of one of its slots and of its node, for people (the key `info:W`): written by the
 * agent, read by whoever shows it. Plain data; strings are borrowed, when read from the arena. Times are
 * Redis TIME in ms; 0 where unknown, -1 for amounts that are. */

enum { SKEP_INFO_VERSION = 2, SKEP_INFO_MAX_BYTES = 16384, SKEP_INFO_ROOTS = 64 };

/* The task that runs. */
struct skep_info_running {
    bool is_any;
    const char *kernel, *job, *id; /* NULL: unknown or none */
    int64_t index;                 /* of a range job; -1 */
    int64_t since_ms, until_ms;    /* until: its limit; 0: none */
};

struct skep_info_node {
    int64_t slots, cores; /* of this worker; that it may use */
    double quota_cores;   /* of its cgroup; 0: none */
    int64_t memory_bytes, memory_free_bytes, memory_limit_bytes /* of its cgroup; 0: none */;
    int64_t disk_free_bytes;   /* of its first output folder; -1: it has none */
    double task_time_s;        /* --task-time; 0: none */
    int64_t task_memory_bytes; /* --task-memory; 0: none */
    int64_t open_files;        /* limit */
    int64_t apart_ms;          /* its clock minus Redis TIME */
    const char *boot;          /* which start of the machine */
    size_t n_data, n_output;   /* names of roots; "" is the default one */
    const char *data[SKEP_INFO_ROOTS], *output[SKEP_INFO_ROOTS];
};

struct skep_info {
    const char *host;
    int64_t pid, agent_pid, slot;
    const char *version; /* of skep */
    int64_t protocol;    /* SKEP_INFO_PROTOCOL */
    int64_t at_ms, started_ms;
    char state; /* of the process, as /proc has it: R, S, D, T, Z; '?' unknown */
    bool is_busy;
    int64_t tasks, failed; /* of this queue: done, and attempts that failed, since it started */
    double tasks_per_s;    /* of this queue, both; of the last ten seconds or so */
    double cpu_s;
    int64_t rss_bytes, pss_bytes;
    int64_t cycles;   /* applied */
    int64_t cycle_ms; /* when the last one was */
    struct skep_info_running running;
    struct skep_info_node node;
    const struct skep_metrics *metrics; /* written only */
};

/* The version of what is on the wire (docs/protocol.md): workers of different ones should not share a queue
 * for long. */
enum { SKEP_INFO_PROTOCOL = 2 };

/* Nothing is known. */
void skep_info_init(struct skep_info *info_out);

/* Memory of the slot's process: its part of what it shares (PSS) where the system tells, else all that is
 * resident; -1: not known. */
int64_t skep_info_memory_bytes(const struct skep_info *info);

/* By SIGSTOP or a debugger. */
bool skep_info_is_stopped(const struct skep_info *info);

/* One JSON object of protocol.md's words; what is not known is left out. */
void skep_info_write(struct skep_buf *buf, const struct skep_info *info);

/* N bytes of a stranger: what is missing or of the wrong kind is unknown. Numbers are bounded, text is not
 * made harmless.
 *
 *   SKEP_E_PROTOCOL   no JSON object, or too large
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_info_read(const char *bytes, size_t n, struct skep_arena *arena,
                                         struct skep_info *info_out, struct skep_error *err);

#endif
