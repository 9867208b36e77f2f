/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_ARRAYS_BINS_H
#define SKEP_KERNEL_ARRAYS_BINS_H

#include "kernel/arrays/span.h"

/* The bins of a histogram, and counting into them. */

enum {
    SKEP_BINS_MAX = 1 << 28,
    SKEP_BINS_TABLES = 4,       /* of counts, so that elements of one bin do not wait for each other */
    SKEP_BINS_MAX_TABLED = 8192 /* bins; with more they seldom meet, and tables would fill the caches */
};

struct skep_bins {
    const double *edges; /* n + 1 of them, not decreasing */
    int32_t n;
    bool is_grid;   /* edges as numpy.linspace makes them */
    bool is_strict; /* all edges differ, and the grid's formula gives them: the loops of span.h may be used */
    struct skep_grid grid;
    int64_t *counts; /* n_tables tables of n + 1; the last of each: of elements that are in no bin */
    int n_tables;
};

/* How many elements all tables of counts for N bins have. */
int64_t skep_bins_count_size(int64_t n);

/* N bins of one width from FIRST to LAST: writes the n + 1 EDGES as numpy.linspace does. Everything BINS
 * points to is the caller's. Counts start at 0.
 *
 * False: the range is too narrow or too wide for so many. */
bool skep_bins_init_grid(struct skep_bins *bins, double first, double last, int32_t n, double *edges,
                         int64_t *counts);

/* Between N + 1 EDGES, which do not decrease. */
void skep_bins_init_edges(struct skep_bins *bins, const double *edges, int32_t n, int64_t *counts);

/* N <= SKEP_SPAN elements: those of a bin from its left edge on and below the right one; of the last bin, the
 * right one too. */
void skep_bins_add(struct skep_bins *bins, const struct skep_spans *spans, const double *x, int64_t n);

/* The same, one by one, as numpy.histogram says. */
void skep_bins_add_plain(struct skep_bins *bins, const double *x, int64_t n);

/* Elements of bin I, or of none for I = n. */
int64_t skep_bins_read(const struct skep_bins *bins, int32_t i);

#endif
