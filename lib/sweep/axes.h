/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_AXES_H
#define SKEP_SWEEP_AXES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "npy/cache.h"
#include "sweep/sweep.h"

/* The values of a sweep's variables at an index, in constant time. */

enum skep_value_of { SKEP_OF_INT, SKEP_OF_REAL, SKEP_OF_BOOL, SKEP_OF_TEXT };

struct skep_coordinate {
    const char *name; /* "r", "n.lo", "index" */
    enum skep_value_of kind;
    union {
        int64_t i64;
        double f64;
        bool boolean;
        struct {
            const char *text; /* not NUL-terminated; valid as long as the axes */
            size_t length;
        };
    };
    int64_t place;  /* along its axis: what {name} is in an output's index; of pairs: the integer itself */
    int64_t extent; /* places are below this */
};

/* All variables at an index, in the order of the factors; what comes with a dot is behind its variable; the
 * last one is `index`. */
struct skep_point {
    int64_t index;
    int n;
    struct skep_coordinate at[2 * SKEP_SWEEP_MAX_VARIABLES + 1];
};

struct skep_axes; /* opaque */

/* Open what the factors read (@arrays). Arrays are views of CACHE, lent until skep_npy_cache_end_task, so
 * axes live for a chunk; everything else is in ARENA. CACHE may be NULL when no factor reads a file.
 *
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_IO, SKEP_E_INPUT_CHANGED   as skep_npy_cache_view
 *   SKEP_E_INPUT_CHANGED   an array does not have the length that the record says
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_axes_open(const struct skep_sweep *sweep, struct skep_npy_cache *cache,
                                         struct skep_arena *arena, struct skep_axes **axes_out,
                                         struct skep_error *err);

/* INDEX in [0, n_all). Names and kinds are the same at every index, so that a caller may look up its
 * variables once. Constant time, no allocation; about 100 ns for three factors. */
void skep_axes_point(const struct skep_axes *axes, int64_t index, struct skep_point *point_out);

/* The place of a variable in skep_point.at, or -1. */
int skep_point_find(const struct skep_point *point, const char *name, size_t n);

#endif
