/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_OUT_MAP_H
#define SKEP_SWEEP_OUT_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sweep/axes.h"
#include "sweep/out_text.h" /* skep_out_parse */
#include "sweep/sweep.h"

/* Where the slice of an index lies in an output array: an affine map of the places of the variables. That no
 * two indexes share a slice is proved when the job is put, from the map alone (out_map.c says how); a map for
 * which the proof does not go through is refused, with the reason. */
struct skep_out_map {
    int64_t start;                                     /* slice of the point whose places are all 0 */
    int64_t strides[2 * SKEP_SWEEP_MAX_VARIABLES + 1]; /* of slices, for each entry of skep_point.at */
    int n;
    int64_t base; /* slice = base + by_index * index + for each factor of more than one point ... */
    int64_t by_index;
    int n_factors; /* the fastest first; none: that is all */
    struct skep_out_factor {
        const struct skep_factor *factor; /* the sweep's */
        int64_t n;                        /* points */
        int64_t by, by_second;            /* slices from a place to the next, of pairs of both variables */
    } factors[SKEP_SWEEP_MAX_FACTORS];
    int64_t n_slices;    /* in the whole array */
    int64_t slice_count; /* elements of a slice, >= 1 unless its value is empty */
    int64_t slice_bytes;
};

/* Fill in dtype, ndim and shape of OUT from its index expressions and from what a task's value is (VALUE: a
 * view without data), and prove that slices are disjoint and inside. A dtype that is set already is kept
 * where the value fits into it; a fill that is NULL becomes "nan" or "0".
 *
 *   SKEP_E_BAD_ARGS   overlapping ("r is not in the index: 10 tasks would write te.npy[0,1]; write
 *                     te.npy[{i},{j},{r}]"), negative, a slice that does not fit the value, more axes than
 *                     SKEP_MAX_DIMS, too many bytes */
SKEP_MUST_USE skep_status skep_out_complete(const struct skep_sweep *sweep, struct skep_sweep_out *out,
                                            const struct skep_view *value, struct skep_error *err);

/* The map of output K of a sweep that is complete, which it borrows. Fails as skep_out_complete: a spec from
 * a stranger is proved again. */
SKEP_MUST_USE skep_status skep_out_map_init(struct skep_out_map *map, const struct skep_sweep *sweep, int k,
                                            struct skep_error *err);

/* The number of the slice of POINT; its bytes begin at data + that * slice_bytes. */
int64_t skep_out_map_slice(const struct skep_out_map *map, const struct skep_point *point);

/* The same from the index alone, without the inputs that axes may need; INDEX in [0, n_all). Some ns. */
int64_t skep_out_map_at(const struct skep_out_map *map, int64_t index);

#endif
