/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_STATUS_WORKERS_H
#define SKEP_PRODUCER_STATUS_WORKERS_H

#include "base/buf.h"
#include "monitor/overview.h"

/* Who works on a queue: all together, machine by machine, and slot by slot where they are not too many. */
void skep_status_write_workers(struct skep_buf *buf, const struct skep_overview *overview);

#endif
