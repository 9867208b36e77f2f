/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_ARRAYS_READER_H
#define SKEP_KERNEL_ARRAYS_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"
#include "kernel/arrays/span.h"
#include "kernel/arrays/walk.h"

/* Hands out the elements of a view in C order, SKEP_SPAN at a time and side by side: pointers into the view
 * where they lie so already, copies where not. The pieces depend on the elements alone and not on how they
 * lie in memory, so what is computed from them has the same bits for a view and for a copy of it. */

enum skep_reader_form {
    SKEP_READER_OWN,    /* b1 as u1 of 0 and 1, f4 as f8, all others as they are */
    SKEP_READER_DOUBLES /* f8; i8 and u8 above 2^53 are rounded */
};

/* What a reader may need beside it: its caller's, from the arena. */
struct skep_reader_room {
    double raw[SKEP_SPAN];
    double doubles[SKEP_SPAN];
};

struct skep_reader {
    const struct skep_view *view;
    enum skep_reader_form form;
    struct skep_reader_room *room;
    bool is_contiguous;
    const char *next;      /* contiguous: what comes next */
    struct skep_walk walk; /* others: along the last axis */
    int64_t run_done;      /* elements of the walk's run that were handed out */
    int64_t left;          /* elements that were not */
};

/* VIEW and ROOM are the caller's, and outlive the reader. */
void skep_reader_init(struct skep_reader *reader, const struct skep_view *view, enum skep_reader_form form,
                      struct skep_reader_room *room);

/* The next piece in *X_OUT, and how many elements it has: SKEP_SPAN, or less if it is the last; 0 after
 * that. A piece is valid until the next. */
int64_t skep_reader_next(struct skep_reader *reader, const void **x_out);

/* What the pieces of a view of DTYPE hold. */
enum skep_dtype skep_reader_dtype(enum skep_dtype dtype, enum skep_reader_form form);

/* N elements from X on, STRIDE apart, to OUT, side by side. SIZE is that of an element. */
void skep_gather(const void *x, int64_t stride, size_t size, int64_t n, void *out);

/* N elements of DTYPE side by side in the form that is wanted: X itself, or a copy in ROOM. */
const void *skep_reader_convert(const void *x, enum skep_dtype dtype, int64_t n, enum skep_reader_form form,
                                double *room);

#endif
