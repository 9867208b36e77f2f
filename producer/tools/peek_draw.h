/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_PEEK_DRAW_H
#define SKEP_PRODUCER_PEEK_DRAW_H

#include <stdbool.h>

#include "base/buf.h"
#include "producer/tools/survey.h"

/* A survey as lines of a terminal: each cell is the mean of its finite elements, on a scale from the least to
 * the greatest of them. Pure. */
struct skep_draw_style {
    bool has_utf8, has_colour;
    int width, height; /* columns, and lines at most */
};

/* How many cells a picture may have. */
void skep_draw_cells(const struct skep_draw_style *style, const struct skep_survey_shape *shape,
                     int *max_rows_out, int *max_columns_out);

/* A sparkline for each row, or a heat map, and what its steps mean. */
void skep_draw(struct skep_buf *buf, const struct skep_survey *survey, const struct skep_draw_style *style);

/* A number as short as six digits tell it. Returns TEXT. */
enum { SKEP_DRAW_NUMBER_BYTES = 32 };
const char *skep_draw_number(double number, char text[SKEP_DRAW_NUMBER_BYTES]);

#endif
