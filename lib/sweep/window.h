/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_WINDOW_H
#define SKEP_SWEEP_WINDOW_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "sweep/array.h"

/* Slices of an array, read one after the other: where they follow one another in the file, many at a time. */
struct skep_window {
    const struct skep_array *array; /* borrowed */
    int64_t first, n;               /* slices in the bytes */
    int64_t next;                   /* the one behind the last that was asked for */
    struct skep_buf bytes;
};

void skep_window_init(struct skep_window *window);
void skep_window_release(struct skep_window *window);

/* What was read before is old: start over, with ARRAY. */
void skep_window_move(struct skep_window *window, const struct skep_array *array);

/* *BYTES_OUT: the slice, until the next call.
 *
 *   SKEP_E_OUTPUT   it cannot be read
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_window_get(struct skep_window *window, int64_t slice, const void **bytes_out,
                                          struct skep_error *err);

#endif
