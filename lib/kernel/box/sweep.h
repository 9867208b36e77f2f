/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_BOX_SWEEP_H
#define SKEP_KERNEL_BOX_SWEEP_H

#include "kernel/box/count.h"
#include "kernel/cpu.h"

enum { SKEP_BOX_NARROW_MAX = 65534 }; /* points; a series of one more still has places and ends of 16 bits */

/* One count by sweeping along axis A (sweep.inc says how), with all that the innermost code needs. The places
 * of an axis are those of its whole series; where a series has one value more than there are points, that
 * place belongs to none. */
struct skep_box_sweep {
    const struct skep_box_axis *a, *b, *c; /* c: NULL on two axes */
    const struct skep_box_counts3 *counts; /* on two axes, ac is b alone */
    int64_t n;
    int64_t reach;        /* how far the window of the table may be from that of a point, on either side */
    int b_shift, c_shift; /* 2^shift places of axis B make a row of the table, of C a column */
    int64_t rows, columns;
    int64_t stride; /* of the table's rows */

    /* Room. Elements are of 16 bits, or of 32 (wide); those of row_of_c of 8, or of 16. */
    void *b_of_a, *c_of_a;     /* place on A -> places on B and C */
    void *c_of_b;              /* place on B -> place on C */
    void *row_of_c;            /* place on C -> row */
    uint64_t *bits_b, *bits_c; /* which places on B, on C belong to points in the window */
    void *table; /* [rows + 1][stride]: points of the window in rows < row and columns < column */
    void *steps; /* [rows][stride]: what the table has yet to be told */
};

/* Lay out a sweep over these axes in ROOM. */
void skep_box_sweep_init(struct skep_box_sweep *sweep, const struct skep_box_axis *a,
                         const struct skep_box_axis *b, const struct skep_box_axis *c,
                         const struct skep_box_counts3 *counts, unsigned char *room);

/* The room that any sweep over N places takes. */
size_t skep_box_sweep_bytes(int64_t n);

/* Both ask for stop; SKEP_STOPPED leaves the counts arbitrary. */
typedef skep_status (*skep_box_sweep_run)(const struct skep_call *call, const struct skep_box_sweep *sweep);

typedef skep_status (*skep_box_band_run)(const struct skep_call *call, const struct skep_box_sweep *sweep,
                                         int64_t gap);

/* The innermost code, once for each level of vector instructions. All give the same integers. */
struct skep_box_price {
    double point, place; /* seconds for a point of a sweep: point + place * n */
    double pair;         /* for a pair compared one by one */
};
struct skep_box_runs {
    struct skep_box_price price;
    skep_box_sweep_run sweep2, sweep3;
    skep_box_band_run near2, near3; /* take away the pairs that are less than gap apart */
    skep_box_band_run far2, far3;   /* set the counts to the pairs that are gap and more apart */
};
struct skep_box_code {
    /* Set lo and hi of all finite values, where equal values are close and infinite distances are not. */
    skep_status (*find)(const struct skep_call *call, const struct skep_box_axis *axis);
    struct skep_box_runs narrow, wide;
};

extern const struct skep_box_code skep_box_code_plain;
#if defined(__x86_64__)
extern const struct skep_box_code skep_box_code_avx2;
extern const struct skep_box_code skep_box_code_avx512;
#endif

/* That of LEVEL; that of the plain level where this architecture has no other. */
const struct skep_box_code *skep_box_code_at(enum skep_cpu_level level);

/* The first place behind that of the finite value at P whose value is not close to it. */
int64_t skep_box_axis_search(const struct skep_box_axis *axis, int64_t p);

/* ---- for tests ---- */

enum skep_box_way {
    SKEP_BOX_CHEAPEST,
    SKEP_BOX_SWEEP, /* and take away what is less than gap apart */
    SKEP_BOX_FAR    /* compare all pairs gap or more apart */
};

/* What one of the two ways costs on three axes. */
double skep_box_way_seconds(const struct skep_box_code *code, enum skep_box_way way, bool is_wide, int64_t n,
                            int64_t gap);

/* skep_box_axis_init with given code and the records of a given width. */
SKEP_MUST_USE skep_status skep_box_axis_init_as(struct skep_call *call, const struct skep_box_code *code,
                                                const struct skep_box_series *series, int64_t first,
                                                int64_t n, double radius, bool is_inclusive, bool is_wide,
                                                struct skep_box_axis *axis, struct skep_error *err);

/* skep_box_count3, or 2 when C is NULL, in a given way with given code. */
SKEP_MUST_USE skep_status skep_box_count_as(struct skep_call *call, struct skep_box_work *work,
                                            const struct skep_box_code *code, enum skep_box_way way,
                                            const struct skep_box_axis *a, const struct skep_box_axis *b,
                                            const struct skep_box_axis *c, int64_t gap,
                                            const struct skep_box_counts3 *counts);

#endif
