/* SPDX-License-Identifier: MIT */
#include "producer/tools/peek_draw.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The steps of a scale, the least first. */
struct draw_scale {
    const char *const *steps;
    int n;
    const char *none; /* nothing finite fell into the cell */
};

static const char *const draw_bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const draw_shades[] = {"·", "░", "▒", "▓", "█"};
static const char *const draw_letters[] = {".", ":", "-", "=", "+", "*", "#", "%", "@"};

/* Viridis (van der Walt, Smith 2015), which keeps its order in grey and for the colour-blind, by the nearest
 * of a terminal's 256 colours. */
static const int draw_colours[] = {53, 54, 60, 24, 30, 36, 35, 77, 148, 226};

enum {
    DRAW_COLOURS = sizeof draw_colours / sizeof draw_colours[0],
    DRAW_GREY = 244 /* where there is nothing finite */
};

static const struct draw_scale draw_scale_bars = {draw_bars, 8, " "};
static const struct draw_scale draw_scale_shades = {draw_shades, 5, "?"};
static const struct draw_scale draw_scale_letters = {draw_letters, 9, "?"};

struct draw {
    struct skep_buf *buf;
    const struct skep_survey *survey;
    const struct skep_draw_style *style;
    double least, most; /* of the cells; NaN: all are empty */
    bool has_gaps;
};

const char *skep_draw_number(double number, char text[SKEP_DRAW_NUMBER_BYTES])
{
    if (isnan(number)) {
        snprintf(text, SKEP_DRAW_NUMBER_BYTES, "nan"); /* of either sign */
    } else {
        snprintf(text, SKEP_DRAW_NUMBER_BYTES, "%.6g", number);
    }
    return text;
}

/* A colour takes half a line where there are letters for that. */
static bool draw_has_halves(const struct skep_draw_style *style)
{
    return style->has_colour && style->has_utf8;
}

/* "[7] ", of a column "[:,7] ". */
static int draw_label_width(const struct skep_survey_shape *shape)
{
    return !shape->is_lines || shape->n_rows == 1 ? 0 : shape->is_turned ? 6 : 4;
}

void skep_draw_cells(const struct skep_draw_style *style, const struct skep_survey_shape *shape,
                     int *max_rows_out, int *max_columns_out)
{
    int label = draw_label_width(shape);
    int lines = style->height > 1 ? style->height : 1;

    *max_columns_out = style->width > label + 1 ? style->width - label : 1;
    *max_rows_out = shape->is_lines ? SKEP_SURVEY_LINES : draw_has_halves(style) ? 2 * lines : lines;
}

/* ---- cells ---- */

static double draw_value(const struct draw *draw, int row, int column)
{
    const struct skep_survey *survey = draw->survey;

    if (row >= survey->rows.n) {
        return NAN;
    }
    return skep_survey_finite_mean(&survey->cells[row * survey->columns.n + column]);
}

static void draw_measure(struct draw *draw)
{
    draw->least = draw->most = NAN;
    for (int row = 0; row < draw->survey->rows.n; row++) {
        for (int column = 0; column < draw->survey->columns.n; column++) {
            double value = draw_value(draw, row, column);
            draw->has_gaps = draw->has_gaps || isnan(value);
            draw->least = fmin(draw->least, value);
            draw->most = fmax(draw->most, value);
        }
    }
}

/* Which of N steps; the middle one where all are the same. -1: nothing finite. */
static int draw_step(const struct draw *draw, double value, int n)
{
    double part = (value / 2 - draw->least / 2) / (draw->most / 2 - draw->least / 2); /* does not overflow */

    if (isnan(value)) {
        return -1;
    }
    if (isnan(part)) {
        return (n - 1) / 2;
    }
    return part >= 1 ? n - 1 : (int)(part * n);
}

static const char *draw_letter(const struct draw *draw, const struct draw_scale *scale, double value)
{
    int step = draw_step(draw, value, scale->n);

    return step >= 0 ? scale->steps[step] : scale->none;
}

static int draw_colour(const struct draw *draw, double value)
{
    int step = draw_step(draw, value, DRAW_COLOURS);

    return step >= 0 ? draw_colours[step] : DRAW_GREY;
}

/* ---- pictures ---- */

static const struct draw_scale *draw_choose(const struct draw *draw)
{
    if (!draw->style->has_utf8) {
        return &draw_scale_letters;
    }
    return draw->survey->shape.is_lines ? &draw_scale_bars : &draw_scale_shades;
}

static void draw_letters_of(struct draw *draw, int row)
{
    const struct draw_scale *scale = draw_choose(draw);

    for (int column = 0; column < draw->survey->columns.n; column++) {
        skep_buf_add_text(draw->buf, draw_letter(draw, scale, draw_value(draw, row, column)));
    }
}

/* Two rows of the picture, the second below the first, in one line; or one. */
static void draw_colours_of(struct draw *draw, int row)
{
    bool has_halves = draw_has_halves(draw->style);
    int shown[2] = {-1, -1};

    for (int column = 0; column < draw->survey->columns.n; column++) {
        int upper = draw_colour(draw, draw_value(draw, row, column));
        int lower = draw_colour(draw, draw_value(draw, row + 1, column));
        bool is_last = row + 1 >= draw->survey->rows.n;
        if (has_halves && (upper != shown[0] || lower != shown[1])) {
            skep_buf_printf(draw->buf, is_last ? "\033[49;38;5;%dm" : "\033[38;5;%d;48;5;%dm", upper, lower);
        } else if (!has_halves && upper != shown[0]) {
            skep_buf_printf(draw->buf, "\033[48;5;%dm", upper);
        }
        skep_buf_add_text(draw->buf, has_halves ? "▀" : " ");
        shown[0] = upper;
        shown[1] = lower;
    }
    skep_buf_add_text(draw->buf, "\033[0m");
}

static void draw_picture(struct draw *draw)
{
    const struct skep_survey_shape *shape = &draw->survey->shape;
    bool is_coloured = !shape->is_lines && draw->style->has_colour;
    int n_rows = draw->survey->rows.n;

    for (int row = 0; row < n_rows; row += is_coloured && draw_has_halves(draw->style) ? 2 : 1) {
        if (draw_label_width(shape) > 0) {
            skep_buf_printf(draw->buf, "[%s%d] ", shape->is_turned ? ":," : "", row);
        }
        if (is_coloured) {
            draw_colours_of(draw, row);
        } else {
            draw_letters_of(draw, row);
        }
        skep_buf_add_char(draw->buf, '\n');
    }
}

/* ---- what it means ---- */

/* "12", or "12 or 13": elements of an axis in a cell. */
static void draw_add_width(struct skep_buf *buf, const struct skep_survey_axis *axis)
{
    int64_t width = axis->length / axis->n;

    skep_buf_printf(buf, axis->length % axis->n > 0 ? "%" PRId64 "-%" PRId64 : "%" PRId64, width, width + 1);
}

static void draw_add_cell(struct draw *draw)
{
    const struct skep_survey_axis *rows = &draw->survey->rows, *columns = &draw->survey->columns;

    if (rows->n == rows->length && columns->n == columns->length) {
        return;
    }
    skep_buf_add_text(draw->buf, "  each is the mean of ");
    if (!draw->survey->shape.is_lines) {
        draw_add_width(draw->buf, rows);
        skep_buf_add_text(draw->buf, " x ");
    }
    draw_add_width(draw->buf, columns);
}

static void draw_legend(struct draw *draw)
{
    const struct draw_scale *scale = draw_choose(draw);
    char number[SKEP_DRAW_NUMBER_BYTES];
    bool is_coloured = !draw->survey->shape.is_lines && draw->style->has_colour;

    skep_buf_printf(draw->buf, "%s ", skep_draw_number(draw->least, number));
    for (int i = 0; is_coloured && i < DRAW_COLOURS; i++) {
        skep_buf_printf(draw->buf, "\033[48;5;%dm ", draw_colours[i]);
    }
    skep_buf_add_text(draw->buf, is_coloured ? "\033[0m" : "");
    for (int i = 0; !is_coloured && i < scale->n; i++) {
        skep_buf_add_text(draw->buf, scale->steps[i]);
    }
    skep_buf_printf(draw->buf, " %s", skep_draw_number(draw->most, number));
    draw_add_cell(draw);
    if (draw->has_gaps && !draw->survey->shape.is_lines) {
        skep_buf_printf(draw->buf, "  %s: nothing finite", is_coloured ? "grey" : scale->none);
    } else if (draw->has_gaps) {
        skep_buf_printf(draw->buf, "  %s: nothing finite", draw->style->has_utf8 ? "a gap" : scale->none);
    }
    skep_buf_add_char(draw->buf, '\n');
}

void skep_draw(struct skep_buf *buf, const struct skep_survey *survey, const struct skep_draw_style *style)
{
    struct draw draw = {.buf = buf, .survey = survey, .style = style};

    draw_measure(&draw);
    if (isnan(draw.least)) {
        return; /* nothing is to be seen */
    }
    draw_picture(&draw);
    draw_legend(&draw);
}
