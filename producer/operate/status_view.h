/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_STATUS_VIEW_H
#define SKEP_PRODUCER_STATUS_VIEW_H

#include "base/buf.h"
#include "monitor/findings.h"

/* Why tasks of a queue run or do not run, in a few words: "paused", "results-full", "no-workers", "running",
 * "idle". By its numbers alone; FINDINGS know better, and "stalled". */
const char *skep_status_state(const struct skep_queue_status *status);

/* What skep status shows of one queue. */
struct skep_status_look {
    const struct skep_overview *overview;
    const struct skep_finding *findings;
    size_t n_findings;
};
const char *skep_status_look_state(const struct skep_status_look *look);

/* Something of it is left to do: for workers, or for a gatherer. */
bool skep_status_job_is_open(const struct skep_job *job);

/* Everything, for people. */
void skep_status_write_text(struct skep_buf *buf, const struct skep_status_look *look);

/* A line of a table of queues, for which findings about the server are told once. The name's column is WIDTH
 * wide. */
void skep_status_write_head(struct skep_buf *buf, int width);
void skep_status_write_line(struct skep_buf *buf, const struct skep_status_look *look, int width);
void skep_status_write_server(struct skep_buf *buf, const struct skep_status_look *look);

#endif
