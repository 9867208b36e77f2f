/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_SWEEP_FACTORS_H
#define SKEP_PRODUCER_SWEEP_FACTORS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/option.h"
#include "npy/cache.h"
#include "npy/roots.h"
#include "sweep/sweep.h"

/* The generators of a command line as the factors of a sweep: their order is the order of the options, the
 * first is the slowest. */

#define SKEP_SWEEP_GRID            "grid"
#define SKEP_SWEEP_ZIP             "zip"
#define SKEP_SWEEP_RANGES          "ranges"
#define SKEP_SWEEP_SPLIT           "split"
#define SKEP_SWEEP_AXIS            "axis"
#define SKEP_SWEEP_PAIRS           "pairs"
#define SKEP_SWEEP_PAIRS_UNORDERED "pairs-unordered"
#define SKEP_SWEEP_RANDOM          "random"
#define SKEP_SWEEP_LINES           "lines"
#define SKEP_SWEEP_FILES           "files"

/* Where a command line is read into, and what is looked at meanwhile. */
struct skep_sweep_reader {
    struct skep_arena *arena;          /* everything that is kept */
    struct skep_npy_cache *cache;      /* of the data folders: lengths of arrays */
    const struct skep_text_list *data; /* the data folders as typed: --files */
    /* Out: of each factor that is an axis the reference of one slice, "eeg.npy[:,{x}]"; else NULL. */
    const char *slices[SKEP_SWEEP_MAX_FACTORS];
};

/* Fill sweep->factors. TIMES: 0 for none.
 *
 *   SKEP_E_USAGE, SKEP_E_BAD_ARGS                 ERR names the option
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID    an array whose length is needed
 *   SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_sweep_parse_generators(struct skep_sweep_reader *reader,
                                                      const struct skep_option_series *series, int64_t times,
                                                      struct skep_sweep *sweep, struct skep_error *err);

#endif
