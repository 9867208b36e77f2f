/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_ARRAYS_PASS_H
#define SKEP_KERNEL_ARRAYS_PASS_H

#include "kernel/arrays/reduce.h"

/* The ways of a reduction through an array: for reduce.c alone.
 *
 * Without axis, one stream of all elements in C order. Along an axis whose elements lie side by side, one
 * stream for each value. Along another axis, several values grow together: memory is read as it lies, a
 * strip of neighbouring columns at a time, and turned into columns in the nearest caches:
 *
 *     x      c0 c1 ... c255 | c256 ...      strip     c0: row k, row k+1, ...
 *     row k   .  .      .   |                         c1: row k, row k+1, ...
 *     row k+1 .  .      .   |                           ... */
enum {
    SKEP_PASS_COLUMNS = 256,   /* of a strip, at most */
    SKEP_PASS_STRIP = 1 << 16, /* elements of a strip: they fit the second cache */
    SKEP_PASS_GAP = 8, /* doubles between columns: a power of two from one to the next would put all of
                          them into one set of a cache */
    SKEP_PASS_EXACT_SIZE = 4096
};

struct skep_pass_room {
    struct skep_reader_room reader;
    double exact_state[SKEP_PASS_EXACT_SIZE / sizeof(double)];
};

/* What a way needs, all of it the call's. */
struct skep_pass {
    const struct skep_reduce *reduce;
    const struct skep_reduction *reduction;
    struct skep_pass_room *room;
    void *states;    /* one, or as many as a strip has columns */
    double *columns; /* of a strip */
    int n_columns;
    int64_t n_rows; /* at a time; the gap lies between those of one column and the next */
};

/* The value of all elements of VIEW. */
skep_status skep_pass_view(const struct skep_pass *pass, const struct skep_view *view,
                           struct skep_scalar *value_out, struct skep_error *err);

/* The values along AXIS into VALUES, the call's own: one after the other, or strip by strip. */
skep_status skep_pass_runs(const struct skep_pass *pass, int axis, const struct skep_view *values,
                           struct skep_error *err);
skep_status skep_pass_strips(const struct skep_pass *pass, int axis, const struct skep_view *values,
                             struct skep_error *err);

#endif
