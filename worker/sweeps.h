/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_SWEEPS_H
#define SKEP_WORKER_SWEEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "queue/range.h"
#include "run/plan.h"
#include "sweep/array.h"
#include "sweep/out_map.h"
#include "sweep/sweep.h"
#include "tuner.h"

/* The sweeps that a slot knows: read and compiled once, and kept for the chunks that follow. A few, the one
 * that was not used for the longest goes first. */

/* One output, as this slot can reach it. Where its sidecar lies under our output folders, holds this sweep's
 * token and is kept by a gatherer on this machine, slices are written to the array right here. On a
 * filesystem that several machines write, only slices that are whole blocks may be, and they are synced
 * before they count. Everything else travels with what is told, for the gatherer to write. */
enum skep_reach { SKEP_REACH_TRAVELS, SKEP_REACH_HERE, SKEP_REACH_SYNCED };

struct skep_known_out {
    struct skep_out_map map;
    struct skep_array array; /* open unless it travels */
    enum skep_reach reach;
};

struct skep_known_sweep {
    char job[SKEP_RANGE_JOB_BYTES]; /* "": free */
    size_t lane;
    uint64_t used_at;
    char *spec; /* copy, by which it is recognised */
    size_t spec_n;
    bool is_spec;       /* else: a plain record, or nothing */
    skep_status status; /* SKEP_OK, or why nothing of it can run, with ERR */
    struct skep_error err;
    struct skep_arena arena;
    struct skep_sweep sweep;
    struct skep_plan *plan;
    struct skep_tuner tuner;
    int64_t looked_at_ms; /* at its outputs; 0: never */
    int64_t slice_bytes[SKEP_SWEEP_MAX_OUTS];
    struct skep_known_out outs[SKEP_SWEEP_MAX_OUTS];
};

enum { SKEP_SWEEPS_MAX = 4 };
struct skep_sweeps {
    const struct skep_run *run; /* borrowed, as is ARENA: plans share it, for one runs at a time */
    struct skep_arena *arena;
    uint64_t n_uses;
    struct skep_known_sweep known[SKEP_SWEEPS_MAX];
};

void skep_sweeps_init(struct skep_sweeps *sweeps, const struct skep_run *run, struct skep_arena *arena);
void skep_sweeps_release(struct skep_sweeps *sweeps);

/* The sweep with this SPEC, of the job of this name in this lane. Cannot fail: what is wrong is in its
 * status. Valid until the next call. */
struct skep_known_sweep *skep_sweeps_get(struct skep_sweeps *sweeps, size_t lane, const char *job,
                                         const char *spec, size_t spec_n);

/* Look again, once a second, at which of its outputs can be reached. */
void skep_sweeps_look(struct skep_sweeps *sweeps, struct skep_known_sweep *known, int64_t now_ms);

#endif
