/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_STATUS_VIEW_H
#define SKEP_PRODUCER_STATUS_VIEW_H

#include "base/buf.h"
#include "queue/admin.h"
#include "queue/job.h"

/* Why tasks of a queue run or do not run, in a few words: "paused", "results full", "no workers", "running",
 * "idle". */
const char *skep_status_state(const struct skep_queue_status *status);

/* The status of QUEUE as one JSON object, for people, and as a line of a table. INFOS is what the workers say
 * of the slots (skep_queue_infos_read): bytes of strangers. */
void skep_status_write_json(struct skep_buf *buf, const char *queue, const struct skep_queue_status *status,
                            const struct skep_bytes *infos);
void skep_status_write_text(struct skep_buf *buf, const char *queue, const struct skep_queue_status *status,
                            const struct skep_bytes *infos);

/* What is left of the jobs that are not over, of N jobs: lines for people; a member "jobs" of the object that
 * was written last, whose '}' is taken back for it. A record that waits may be a sweep of any number of
 * tasks: this is what tells. */
void skep_status_write_jobs(struct skep_buf *buf, const struct skep_job *jobs, size_t n);
void skep_status_write_jobs_json(struct skep_buf *buf, const char *queue, const struct skep_job *jobs,
                                 size_t n);

void skep_status_write_head(struct skep_buf *buf);
void skep_status_write_line(struct skep_buf *buf, const char *queue, const struct skep_queue_status *status);

#endif
