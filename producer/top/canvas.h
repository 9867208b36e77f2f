/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_CANVAS_H
#define SKEP_PRODUCER_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"

/* A picture of a terminal, cell by cell, that is made without one: what is drawn can be tested, printed, or
 * put on a terminal (screen.h). Everything that is drawn is cut at the edges. How wide characters are is
 * what the locale says (LC_CTYPE); where that is not UTF-8 everything is ASCII. */

/* What a cell means; the terminal chooses the colour. */
enum skep_style {
    SKEP_STYLE_PLAIN,
    SKEP_STYLE_DIM,    /* can be overlooked */
    SKEP_STYLE_STRONG, /* headings, what somebody looks for */
    SKEP_STYLE_GOOD,
    SKEP_STYLE_NOTE,
    SKEP_STYLE_WARN,
    SKEP_STYLE_BAD,
    SKEP_STYLE_KEY, /* keys that can be pressed */
    SKEP_STYLES
};

enum { SKEP_CELL_BYTES = 9 /* a character, and an accent over it */ };

struct skep_cell {
    char text[SKEP_CELL_BYTES]; /* "": the right half of a wide character */
    uint8_t style;              /* enum skep_style */
    bool is_chosen;             /* the selection bar lies on it */
};

struct skep_canvas {
    int rows, columns;
    bool is_ascii;
    struct skep_cell *cells;
};

/* Blank. Sizes below 1 are 1, and bounded from above: a terminal may claim anything.
 *   SKEP_E_NOMEM */
enum { SKEP_CANVAS_MAX_ROWS = 500, SKEP_CANVAS_MAX_COLUMNS = 500 };
SKEP_MUST_USE skep_status skep_canvas_init(struct skep_canvas *canvas, int rows, int columns);
void skep_canvas_release(struct skep_canvas *canvas); /* zeroed is fine */

/* A piece of a row. */
struct skep_box {
    int row, column, width;
};

/* N bytes of a stranger into BOX, harmless, from its left edge; what does not fit ends in an ellipsis. The
 * columns that were used. */
int skep_canvas_bytes(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                      const char *bytes, size_t n);

/* The same, but of what does not fit the end is shown, behind an ellipsis. */
int skep_canvas_tail(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                     const char *bytes, size_t n);

/* Our own words, which may hold bytes of strangers, too. */
int skep_canvas_printf(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same to the right edge of BOX. */
void skep_canvas_right(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                       const char *text);

/* How many columns TEXT takes. */
int skep_canvas_width(const struct skep_canvas *canvas, const char *text);

/* How much of a whole is done, and of that how much has failed; both 0 to 1. */
void skep_canvas_bar(struct skep_canvas *canvas, struct skep_box box, double done, double failed);

/* The last BOX.width of N values as a row of little columns, the newest at the right; NaN leaves a gap. */
void skep_canvas_spark(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                       const double *values, size_t n);

/* Nothing stands in ROW any more. */
void skep_canvas_blank(struct skep_canvas *canvas, int row);

/* A horizontal line. */
void skep_canvas_rule(struct skep_canvas *canvas, struct skep_box box);

/* Lay the selection bar on BOX. */
void skep_canvas_choose(struct skep_canvas *canvas, struct skep_box box);

/* Make everything in the rows FROM to TO - 1 dim: it is no longer true. */
void skep_canvas_fade(struct skep_canvas *canvas, int from, int to);

const struct skep_cell *skep_canvas_cell(const struct skep_canvas *canvas, int row, int column);

/* As plain lines, without what is blank at their ends and below the last one. */
void skep_canvas_write(const struct skep_canvas *canvas, struct skep_buf *buf);

#endif
