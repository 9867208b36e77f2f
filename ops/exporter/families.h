/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_FAMILIES_H
#define SKEP_EXPORTER_FAMILIES_H

#include "base/buf.h"
#include "state.h"

/* The metrics, a row each. `/metrics`, --describe-metrics and docs/metrics.md are printed from the rows.
 *
 * To add one: a row in families.c (of the exporter and its server) or families_queue.c (of queues), with one
 * of the three functions. Names are as Prometheus wants them: base units, _total for what only grows. Labels
 * must be bounded: the queue, the kernel, a word from a closed list; never a job, a task, a worker or a host.
 * Names are never reused: dashboards and alerts hold them. */
struct skep_export_family {
    const char *name; /* what only grows ends in _total */
    const char *kind; /* "counter", "gauge", "histogram" */
    const char *labels;
    const char *help;
    /* Where the samples come from; one of the three is set. A NaN is left out: what is not known is not told.
     */
    double (*of_state)(const struct skep_export_state *state, int64_t now_ms);
    double (*of_queue)(const struct skep_export_queue *queue, int64_t now_ms);
    void (*write)(struct skep_buf *buf, const struct skep_export_family *family,
                  const struct skep_export_state *state, int64_t now_ms);
};

/* Both end with a row without a name. Those of queues are told while Redis can be read; for queues that can
 * be. */
extern const struct skep_export_family skep_export_families[];
extern const struct skep_export_family skep_export_queue_families[];

/* Everything, as /metrics has it. STATE is locked. */
void skep_export_families_write(struct skep_buf *buf, const struct skep_export_state *state, int64_t now_ms);

/* One line each: name, kind, labels ("-": none), help. */
void skep_export_families_describe(struct skep_buf *buf);

/* For rows that write for themselves: is this queue told of? */
bool skep_export_family_tells(const struct skep_export_state *state, const struct skep_export_queue *queue,
                              int64_t now_ms);

#endif
