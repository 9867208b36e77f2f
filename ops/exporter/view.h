/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_VIEW_H
#define SKEP_EXPORTER_VIEW_H

#include "base/buf.h"
#include "state.h"

/* /api/overview.json (README.md describes it). STATE is locked. */

enum { SKEP_EXPORT_VIEW_JOBS = 100, SKEP_EXPORT_VIEW_SLOTS = 256 };

/* QUEUE: the name of one to be shown in detail; NULL: none is asked for. */
void skep_export_view_write(struct skep_buf *buf, const struct skep_export_state *state, const char *queue,
                            int64_t now_ms);

/* One queue in detail, an object. */
void skep_export_view_write_queue(struct skep_buf *buf, const struct skep_export_queue *queue);

#endif
