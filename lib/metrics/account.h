/* SPDX-License-Identifier: MIT */
#ifndef SKEP_METRICS_ACCOUNT_H
#define SKEP_METRICS_ACCOUNT_H

#include "metrics/histogram.h"

/* What is counted of a queue and of its jobs in Redis, by the cycle that settles: never twice, never lost,
 * and for people only. The names of the fields, once, for who writes and for who reads.
 *
 * Of a queue, hash `{skep:Q}:account`:
 *
 * - done:KERNEL, failed:KERNEL: attempts (of a range job: positions) that ended so; KERNEL is one of the
 *   table of kernels, or "unknown"
 * - ns:KERNEL, b0:KERNEL ...: time in that kernel, and its histogram (histogram.h)
 * - cause:WORD: attempts that failed, by cause (base/status.h)
 * - cycles:n, cycles:ns, cycles:b0 ...: round trips of cycles
 * - batch:n, batch:tasks, batch:b0 ...: batches and chunks taken, and how large they were
 * - error:WORD: requests that Redis refused or could not serve, by the word of their status
 * - reconnects: connections that were made anew
 * - logs:n, logs:lost: outputs of tasks that were kept, and that could not be
 *
 * Of a job that is announced, hash `{skep:Q}:account:JOB`: the rows below, its histogram b0 ..., `w:W` (time,
 * ns, that slot incarnation W ran it), and what is not a sum: peak_rss_bytes (the largest), from_ms, to_ms
 * (Redis TIME of the first beginning and the last end). Its slowest tasks are the sorted set
 * `{skep:Q}:slow:JOB`: score seconds, member "NAME HOST SLOT", NAME the index or the id, percent-encoded;
 * SKEP_ACCOUNT_SLOWEST of them are kept. */
#define SKEP_ACCOUNT_JOB_MAP(X)                                                                              \
    X(ATTEMPTS, "attempts", "attempts that ended, done or failed")                                           \
    X(FAILED, "failed", "attempts that failed")                                                              \
    X(WALL, "wall_ns", "time from the beginning of a task to its verdict: map, compute and commit")          \
    X(MAP, "map_ns", "of that: reading the record, opening and mapping its arrays")                          \
    X(COMPUTE, "compute_ns", "of that: in kernels")                                                          \
    X(COMMIT, "commit_ns", "of that: writing outputs and results; and the round trips that told of them")    \
    X(USER, "user_ns", "processor time, user")                                                               \
    X(SYSTEM, "system_ns", "processor time, system")                                                         \
    X(MINOR_FAULTS, "minor_faults", "page faults without input")                                             \
    X(MAJOR_FAULTS, "major_faults", "page faults that read from a disk")                                     \
    X(VOLUNTARY, "voluntary_switches", "context switches because it waited")                                 \
    X(INVOLUNTARY, "involuntary_switches", "context switches because somebody else was to run")

#define SKEP_ACCOUNT_JOB_ENUM(name, word, help) SKEP_ACCOUNT_##name,
enum skep_account_job_row { SKEP_ACCOUNT_JOB_MAP(SKEP_ACCOUNT_JOB_ENUM) SKEP_ACCOUNT_JOB_ROWS };
#undef SKEP_ACCOUNT_JOB_ENUM

enum { SKEP_ACCOUNT_SLOWEST = 10 };

const char *skep_account_job_word(enum skep_account_job_row row);

#endif
