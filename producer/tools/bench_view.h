/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_BENCH_VIEW_H
#define SKEP_PRODUCER_BENCH_VIEW_H

#include "base/buf.h"
#include "producer/tools/bench_run.h"

/* A benchmark that was run, for people and as a JSON object. Pure. */
void skep_bench_write_text(struct skep_buf *buf, const struct skep_bench *bench);
void skep_bench_write_json(struct skep_buf *buf, const struct skep_bench *bench);

/* Whether the fast variant agrees with the reference within the row's tolerance, as far as greatest
 * differences tell. */
bool skep_bench_agrees(const struct skep_bench *bench);

#endif
