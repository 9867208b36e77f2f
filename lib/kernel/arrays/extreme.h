/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_ARRAYS_EXTREME_H
#define SKEP_KERNEL_ARRAYS_EXTREME_H

#include "kernel/arrays/reduce.h"

/* The least element, the greatest, or the one farthest from 0, and where it is: for min, max, absmax, argmin
 * and argmax. Of equal ones it is the first, so that min(x) is x[argmin(x)] to the sign of a zero. */
struct skep_extreme {
    int64_t n;       /* elements so far */
    int64_t at;      /* the extreme's place among them; -1: all were NaN so far */
    int64_t nan_at;  /* the first NaN's; -1: none, or they are skipped */
    double f8;       /* the extreme, of doubles */
    skep_wide whole; /* the same, of whole numbers */
};

void skep_extreme_init(const struct skep_reduce *reduce, void *state);

void skep_extreme_add_min(const struct skep_reduce *reduce, void *state, const void *x, int64_t n);
void skep_extreme_add_max(const struct skep_reduce *reduce, void *state, const void *x, int64_t n);
void skep_extreme_add_absmax(const struct skep_reduce *reduce, void *state, const void *x, int64_t n);

/* The same by a plain loop. */
void skep_extreme_add_min_plain(const struct skep_reduce *reduce, void *state, const void *x, int64_t n);
void skep_extreme_add_max_plain(const struct skep_reduce *reduce, void *state, const void *x, int64_t n);
void skep_extreme_add_absmax_plain(const struct skep_reduce *reduce, void *state, const void *x, int64_t n);

/* The element, in the dtype of the view or as it is for absmax; or its place.
 *
 *   SKEP_E_BAD_ARGS   there was no element; no place, because all of them were NaN */
skep_status skep_extreme_finish(const struct skep_reduce *reduce, void *state, struct skep_reduced *out,
                                struct skep_error *err);
skep_status skep_extreme_finish_absmax(const struct skep_reduce *reduce, void *state,
                                       struct skep_reduced *out, struct skep_error *err);
skep_status skep_extreme_finish_place(const struct skep_reduce *reduce, void *state, struct skep_reduced *out,
                                      struct skep_error *err);

#endif
