/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_GATHER_H
#define SKEP_SWEEP_GATHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "npy/roots.h"
#include "sweep/array.h"
#include "sweep/out_map.h"
#include "sweep/sidecar.h"
#include "sweep/sweep.h"
#include "sweep/window.h"

/* The gatherer's work on files: acks are applied to the outputs of a sweep. One at a time for each sweep (the
 * lock of the first output's sidecar). Knows nothing of Redis; lib/queue/acks.h reads the acks. */
struct skep_gatherer {
    const struct skep_sweep *sweep; /* borrowed */
    const struct skep_roots *roots; /* borrowed */
    struct skep_array arrays[SKEP_SWEEP_MAX_OUTS];
    struct skep_sidecar *sidecars[SKEP_SWEEP_MAX_OUTS];
    struct skep_out_map maps[SKEP_SWEEP_MAX_OUTS];
    uint32_t fill_crcs[SKEP_SWEEP_MAX_OUTS]; /* of the slice that a skipped index leaves */
    int64_t n_duplicates, n_conflicts;       /* since it was opened; of all outputs */
    int64_t n_lost;                          /* slices that a worker wrote and that are not there: holes */
    char conflict[256];                      /* the last one, in words: index, both checksums, worker */
    char lost[256];                          /* the same */
    uint64_t boot;                           /* of this machine */
    bool is_dirty;                           /* something is not synced */
    bool needs_sync;                         /* of what was applied since the last sync there is something
                                                that a power cut of this machine takes and nobody else does */
    int64_t value_bytes;                     /* that travelled and are not synced */
    bool is_broken;                          /* a sync failed: nothing is safe any more that was not before */
    struct skep_window window;               /* on slices that are read back */
    struct skep_buf sums;                    /* checksums of a stretch */
};

/* Open the outputs of SWEEP under ROOTS.
 *
 *   SKEP_E_ARRAY_MISSING   they are not here
 *   SKEP_E_ARRAY_INVALID   something else lies there
 *   SKEP_E_CONFLICT        somebody else gathers, or the files are another job's (token); nothing was changed
 *   SKEP_E_OUTPUT          they cannot be written
 *   SKEP_E_BAD_ARGS        the sweep's output map
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_gatherer_open(struct skep_gatherer *gatherer, const struct skep_sweep *sweep,
                                             const struct skep_roots *roots, struct skep_error *err);
void skep_gatherer_close(struct skep_gatherer *gatherer);

/* One ack. After SKEP_E_OUTPUT it may be applied again; so may one that was applied already, which counts
 * duplicates and changes nothing. While needs_sync holds, acks may be confirmed to the queue only after
 * skep_gatherer_sync: till then they may be all that a power cut leaves. What this machine's own slots wrote
 * is lost with the page cache, whether its ack is kept or not.
 *
 *   SKEP_E_PROTOCOL   it is not one: drop it
 *   SKEP_E_OUTPUT     disk full, file deleted, ... */
SKEP_MUST_USE skep_status skep_gatherer_apply(struct skep_gatherer *gatherer, const void *bytes, size_t n,
                                              struct skep_error *err);

/* Everything applied so far is on the disk when this returns. */
SKEP_MUST_USE skep_status skep_gatherer_sync(struct skep_gatherer *gatherer, struct skep_error *err);

/* Indexes that are done in every output. */
int64_t skep_gatherer_count_done(const struct skep_gatherer *gatherer);

/* The next stretch [*LO_OUT, *HI_OUT) of positions at or behind FROM with a hole in some output; false: there
 * is none. */
bool skep_gatherer_next_hole(const struct skep_gatherer *gatherer, int64_t from, int64_t *lo_out,
                             int64_t *hi_out);

#endif
