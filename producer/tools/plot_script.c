/* SPDX-License-Identifier: MIT */
#include "producer/tools/plot_script.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "producer/cli/words.h"

enum { PLOT_TITLE_BYTES = 200 };

/* Within single quotes nothing has a meaning to gnuplot but the quote itself, of which not all of its
 * versions read all doublings right: it becomes an apostrophe. Control characters are gone. */
static void plot_add_text(struct skep_buf *buf, const char *text)
{
    struct skep_buf harmless;

    skep_buf_init(&harmless, 16 * PLOT_TITLE_BYTES);
    skep_words_add_harmless(&harmless, text, strlen(text), PLOT_TITLE_BYTES);
    skep_buf_add_char(buf, '\'');
    for (size_t i = 0; i < harmless.length; i++) {
        if (harmless.bytes[i] == '\'') {
            skep_buf_add_text(buf, "’");
        } else {
            skep_buf_add_char(buf, harmless.bytes[i]);
        }
    }
    skep_buf_add_char(buf, '\'');
    skep_buf_release(&harmless);
}

static void plot_add_number(struct skep_buf *buf, double number)
{
    if (isfinite(number)) {
        skep_buf_printf(buf, " %.9g", number);
    } else {
        skep_buf_add_text(buf, " NaN");
    }
}

static const struct skep_survey_cell *plot_cell(const struct skep_survey *survey, int row, int column)
{
    return &survey->cells[row * survey->columns.n + column];
}

static bool plot_is_whole(const struct skep_survey_axis *axis)
{
    return axis->n == axis->length;
}

/* ---- lines ---- */

/* One line for each column of cells: its middle index, and of each row mean, least and greatest. */
static void plot_add_columns(struct skep_buf *buf, const struct skep_survey *survey)
{
    for (int column = 0; column < survey->columns.n; column++) {
        int64_t from = skep_survey_from(&survey->columns, column);
        int64_t last = skep_survey_from(&survey->columns, column + 1) - 1;

        skep_buf_printf(buf, "%.17g", ((double)from + (double)last) / 2);
        for (int row = 0; row < survey->rows.n; row++) {
            const struct skep_survey_cell *cell = plot_cell(survey, row, column);
            plot_add_number(buf, skep_survey_finite_mean(cell));
            plot_add_number(buf, cell->least);
            plot_add_number(buf, cell->most);
        }
        skep_buf_add_char(buf, '\n');
    }
}

/* Where several elements fall on one point: from the least to the greatest a band, the mean a line. */
static void plot_add_lines(struct skep_buf *buf, const struct skep_survey *survey)
{
    const char *style = survey->columns.n > 1 ? "lines" : "points pointtype 7";

    skep_buf_add_text(buf, "set xlabel 'index'\nset grid\nset style fill transparent solid 0.25 noborder\n"
                           "set key outside\nplot ");
    for (int row = 0; row < survey->rows.n && !plot_is_whole(&survey->columns); row++) {
        skep_buf_printf(buf, "$d using 1:%d:%d with filledcurves linecolor %d notitle, ", 3 * row + 3,
                        3 * row + 4, row + 1);
    }
    for (int row = 0; row < survey->rows.n; row++) {
        skep_buf_printf(buf, "%s$d using 1:%d with %s linecolor %d ", row > 0 ? ", " : "", 3 * row + 2, style,
                        row + 1);
        if (survey->rows.n > 1) {
            skep_buf_printf(buf, "title '[%s%d]'", survey->shape.is_turned ? ":," : "", row);
        } else {
            skep_buf_add_text(buf, "notitle");
        }
    }
    skep_buf_add_char(buf, '\n');
}

/* ---- images ---- */

static void plot_add_pixels(struct skep_buf *buf, const struct skep_survey *survey)
{
    for (int row = 0; row < survey->rows.n; row++) {
        for (int column = 0; column < survey->columns.n; column++) {
            plot_add_number(buf, skep_survey_finite_mean(plot_cell(survey, row, column)));
        }
        skep_buf_add_char(buf, '\n');
    }
}

/* Viridis, row 0 on top as one prints an array; a pixel is as wide as the indices that it stands for. */
static void plot_add_image(struct skep_buf *buf, const struct skep_survey *survey)
{
    double width = (double)survey->columns.length / survey->columns.n;
    double height = (double)survey->rows.length / survey->rows.n;

    skep_buf_add_text(buf, "set palette defined (0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', "
                           "4 '#21918c', 5 '#28ae80', 6 '#5ec962', 7 '#addc30', 8 '#fde725')\n"
                           "set xlabel 'column'\nset ylabel 'row'\nset tics out\n");
    skep_buf_printf(buf, "set xrange [-0.5:%.17g]\nset yrange [%.17g:-0.5]\n",
                    (double)survey->columns.length - 0.5, (double)survey->rows.length - 0.5);
    skep_buf_printf(buf,
                    "plot $d matrix using (($1 + 0.5) * %.17g - 0.5):(($2 + 0.5) * %.17g - 0.5):3 "
                    "with image notitle\n",
                    width, height);
}

void skep_plot_write(struct skep_buf *buf, const struct skep_survey *survey, enum skep_plot_format format,
                     const char *title)
{
    skep_buf_add_text(buf, format == SKEP_PLOT_SVG
                               ? "set terminal svg size 900,540 noenhanced background rgb 'white'\n"
                               : "if (strstrt(GPVAL_TERMINALS, 'pngcairo') > 0) {\n"
                                 "set terminal pngcairo size 900,540 noenhanced\n} else {\n"
                                 "set terminal png size 900,540 noenhanced\n}\n");
    skep_buf_add_text(buf, "set encoding utf8\nset title ");
    plot_add_text(buf, title);
    skep_buf_add_text(buf, " noenhanced\n$d << END\n");
    if (survey->shape.is_lines) {
        plot_add_columns(buf, survey);
    } else {
        plot_add_pixels(buf, survey);
    }
    skep_buf_add_text(buf, "END\n");
    if (survey->shape.is_lines) {
        plot_add_lines(buf, survey);
    } else {
        plot_add_image(buf, survey);
    }
}
