/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_ROWS_H
#define SKEP_KERNEL_BOX_ROWS_H

#include "kernel/box/count.h"
#include "kernel/cpu.h"

/* Counting for one target and all sources at once. For a point of the target, those that are close to it in
 * the target's own columns are looked up; the places of all sources at such a point lie side by side, in one
 * row, so that one comparison of vectors tells for 32 sources at a time whether it is close there too. That
 * takes few instructions for each point and source while boxes hold few points.
 *
 * Places have 16 bits here: up to SKEP_BOX_ROWS_MAX points. */
enum { SKEP_BOX_ROWS_MAX = 65534 };

struct skep_box_rows {
    int64_t n, m;
    size_t stride;            /* of rows, in elements: m, rounded up */
    uint16_t *places;         /* [n][stride]: place of point k on source s */
    uint16_t *lows, *lengths; /* [n][stride]: the places of its neighbours */
    /* The target, in the order of its past: a row for each place. */
    const struct skep_box_axis *past, *next; /* the same series, the latter one step later */
    int64_t gap;
    uint16_t *rows;          /* [n + 1][stride] */
    uint16_t *next_of_place; /* [n + 1] */
    uint32_t *list;          /* [n + 1] */
};

/* Room for N points of M sources in the call's arena. */
SKEP_MUST_USE skep_status skep_box_rows_init(struct skep_call *call, int64_t n, int64_t m,
                                             struct skep_box_rows *rows, struct skep_error *err);
double skep_box_rows_bytes(int64_t n, int64_t m); /* what that takes */

/* AXIS, of 16-bit places, is source S.
 *
 *   SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_box_rows_set(const struct skep_call *call, struct skep_box_rows *rows,
                                            int64_t s, const struct skep_box_axis *axis);

/* The target is this, and pairs are points at least GAP apart. The axes must outlive its counts.
 *
 *   SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_box_rows_aim(const struct skep_call *call, struct skep_box_rows *rows,
                                            const struct skep_box_axis *past,
                                            const struct skep_box_axis *next, int64_t gap);

/* One point of the target: to counts[s n + k], for each source s, go its neighbours. */
typedef void (*skep_box_rows_point)(const struct skep_box_rows *rows, int64_t k, uint32_t *counts);

/* The innermost code, once for each level of vector instructions. */
struct skep_box_rows_code {
    skep_box_rows_point joint; /* in past, next and source */
    skep_box_rows_point left;  /* in past and source */
};
extern const struct skep_box_rows_code skep_box_rows_code_plain;
#if defined(__x86_64__)
extern const struct skep_box_rows_code skep_box_rows_code_avx2;
extern const struct skep_box_rows_code skep_box_rows_code_avx512;
#endif
const struct skep_box_rows_code *skep_box_rows_code_at(enum skep_cpu_level level);

/* All points of the target.
 *
 *   SKEP_STOPPED */
SKEP_MUST_USE skep_status skep_box_rows_count(const struct skep_call *call, const struct skep_box_rows *rows,
                                              skep_box_rows_point point, uint32_t *counts);

#endif
