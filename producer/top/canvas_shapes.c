/* SPDX-License-Identifier: MIT */
/* What is drawn on a canvas and is no text. */
#include <math.h>
#include <string.h>

#include "producer/top/canvas.h"
#include "producer/top/canvas_parts.h"

enum { CANVAS_EIGHTHS = 8 };

/* One column of a bar. */
static void bar_put(struct skep_canvas *canvas, struct skep_box box, int i, enum skep_style style,
                    const char *glyph, const char *plain)
{
    glyph = canvas->is_ascii ? plain : glyph;
    skep_canvas_put(canvas, box.row, box.column + i, style, glyph, strlen(glyph));
}

void skep_canvas_bar(struct skep_canvas *canvas, struct skep_box box, double done, double failed)
{
    int halves, n_done, n_failed;

    box = skep_canvas_clip(canvas, box);
    done = done > 0 ? (done < 1 ? done : 1) : 0; /* NaN is nothing */
    failed = failed > 0 ? (failed < done ? failed : done) : 0;
    halves = (int)(done * 2 * box.width);
    n_done = halves / 2;
    n_failed = (int)ceil(failed * box.width); /* one failure in a million is seen */
    for (int i = 0; i < box.width; i++) {
        bool is_half = i == n_done && halves % 2 == 1;
        if (i < n_failed) {
            bar_put(canvas, box, i, SKEP_STYLE_BAD, i < n_done ? "━" : "╸", "x");
        } else if (i < n_done || is_half) {
            bar_put(canvas, box, i, SKEP_STYLE_GOOD, is_half ? "╸" : "━", is_half ? "-" : "=");
        } else {
            bar_put(canvas, box, i, SKEP_STYLE_DIM, "─", "-");
        }
    }
}

void skep_canvas_spark(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                       const double *values, size_t n)
{
    static const char *const blocks[CANVAS_EIGHTHS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const plain[CANVAS_EIGHTHS] = {"_", ".", ",", "-", "=", "+", "*", "#"};
    double most = 0;

    box = skep_canvas_clip(canvas, box);
    if (n > (size_t)box.width) {
        values += n - (size_t)box.width;
        n = (size_t)box.width;
    }
    for (size_t i = 0; i < n; i++) {
        most = values[i] > most ? values[i] : most;
    }
    box.column += box.width - (int)n;
    for (size_t i = 0; i < n; i++) {
        const char *glyph;
        int height = 0;
        if (isnan(values[i])) {
            continue;
        }
        if (most > 0 && values[i] > 0) {
            height = (int)(values[i] / most * (CANVAS_EIGHTHS - 1) + 0.5);
        }
        glyph = canvas->is_ascii ? plain[height] : blocks[height];
        skep_canvas_put(canvas, box.row, box.column + (int)i, style, glyph, strlen(glyph));
    }
}

void skep_canvas_blank(struct skep_canvas *canvas, int row)
{
    for (int i = 0; i < canvas->columns; i++) {
        *skep_canvas_at(canvas, row, i) = (struct skep_cell){.text = " "};
    }
}

void skep_canvas_rule(struct skep_canvas *canvas, struct skep_box box)
{
    const char *glyph = canvas->is_ascii ? "-" : "─";

    box = skep_canvas_clip(canvas, box);
    for (int i = 0; i < box.width; i++) {
        skep_canvas_put(canvas, box.row, box.column + i, SKEP_STYLE_DIM, glyph, strlen(glyph));
    }
}

void skep_canvas_choose(struct skep_canvas *canvas, struct skep_box box)
{
    box = skep_canvas_clip(canvas, box);
    for (int i = 0; i < box.width; i++) {
        skep_canvas_at(canvas, box.row, box.column + i)->is_chosen = true;
    }
}

void skep_canvas_fade(struct skep_canvas *canvas, int from, int to)
{
    for (int row = from < 0 ? 0 : from; row < to && row < canvas->rows; row++) {
        for (int column = 0; column < canvas->columns; column++) {
            skep_canvas_at(canvas, row, column)->style = SKEP_STYLE_DIM;
        }
    }
}

/* ---- as text ---- */

static int canvas_row_end(const struct skep_canvas *canvas, int row)
{
    int end = canvas->columns;

    while (end > 0 && strcmp(skep_canvas_at(canvas, row, end - 1)->text, " ") == 0) {
        end--;
    }
    return end;
}

void skep_canvas_write(const struct skep_canvas *canvas, struct skep_buf *buf)
{
    int rows = canvas->rows;

    while (rows > 0 && canvas_row_end(canvas, rows - 1) == 0) {
        rows--;
    }
    for (int row = 0; row < rows; row++) {
        int end = canvas_row_end(canvas, row);
        for (int column = 0; column < end; column++) {
            skep_buf_add_text(buf, skep_canvas_at(canvas, row, column)->text);
        }
        skep_buf_add_char(buf, '\n');
    }
}
