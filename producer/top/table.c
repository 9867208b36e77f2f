/* SPDX-License-Identifier: MIT */
#include "producer/top/table.h"

#include <assert.h>
#include <string.h>

/* What the columns that are shown take, gaps included. */
static int table_sum(const int *widths, size_t n)
{
    int sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += widths[i] > 0 ? widths[i] + (sum > 0 ? SKEP_TABLE_GAP : 0) : 0;
    }
    return sum;
}

/* The shown column that goes first, or N. */
static size_t table_pick_drop(const struct skep_column *columns, size_t n, const int *widths)
{
    size_t pick = n;

    for (size_t i = 0; i < n; i++) {
        if (widths[i] > 0 && columns[i].drop > 0 && (pick == n || columns[i].drop > columns[pick].drop)) {
            pick = i;
        }
    }
    return pick;
}

/* What is left goes to the first that stretches, as far as it wants it, then to the next. */
static void table_stretch(const struct skep_column *columns, size_t n, int left, int *widths)
{
    for (size_t i = 0; i < n && left > 0; i++) {
        int room = columns[i].most > 0 ? columns[i].most - widths[i] : left;
        if (columns[i].is_stretchy && widths[i] > 0 && room > 0) {
            room = room < left ? room : left;
            widths[i] += room;
            left -= room;
        }
    }
}

void skep_table_fit(const struct skep_column *columns, size_t n, int total,
                    int widths_out[SKEP_TABLE_COLUMNS])
{
    size_t drop;
    int left;

    assert(n <= SKEP_TABLE_COLUMNS);
    for (size_t i = 0; i < n; i++) {
        widths_out[i] = columns[i].width;
    }
    while (table_sum(widths_out, n) > total && (drop = table_pick_drop(columns, n, widths_out)) < n) {
        widths_out[drop] = 0;
    }
    left = total - table_sum(widths_out, n);
    if (left > 0) {
        table_stretch(columns, n, left, widths_out);
    }
    for (size_t i = 0; i < n && left < 0; i++) { /* narrower than what must stay */
        int give = columns[i].is_stretchy ? widths_out[i] - 1 : 0;
        give = give < -left ? give : -left;
        widths_out[i] -= give > 0 ? give : 0;
        left += give > 0 ? give : 0;
    }
}

static void table_text(struct skep_canvas *canvas, struct skep_box box, bool is_right, enum skep_style style,
                       const char *text)
{
    if (is_right) {
        skep_canvas_right(canvas, box, style, text);
    } else {
        (void)skep_canvas_bytes(canvas, box, style, text, strlen(text));
    }
}

void skep_table_head(struct skep_canvas *canvas, int row, const struct skep_column *columns, size_t n,
                     const int widths[SKEP_TABLE_COLUMNS])
{
    struct skep_box box = {.row = row, .column = 1};

    for (size_t i = 0; i < n; i++) {
        box.width = widths[i];
        if (widths[i] > 0) {
            table_text(canvas, box, columns[i].is_right, SKEP_STYLE_DIM, columns[i].title);
            box.column += widths[i] + SKEP_TABLE_GAP;
        }
    }
}

void skep_table_row(struct skep_canvas *canvas, int row, const struct skep_column *columns, size_t n,
                    const int widths[SKEP_TABLE_COLUMNS], const struct skep_table_cell *cells)
{
    struct skep_box box = {.row = row, .column = 1};

    for (size_t i = 0; i < n; i++) {
        const struct skep_table_cell *cell = &cells[i];
        box.width = widths[i];
        if (widths[i] == 0) {
            continue;
        }
        if (cell->is_bar) {
            skep_canvas_bar(canvas, box, cell->done, cell->failed);
        } else if (cell->bytes != NULL) {
            (columns[i].is_tail ? skep_canvas_tail : skep_canvas_bytes)(canvas, box, cell->style, cell->bytes,
                                                                        cell->n);
        } else {
            table_text(canvas, box, columns[i].is_right, cell->style, cell->text);
        }
        box.column += widths[i] + SKEP_TABLE_GAP;
    }
}
