/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_EXPR_WINDOW_H
#define SKEP_KERNEL_EXPR_WINDOW_H

#include "base/view.h"

/* An array as it appears to an expression: broadcast to the shape of the result, and read block by block in
 * C order. Axes that can be walked as one are one. */
struct skep_expr_window {
    const void *data;
    uint8_t stored, dtype; /* in the file, and in which it is computed */
    bool is_direct;        /* the elements lie one after the other and need no conversion */
    int n_axes;
    int64_t shape[SKEP_MAX_DIMS];
    int64_t strides[SKEP_MAX_DIMS]; /* in elements; 0 along what is repeated */
};

/* The window of VIEW for a result of this shape, to which it broadcasts. */
void skep_expr_window_init(struct skep_expr_window *window, const struct skep_view *view, int ndim,
                           const int64_t *shape);

/* Where element FIRST of the result lies, counted from window->data. */
int64_t skep_expr_window_locate(const struct skep_expr_window *window, int64_t first);

/* Elements FIRST to FIRST + N - 1 to OUT, converted; the last one is repeated up to N_PADDED. */
void skep_expr_window_read(const struct skep_expr_window *window, int64_t first, int64_t n, int64_t n_padded,
                           void *out);

#endif
