/* SPDX-License-Identifier: MIT */
#ifndef SKEP_NPY_SLICE_H
#define SKEP_NPY_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

/* NumPy's basic slicing: integers, start:stop:step and one ellipsis; no new axes, no masks, no lists. */
struct skep_slice_item {
    enum { SKEP_SLICE_INDEX, SKEP_SLICE_RANGE, SKEP_SLICE_ELLIPSIS } kind;
    bool has_start, has_stop;
    int64_t start, stop, step; /* INDEX: start; RANGE: step is 1 when absent, never 0 */
};

struct skep_slice {
    int n;
    struct skep_slice_item items[SKEP_MAX_DIMS + 1]; /* the first n are set */
};

/* Split a reference `PATH[items]` or `PATH`: *PATH_N_OUT is the path's length, *SLICE_OUT has n = 0 when
 * there is no bracket. A reference that ends in `]` is cut at its last `[`; a file whose own name ends so is
 * named with a slice behind it (`odd[1][...]`). Spaces around numbers are fine. Pure.
 *
 *   SKEP_E_BAD_ARGS   syntax, with the column, counted from 1 */
SKEP_MUST_USE skep_status skep_ref_parse(const char *ref, size_t n, size_t *path_n_out,
                                         struct skep_slice *slice_out, struct skep_error *err);

/* Apply a slice to a view, as NumPy does: integers drop an axis and must be in range, ranges are clipped. An
 * axis that is left with one element or none keeps its stride; NumPy multiplies it by the step, which nobody
 * can see. VIEW_OUT may not be WHOLE.
 *
 *   SKEP_E_BAD_ARGS   too many items, an index out of range; ERR names axis, index and length */
SKEP_MUST_USE skep_status skep_slice_apply(const struct skep_slice *slice, const struct skep_view *whole,
                                           struct skep_view *view_out, struct skep_error *err);

/* The same without touching data pointers, for an array that is not mapped yet: VIEW_OUT->data is NULL, and
 * *AT_OUT is the element of the view's index (0, ..., 0), counted from WHOLE's first. */
SKEP_MUST_USE skep_status skep_slice_locate(const struct skep_slice *slice, const struct skep_view *whole,
                                            struct skep_view *view_out, int64_t *at_out,
                                            struct skep_error *err);

#endif
