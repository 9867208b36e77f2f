/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TABLE_H
#define SKEP_PRODUCER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producer/top/canvas.h"

/* A table that fits: which columns there is room for, and how wide they are. */
struct skep_column {
    const char *title;
    int width;        /* the least, for one that stretches */
    int drop;         /* where there is no room the highest go first; 0: stays */
    bool is_right;    /* numbers */
    bool is_stretchy; /* takes what room is left, up to `most` (0: all of it) */
    int most;
    bool is_tail; /* of a stranger's name that does not fit the end is shown: ids begin alike */
};

enum { SKEP_TABLE_COLUMNS = 16, SKEP_TABLE_GAP = 2 };

/* Widths in TOTAL columns; 0: not shown. */
void skep_table_fit(const struct skep_column *columns, size_t n, int total,
                    int widths_out[SKEP_TABLE_COLUMNS]);

/* What stands in one place of a table. */
struct skep_table_cell {
    enum skep_style style;
    const char *bytes; /* a stranger's, or NULL: `text` */
    size_t n;
    char text[128];
    bool is_bar;
    double done, failed; /* of a bar */
};

/* The names of the columns, and a row of cells, in ROW from column 1 on. */
void skep_table_head(struct skep_canvas *canvas, int row, const struct skep_column *columns, size_t n,
                     const int widths[SKEP_TABLE_COLUMNS]);
void skep_table_row(struct skep_canvas *canvas, int row, const struct skep_column *columns, size_t n,
                    const int widths[SKEP_TABLE_COLUMNS], const struct skep_table_cell *cells);

#endif
