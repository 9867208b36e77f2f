/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_VIEW_PARTS_H
#define SKEP_EXPORTER_VIEW_PARTS_H

#include <stdint.h>

#include "base/buf.h"
#include "history.h"

/* Members of JSON objects as the page wants them, beyond those of task/json_member.h. */
void skep_export_view_f64(struct skep_buf *buf, const char *name, double number); /* not finite: null */
void skep_export_view_age(struct skep_buf *buf, const char *name, int64_t ms);    /* in seconds; < 0: null */

/* The beginning of the next element of an array: a comma where one is needed. */
void skep_export_view_next(struct skep_buf *buf);

/* "p50_s", "p95_s", "p99_s" */
void skep_export_view_quantiles(struct skep_buf *buf, const int64_t buckets[SKEP_SECONDS_BUCKETS]);

/* "history": {...} */
void skep_export_view_history(struct skep_buf *buf, const struct skep_export_history *history);

#endif
