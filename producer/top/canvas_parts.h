/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_CANVAS_PARTS_H
#define SKEP_PRODUCER_CANVAS_PARTS_H

#include "producer/top/canvas.h"

/* What canvas.c and canvas_shapes.c share. */

struct skep_cell *skep_canvas_at(const struct skep_canvas *canvas, int row, int column);

/* What of BOX lies on the canvas; its width may be 0. */
struct skep_box skep_canvas_clip(const struct skep_canvas *canvas, struct skep_box box);

/* One character of N bytes into a cell; none: the right half of the one before. */
void skep_canvas_put(struct skep_canvas *canvas, int row, int column, enum skep_style style,
                     const char *bytes, size_t n);

#endif
