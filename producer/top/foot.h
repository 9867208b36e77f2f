/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TOP_FOOT_H
#define SKEP_PRODUCER_TOP_FOOT_H

#include "producer/top/view.h"

/* The last line: a question, the filter that is typed, what became of an order, or what can be pressed. */
void skep_top_draw_foot(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row);

#endif
