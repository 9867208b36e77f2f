/* SPDX-License-Identifier: MIT */
#include "producer/top/view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int64_t skep_top_server_ms(const struct skep_top_picture *picture)
{
    const struct skep_overview *overview = &picture->seen->overview;

    return overview->status.now_ms + (picture->now_ms - overview->at_ms);
}

enum skep_style skep_top_severity_style(enum skep_severity severity)
{
    static const enum skep_style styles[] = {[SKEP_SEVERITY_NOTE] = SKEP_STYLE_NOTE,
                                             [SKEP_SEVERITY_WARN] = SKEP_STYLE_WARN,
                                             [SKEP_SEVERITY_BAD] = SKEP_STYLE_BAD};

    return styles[severity];
}

void skep_top_cell_text(struct skep_table_cell *cell, enum skep_style style, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(cell->text, sizeof cell->text, format, args);
    va_end(args);
    cell->style = style;
}

void skep_top_cell_count(struct skep_table_cell *cell, int64_t count)
{
    char text[SKEP_SHORT_BYTES];

    skep_top_cell_text(cell, count <= 0 ? SKEP_STYLE_DIM : SKEP_STYLE_PLAIN, "%s",
                       count < 0 ? "-" : skep_short_count(count, text));
}

void skep_top_cell_bytes(struct skep_table_cell *cell, enum skep_style style, const char *text)
{
    cell->style = text != NULL ? style : SKEP_STYLE_DIM;
    cell->bytes = text != NULL ? text : "-";
    cell->n = strlen(cell->bytes);
}

void skep_top_piece(struct skep_top_pieces *pieces, const char *word, enum skep_style style,
                    const char *value)
{
    struct skep_canvas *canvas = pieces->canvas;
    struct skep_box *box = &pieces->box;
    int width = skep_canvas_width(canvas, word) + 1 + skep_canvas_width(canvas, value);
    int used;

    if (width > box->width) {
        box->width = 0; /* nothing shorter that comes later takes its place */
        return;
    }
    used = skep_canvas_bytes(canvas, *box, SKEP_STYLE_DIM, word, strlen(word));
    used += used > 0;
    (void)skep_canvas_bytes(canvas, (struct skep_box){box->row, box->column + used, box->width - used}, style,
                            value, strlen(value));
    box->column += width + 2;
    box->width -= width + 2;
}
