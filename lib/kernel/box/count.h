/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_COUNT_H
#define SKEP_KERNEL_BOX_COUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* How many points of a set lie in a box around each of them: exact orthogonal range counting.
 *
 * Point k = 0 ... n-1 has one value on each of one to three axes. Two points are neighbours on an axis when
 * the double fabs(a - b) is less than the axis's radius (or equal to it, when inclusive), and a pair when
 * they are at least GAP apart in time: |j - k| >= gap; a gap of 0 counts a point as its own neighbour. A
 * difference that is NaN makes no neighbours. All counts are those of the plain double loop, for every input.
 *
 * In the order of use, with everything in the memory of the call's arena:
 *
 *     skep_box_work_init     room that any number of the calls below may use, one after the other
 *     skep_box_series_init   a series of values, sorted once
 *     skep_box_axis_init     the series, or all of it but one end, with a radius
 *     skep_box_axis_shift    the same with another end left out (the past and the next values of one series)
 *     skep_box_count2, 3     the counts of all points on 2 or 3 axes
 *
 * All of them ask the call for stop at least every few milliseconds of work, and then return SKEP_STOPPED. */

struct skep_box_work {
    int64_t n; /* for series of so many values at most */
    uint64_t *keys;
    uint32_t *index;
    unsigned char *room; /* of a count */
};

enum { SKEP_BOX_BEYOND = 8 }; /* values that may be read beyond the last of a sorted series: NaN */

/* A series in the order of its values: -inf, finite ones, inf, NaN. */
struct skep_box_series {
    const double *values; /* without gaps; not copied: must outlive the series */
    int64_t n;
    uint32_t *order;                              /* [n] place -> index of the value there */
    double *sorted;                               /* [n] place -> value */
    int64_t finite_first, finite_last, n_numbers; /* places: finite values, all but NaN */
};

/* The place of a value, and which places its neighbours have: from LO up to but without HI. */
struct skep_box_record16 {
    uint16_t place, lo, hi, unused;
};
struct skep_box_record32 {
    uint32_t place, lo, hi, unused;
};

struct skep_box_axis {
    const double *values; /* of point 0 */
    int64_t n;
    double radius;
    bool is_inclusive;
    /* The rest is for fast counts. */
    bool is_wide;  /* records of 32 bits */
    int64_t first; /* index of point 0 in the series */
    const struct skep_box_series *series;
    uint32_t *lo, *hi; /* [series.n] place -> interval of places */
    void *records;     /* [series.n] index -> record */
};

/* Room for series of up to N values.
 *
 *   SKEP_E_BAD_ARGS  more than 2^31 - 1
 *   SKEP_E_NOMEM     the arena is too small */
SKEP_MUST_USE skep_status skep_box_work_init(struct skep_call *call, int64_t n, struct skep_box_work *work,
                                             struct skep_error *err);

/* Prepare N values, at most those that WORK is for.
 *
 *   SKEP_E_NOMEM  the arena is too small */
SKEP_MUST_USE skep_status skep_box_series_init(struct skep_call *call, struct skep_box_work *work,
                                               const double *values, int64_t n,
                                               struct skep_box_series *series, struct skep_error *err);

/* Prepare the N values of SERIES from FIRST on as an axis: all of them, or all but one at one end. SERIES
 * must outlive the axis. */
SKEP_MUST_USE skep_status skep_box_axis_init(struct skep_call *call, const struct skep_box_series *series,
                                             int64_t first, int64_t n, double radius, bool is_inclusive,
                                             struct skep_box_axis *axis, struct skep_error *err);

/* The same series, radius and number of values as AXIS, whose memory is shared, from FIRST on. */
void skep_box_axis_shift(const struct skep_box_axis *axis, int64_t first, struct skep_box_axis *shifted_out);

/* What is counted on two axes A and B and on three axes A, B and C: arrays of n elements, in the order of the
 * points. NULL: not wanted, and not computed. */
struct skep_box_counts2 {
    uint32_t *ab, *a, *b;
};
struct skep_box_counts3 {
    uint32_t *abc, *ab, *ac, *a;
};

/* Count on axes that have the same n. For transfer entropy A is the past of the target, B the source, C the
 * next value of the target. */
SKEP_MUST_USE skep_status skep_box_count2(struct skep_call *call, struct skep_box_work *work,
                                          const struct skep_box_axis *a, const struct skep_box_axis *b,
                                          int64_t gap, const struct skep_box_counts2 *counts,
                                          struct skep_error *err);
SKEP_MUST_USE skep_status skep_box_count3(struct skep_call *call, struct skep_box_work *work,
                                          const struct skep_box_axis *a, const struct skep_box_axis *b,
                                          const struct skep_box_axis *c, int64_t gap,
                                          const struct skep_box_counts3 *counts, struct skep_error *err);

/* The same by the plain double loop: the truth. The axes need only their four plain members, no work. */
SKEP_MUST_USE skep_status skep_box_plain2(const struct skep_call *call, const struct skep_box_axis *a,
                                          const struct skep_box_axis *b, int64_t gap,
                                          const struct skep_box_counts2 *counts);
SKEP_MUST_USE skep_status skep_box_plain3(const struct skep_call *call, const struct skep_box_axis *a,
                                          const struct skep_box_axis *b, const struct skep_box_axis *c,
                                          int64_t gap, const struct skep_box_counts3 *counts);

/* What the parts take, for the cost functions of rows: bytes never less than taken, and not much more. */
double skep_box_series_bytes(int64_t n);
double skep_box_axis_bytes(int64_t n); /* N points */
double skep_box_work_bytes(int64_t n);
/* Seconds of one count on 2 or 3 axes, with the preparation of its axes. */
double skep_box_count_seconds(int axes, int64_t n, int64_t gap);
double skep_box_plain_seconds(int axes, int64_t n);

#endif
