/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TOP_DRAW_H
#define SKEP_PRODUCER_TOP_DRAW_H

#include "producer/top/canvas.h"
#include "producer/top/model.h"
#include "producer/top/state.h"

/* The whole screen, as MODEL and STATE are at NOW_MS (monotonic). CANVAS is blank. In STATE the bar is put
 * where there is a row. What there is no room for is left out, what matters least first; 20 by 5 is enough
 * for a title, three rows and what can be pressed. */
void skep_top_draw(const struct skep_top_model *model, struct skep_top_state *state, int64_t now_ms,
                   struct skep_canvas *canvas);

/* All that VIEW has to show, as plain lines, WIDTH columns wide. */
void skep_top_print(const struct skep_top_model *model, struct skep_top_state *state, int64_t now_ms,
                    int width, struct skep_buf *buf);

/* The keys and what they do, from ROW on. */
void skep_top_draw_help(struct skep_canvas *canvas, int row, int most);

#endif
