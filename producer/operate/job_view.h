/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_JOB_VIEW_H
#define SKEP_PRODUCER_JOB_VIEW_H

#include "base/buf.h"
#include "queue/job.h"

/* How a job stands: for people, as a JSON object, and as a line of a table. Names may be anybody's writing.
 */
void skep_job_write_text(struct skep_buf *buf, const char *queue, const struct skep_job *job);
void skep_job_write_json(struct skep_buf *buf, const char *queue, const struct skep_job *job);
void skep_job_write_head(struct skep_buf *buf);
void skep_job_write_line(struct skep_buf *buf, const struct skep_job *job);

/* "job monday: 990 of 1,000 tasks done, 10 failed for good, 3 cancelled" */
void skep_job_write_sentence(struct skep_buf *buf, const struct skep_job *job);

#endif
