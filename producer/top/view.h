/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_TOP_VIEW_H
#define SKEP_PRODUCER_TOP_VIEW_H

#include "producer/top/canvas.h"
#include "producer/top/rows.h"
#include "producer/cli/short.h"
#include "producer/top/state.h"
#include "producer/top/table.h"

/* What a view is drawn from. */
struct skep_top_picture {
    const struct skep_top_model *model;
    const struct skep_top_state *state;
    const struct skep_top_seen *seen; /* the chosen queue; NULL: nothing is known of it */
    int64_t now_ms;                   /* monotonic */
};

/* A view is a table with something above it and a line about the chosen row below. To add one: a file like
 * view_tasks.c, an enum of state.h, a line in draw.c and in rows.c. */
struct skep_top_view_row {
    const char *title;
    const char *nothing; /* when there are no rows */
    const struct skep_column *columns;
    size_t n_columns;
    void (*cells)(const struct skep_top_picture *picture, size_t item, struct skep_table_cell *cells);
    /* At most MOST rows from ROW on, above the table; how many. NULL: none. */
    int (*above)(const struct skep_top_picture *picture, struct skep_canvas *canvas, int row, int most);
    void (*detail)(const struct skep_top_picture *picture, size_t item, struct skep_canvas *canvas,
                   struct skep_box box);
};

extern const struct skep_top_view_row skep_top_view_queues, skep_top_view_queue, skep_top_view_tasks,
    skep_top_view_workers;

/* Redis TIME of the chosen queue, now. */
int64_t skep_top_server_ms(const struct skep_top_picture *picture);

enum skep_style skep_top_severity_style(enum skep_severity severity);

/* Write into a cell. */
void skep_top_cell_text(struct skep_table_cell *cell, enum skep_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void skep_top_cell_count(struct skep_table_cell *cell, int64_t count); /* below 0: not known */
void skep_top_cell_bytes(struct skep_table_cell *cell, enum skep_style style, const char *text /* or NULL */);

/* Pieces "waiting 17  held 3" one after the other, from the left edge of BOX, as far as they fit. */
struct skep_top_pieces {
    struct skep_canvas *canvas;
    struct skep_box box; /* what is left */
};
void skep_top_piece(struct skep_top_pieces *pieces, const char *word, enum skep_style style,
                    const char *value);

#endif
