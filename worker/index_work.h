/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_INDEX_WORK_H
#define SKEP_WORKER_INDEX_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "queue/verdicts.h"
#include "run/run.h"
#include "settle.h"
#include "sweeps.h"

/* The tasks of a range job as verdicts see them: each with its own line, name and record, all of one spec,
 * which says as a plain record would what kernel, time-out and retries they have. The spec is read only when
 * there is a verdict that needs it. */
struct skep_index_work {
    const struct skep_run *run;
    struct skep_bytes record;  /* the line and the spec; borrowed */
    struct skep_arena *arena;  /* that the record lies in */
    struct skep_header header; /* the line */
    const char *spec;
    size_t spec_n;
    bool is_begun; /* the plan has begun: what a task says can be told */
    bool is_read;
    struct skep_work all; /* once is_read: line and spec as one task */
    struct skep_work one;
    char id[SKEP_RANGE_JOB_BYTES + 24];
    struct skep_buf body;
};

/*   SKEP_E_NOMEM   or SKEP_E_BAD_RECORD: the line */
SKEP_MUST_USE skep_status skep_index_work_init(struct skep_index_work *work, const struct skep_run *run,
                                               const struct skep_bytes *record, struct skep_arena *arena,
                                               struct skep_error *err);
void skep_index_work_release(struct skep_index_work *work);

/* The task at POSITION. WITH_RECORD: and what it says, as a plain record, for a dead letter. Valid until the
 * next call. */
const struct skep_work *skep_index_work_at(struct skep_index_work *work, const struct skep_known_sweep *known,
                                           int64_t position, int64_t index, bool with_record);

#endif
