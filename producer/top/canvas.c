/* SPDX-License-Identifier: MIT */
#include "producer/top/canvas.h"

#include <langinfo.h>
#include <stdarg.h>
#include <string.h>
#include <wchar.h>

#include "base/alloc.h"
#include "producer/cli/words.h"
#include "producer/top/canvas_parts.h"

enum { CANVAS_TEXT_BYTES = 4096 };

skep_status skep_canvas_init(struct skep_canvas *canvas, int rows, int columns)
{
    rows = rows < 1 ? 1 : rows > SKEP_CANVAS_MAX_ROWS ? SKEP_CANVAS_MAX_ROWS : rows;
    columns = columns < 1 ? 1 : columns > SKEP_CANVAS_MAX_COLUMNS ? SKEP_CANVAS_MAX_COLUMNS : columns;
    *canvas = (struct skep_canvas){
        .rows = rows,
        .columns = columns,
        .is_ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
        .cells = skep_calloc((size_t)rows * (size_t)columns, sizeof *canvas->cells),
    };
    if (canvas->cells == NULL) {
        return SKEP_E_NOMEM;
    }
    for (size_t i = 0; i < (size_t)rows * (size_t)columns; i++) {
        canvas->cells[i].text[0] = ' ';
    }
    return SKEP_OK;
}

void skep_canvas_release(struct skep_canvas *canvas)
{
    skep_free(canvas->cells);
    canvas->cells = NULL;
}

struct skep_cell *skep_canvas_at(const struct skep_canvas *canvas, int row, int column)
{
    return &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
}

const struct skep_cell *skep_canvas_cell(const struct skep_canvas *canvas, int row, int column)
{
    return skep_canvas_at(canvas, row, column);
}

struct skep_box skep_canvas_clip(const struct skep_canvas *canvas, struct skep_box box)
{
    if (box.row < 0 || box.row >= canvas->rows || box.column < 0 || box.column >= canvas->columns ||
        box.width < 0) {
        return (struct skep_box){0};
    }
    if (box.width > canvas->columns - box.column) {
        box.width = canvas->columns - box.column;
    }
    return box;
}

/* ---- characters ---- */

/* Half of a wide character cannot stay when the other half is drawn over. */
static void canvas_break(struct skep_canvas *canvas, int row, int column)
{
    struct skep_cell *cell = skep_canvas_at(canvas, row, column);

    if (cell->text[0] == '\0' && column > 0) {
        memcpy(skep_canvas_at(canvas, row, column - 1)->text, " ", 2);
    }
    if (column + 1 < canvas->columns && skep_canvas_at(canvas, row, column + 1)->text[0] == '\0') {
        memcpy(skep_canvas_at(canvas, row, column + 1)->text, " ", 2);
    }
}

void skep_canvas_put(struct skep_canvas *canvas, int row, int column, enum skep_style style,
                     const char *bytes, size_t n)
{
    struct skep_cell *cell = skep_canvas_at(canvas, row, column);

    canvas_break(canvas, row, column);
    memcpy(cell->text, bytes, n);
    cell->text[n] = '\0';
    cell->style = (uint8_t)style;
}

/* A character of a text: its bytes, and the columns that it takes; 0: it stands over the one before, -1: it
 * is not to be shown. */
struct canvas_glyph {
    const char *bytes;
    size_t n;
    int width;
};

/* What has no width and is no accent joins, hides or turns what stands around it: not in a table. */
static bool canvas_is_accent(wchar_t c)
{
    return !(c >= 0x200B && c <= 0x206F) && !(c >= 0xFE00 && c <= 0xFE0F) && c < 0xE0000 && c != 0x180E;
}

static struct canvas_glyph canvas_next(const struct skep_canvas *canvas, const char *text, size_t n)
{
    mbstate_t state = {0};
    wchar_t wide = 0;
    size_t length = mbrtowc(&wide, text, n, &state);
    int width;

    if (length == (size_t)-1 || length == (size_t)-2 || length == 0 || (canvas->is_ascii && length > 1)) {
        return (struct canvas_glyph){"?", 1, 1};
    }
    width = wcwidth(wide);
    if (width < 0 || wide == 0xAD /* a soft hyphen: terminals do not agree on it */) {
        return (struct canvas_glyph){"?", 1, 1};
    }
    if (width == 0 && !canvas_is_accent(wide)) {
        width = -1;
    }
    return (struct canvas_glyph){text, length, width};
}

/* The bytes of TEXT that GLYPH stands for: of one that is not shown as it is, a whole UTF-8 sequence. */
static size_t canvas_step(const char *text, size_t n, const struct canvas_glyph *glyph)
{
    size_t step = 1;

    if (glyph->bytes == text) {
        return glyph->n;
    }
    while (step < n && ((unsigned char)text[step] & 0xC0) == 0x80) {
        step++;
    }
    return step;
}

int skep_canvas_width(const struct skep_canvas *canvas, const char *text)
{
    size_t n = strlen(text);
    int width = 0;

    for (size_t i = 0; i < n;) {
        struct canvas_glyph glyph = canvas_next(canvas, text + i, n - i);
        width += glyph.width > 0 ? glyph.width : 0;
        i += canvas_step(text + i, n - i, &glyph);
    }
    return width;
}

/* ---- text ---- */

static const char *canvas_ellipsis(const struct skep_canvas *canvas)
{
    return canvas->is_ascii ? "~" : "…";
}

/* An accent over the cell before; a second one has no room. */
static void canvas_add_accent(struct skep_canvas *canvas, int row, int column, const char *bytes, size_t n)
{
    char *text = skep_canvas_at(canvas, row, column)->text;
    size_t has = strlen(text);

    if (has > 0 && has + n < SKEP_CELL_BYTES) {
        memcpy(text + has, bytes, n);
        text[has + n] = '\0';
    }
}

/* Harmless text into BOX, which lies on the canvas. */
static int canvas_add(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                      const char *text)
{
    size_t n = strlen(text);
    bool is_cut = skep_canvas_width(canvas, text) > box.width;
    int room = is_cut ? box.width - 1 : box.width;
    int used = 0;

    for (size_t i = 0; i < n;) {
        struct canvas_glyph glyph = canvas_next(canvas, text + i, n - i);
        if (used + glyph.width > room) {
            break;
        }
        if (glyph.width > 0) {
            skep_canvas_put(canvas, box.row, box.column + used++, style, glyph.bytes, glyph.n);
        }
        if (glyph.width == 2) {
            skep_canvas_put(canvas, box.row, box.column + used++, style, "", 0);
        }
        if (glyph.width == 0 && used > 0) {
            canvas_add_accent(canvas, box.row, box.column + used - 1, glyph.bytes, glyph.n);
        }
        i += canvas_step(text + i, n - i, &glyph);
    }
    if (is_cut && box.width > 0) {
        const char *ellipsis = canvas_ellipsis(canvas);
        skep_canvas_put(canvas, box.row, box.column + used++, style, ellipsis, strlen(ellipsis));
    }
    return used;
}

/* Where TEXT must begin so that an ellipsis and the rest of it fit into WIDTH columns. */
static const char *canvas_find_tail(const struct skep_canvas *canvas, const char *text, int width)
{
    int total = skep_canvas_width(canvas, text);
    size_t n = strlen(text);
    size_t i = 0;

    while (i < n && total > width - 1) {
        struct canvas_glyph glyph = canvas_next(canvas, text + i, n - i);
        total -= glyph.width > 0 ? glyph.width : 0;
        i += canvas_step(text + i, n - i, &glyph);
    }
    return text + i;
}

static int canvas_add_tail(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                           const char *text)
{
    const char *ellipsis = canvas_ellipsis(canvas);

    if (skep_canvas_width(canvas, text) <= box.width) {
        return canvas_add(canvas, box, style, text);
    }
    skep_canvas_put(canvas, box.row, box.column, style, ellipsis, strlen(ellipsis));
    text = canvas_find_tail(canvas, text, box.width);
    return 1 + canvas_add(canvas, (struct skep_box){box.row, box.column + 1, box.width - 1}, style, text);
}

static int canvas_strange(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                          const char *bytes, size_t n, bool is_tail)
{
    struct skep_buf buf;
    int used = 0;

    box = skep_canvas_clip(canvas, box);
    skep_buf_init(&buf, CANVAS_TEXT_BYTES * 4 + 16);
    skep_words_add_harmless(&buf, bytes, n, CANVAS_TEXT_BYTES);
    if (!skep_buf_failed(&buf) && buf.length > 0 && box.width > 0) {
        used = (is_tail ? canvas_add_tail : canvas_add)(canvas, box, style, buf.bytes);
    }
    skep_buf_release(&buf);
    return used;
}

int skep_canvas_bytes(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                      const char *bytes, size_t n)
{
    return canvas_strange(canvas, box, style, bytes, n, false);
}

int skep_canvas_tail(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                     const char *bytes, size_t n)
{
    return canvas_strange(canvas, box, style, bytes, n, true);
}

int skep_canvas_printf(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                       const char *format, ...)
{
    char text[CANVAS_TEXT_BYTES];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return skep_canvas_bytes(canvas, box, style, text, strlen(text));
}

void skep_canvas_right(struct skep_canvas *canvas, struct skep_box box, enum skep_style style,
                       const char *text)
{
    int width = skep_canvas_width(canvas, text);

    box = skep_canvas_clip(canvas, box);
    if (width < box.width) {
        box.column += box.width - width;
        box.width = width;
    }
    (void)skep_canvas_bytes(canvas, box, style, text, strlen(text));
}
