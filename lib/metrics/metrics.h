/* SPDX-License-Identifier: MIT */
#ifndef SKEP_METRICS_METRICS_H
#define SKEP_METRICS_METRICS_H

#include <stdint.h>

#include "base/buf.h"

/* Everything a worker counts, in one list.
 *
 *   name, kind, word, help
 *
 * A COUNTER only grows, a GAUGE goes up and down, SECONDS is a counter of time: it holds nanoseconds and is
 * printed in seconds. Words end as Prometheus has it: _total for what only grows, the unit before it. They
 * are never reused.
 *
 * To add one: a row here and the call that counts; `skep-worker --describe-metrics` and docs/metrics.md are
 * printed from the rows. */
#define SKEP_METRIC_MAP(X)                                                                                   \
    X(TASKS_TAKEN, COUNTER, "skep_tasks_taken_total", "tasks taken from the queue")                          \
    X(TASKS_DONE, COUNTER, "skep_tasks_done_total", "tasks whose result was published")                      \
    X(TASKS_FAILED, COUNTER, "skep_tasks_failed_total", "attempts that failed, whatever came of the task")   \
    X(TASKS_RETRIED, COUNTER, "skep_tasks_retried_total", "tasks put back to be tried again later")          \
    X(TASKS_BURIED, COUNTER, "skep_tasks_buried_total", "tasks that became dead letters")                    \
    X(TASKS_CANCELLED, COUNTER, "skep_tasks_cancelled_total", "tasks that somebody cancelled in time")       \
    X(TASKS_GIVEN_BACK, COUNTER, "skep_tasks_given_back_total",                                              \
      "tasks given back to the queue without being run")                                                     \
    X(CHUNKS, COUNTER, "skep_chunks_total", "parts of range jobs taken")                                     \
    X(TASKS_CUT, COUNTER, "skep_tasks_cut_total",                                                            \
      "tasks of range jobs that others stole, or that a stop or a cancel took away")                         \
    X(OUTPUT_BYTES, COUNTER, "skep_output_bytes_total",                                                      \
      "bytes that slots wrote into the arrays of range jobs themselves")                                     \
    X(RUN_TIME, SECONDS, "skep_run_seconds_total", "time spent in kernels")                                  \
    X(CYCLES, COUNTER, "skep_cycles_total",                                                                  \
      "cycles applied: one round trip that acknowledges and takes a batch")                                  \
    X(CYCLE_REPLAYS, COUNTER, "skep_cycle_replays_total", "cycles sent again because the reply was lost")    \
    X(RECONNECTS, COUNTER, "skep_reconnects_total", "connections to Redis made anew")                        \
    X(REDIS_ERRORS, COUNTER, "skep_redis_errors_total", "requests that Redis refused or could not serve")    \
    X(FENCED, COUNTER, "skep_fenced_total", "times that a slot was declared dead while it lived")            \
    X(SLOTS, GAUGE, "skep_slots", "slots that this worker keeps running")                                    \
    X(SLOTS_BUSY, GAUGE, "skep_slots_busy", "slots that are computing")                                      \
    X(SLOT_CRASHES, COUNTER, "skep_slot_crashes_total", "slots that died without being told to")

#define SKEP_METRIC_ENUM(name, kind, word, help) SKEP_METRIC_##name,
enum skep_metric { SKEP_METRIC_MAP(SKEP_METRIC_ENUM) SKEP_METRIC_COUNT };
#undef SKEP_METRIC_ENUM

/* Plain data, zero at the start. Each value is read and written by itself, without order between them: it may
 * lie in memory that several threads or processes share, and a reader may see one value newer than another.
 */
struct skep_metrics {
    _Atomic uint64_t values[SKEP_METRIC_COUNT];
};

void skep_metrics_add(struct skep_metrics *metrics, enum skep_metric metric, uint64_t n); /* not for gauges */
void skep_metrics_set(struct skep_metrics *metrics, enum skep_metric metric, uint64_t n); /* gauges only */
uint64_t skep_metrics_get(const struct skep_metrics *metrics, enum skep_metric metric);

/* Add every value of FROM to INTO: an agent sums its slots. */
void skep_metrics_add_all(struct skep_metrics *into, const struct skep_metrics *from);

/* One line each: word, "counter" or "gauge", help. */
void skep_metrics_describe(struct skep_buf *buf);

/* One JSON object of words and numbers, in the order of the rows. */
void skep_metrics_write_json(struct skep_buf *buf, const struct skep_metrics *metrics);

#endif
