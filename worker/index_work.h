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

/* The tasks of a range job as verdicts see them: each with its own line, name and record, and with what all
 * of them have from one spec. */
struct skep_index_work {
    struct skep_header header; /* the line of what is held */
    const char *spec;          /* what stands behind it */
    size_t spec_n;
    bool is_begun; /* the plan has begun: what a task says can be told */
    struct skep_work one;
    char id[SKEP_RANGE_JOB_BYTES + 24];
    struct skep_buf body;
};

/* RECORD and ARENA, which the line's strings go to, outlive it.
 *
 *   SKEP_E_NOMEM, SKEP_E_BAD_RECORD   the line */
SKEP_MUST_USE skep_status skep_index_work_init(struct skep_index_work *work, const struct skep_bytes *record,
                                               struct skep_arena *arena, struct skep_error *err);
void skep_index_work_release(struct skep_index_work *work);

/* The task at POSITION. WITH_RECORD: and what it says, as a plain record, for a dead letter. Valid until the
 * next call. */
const struct skep_work *skep_index_work_at(struct skep_index_work *work, const struct skep_known_sweep *known,
                                           int64_t position, int64_t index, bool with_record);

/* What the task at POSITION of SWEEP is as far as verdicts go, HEADER being the line of what was held. Its
 * index, name and record are not known. */
struct skep_work skep_index_work_of(const struct skep_sweep *sweep, const struct skep_header *header,
                                    int64_t position);

#endif
