/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_REPORT_VIEW_H
#define SKEP_PRODUCER_REPORT_VIEW_H

#include "base/buf.h"
#include "monitor/report.h"
#include "queue/account.h"
#include "queue/job.h"

/* A report of a job, for people and as a JSON object. Pure. Names may be anybody's writing. */
struct skep_report_slow {
    double seconds;
    char what[512]; /* "NAME HOST SLOT", NAME percent-encoded (metrics/account.h) */
};

struct skep_report_view {
    const char *queue;
    const struct skep_job *job;
    const struct skep_report_account *account;
    const struct skep_report *report;
    const struct skep_report_slow *slowest; /* the slowest first */
    size_t n_slowest;
};

void skep_report_write_text(struct skep_buf *buf, const struct skep_report_view *view);
void skep_report_write_json(struct skep_buf *buf, const struct skep_report_view *view);

#endif
